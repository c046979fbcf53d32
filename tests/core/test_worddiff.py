"""What has changed from one text to another."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.core.worddiff import Kind, Piece, diff, in_context

SAME, GONE, NEW, SKIPPED = Kind.SAME, Kind.GONE, Kind.NEW, Kind.SKIPPED
LIKELY = st.text(st.sampled_from("ab .\n日本ก\u0301é"), max_size=60)


def pieces(old: str, new: str) -> list[tuple[Kind, str]]:
    return [(piece.kind, piece.text) for piece in diff(old, new)]


def both_texts(found: tuple[Piece, ...]) -> tuple[str, str]:
    return (
        "".join(piece.text for piece in found if piece.kind in {SAME, GONE}),
        "".join(piece.text for piece in found if piece.kind in {SAME, NEW}),
    )


@given(LIKELY, LIKELY)
def test_the_pieces_give_both_texts_back(old: str, new: str) -> None:
    assert both_texts(diff(old, new)) == (old, new)


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=50)
def test_so_they_do_for_any_text(old: str, new: str) -> None:
    assert both_texts(diff(old, new)) == (old, new)


@given(LIKELY)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert pieces(text, text) == ([(SAME, text)] if text else [])


@given(LIKELY, LIKELY)
def test_neighbours_differ_in_kind_and_none_is_empty(old: str, new: str) -> None:
    found = diff(old, new)

    assert all(piece.text for piece in found)
    assert all(one.kind is not other.kind for one, other in pairwise(found))


def test_words_are_changed_whole_and_the_rest_stays() -> None:
    assert pieces("The scan runs at three.\nIt drops.", "The search runs at four.\nIt drops.") == [
        (SAME, "The "),
        (GONE, "scan"),
        (NEW, "search"),
        (SAME, " runs at "),
        (GONE, "three"),
        (NEW, "four"),
        (SAME, ".\nIt drops."),
    ]


def test_words_in_a_row_are_one_change() -> None:
    assert pieces("Turn it off now.", "Switch them off now.") == [
        (GONE, "Turn it"),
        (NEW, "Switch them"),
        (SAME, " off now."),
    ]


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("路由器三点断线", "路由器三点掉线", [(GONE, "断"), (NEW, "掉")]),
        ("接続が切れる", "接続は切れる", [(GONE, "が"), (NEW, "は")]),
        ("यह हिन्दी है", "यह मराठी है", [(GONE, "हिन्दी"), (NEW, "मराठी")]),
        ("роутер упал", "роутер ожил", [(GONE, "упал"), (NEW, "ожил")]),
        ("e\u0301te\u0301 1", "hiver 1", [(GONE, "e\u0301te\u0301"), (NEW, "hiver")]),
    ],
)
def test_words_are_found_in_any_script(old: str, new: str, changed: list[tuple[Kind, str]]) -> None:
    assert [piece for piece in pieces(old, new) if piece[0] is not SAME] == changed


def test_a_line_that_is_put_in_leaves_the_others_alone() -> None:
    lines = [f"Step {number}: press the button.\n" for number in range(50)]
    more = [*lines[:20], "Wait a minute.\n", *lines[20:]]

    assert pieces("".join(lines), "".join(more)) == [
        (SAME, "".join(lines[:20])),
        (NEW, "Wait a minute.\n"),
        (SAME, "".join(lines[20:])),
    ]


def test_a_text_that_is_mostly_rewritten_keeps_what_occurs_once() -> None:
    numbers = random.Random(3)
    old, new = (
        "".join(f"{mark} {numbers.randrange(10**6)}\n" * 3 for _ in range(2000)) for mark in "ab"
    )

    found = pieces(f"{old}The line that stays.\n{old}", f"{new}The line that stays.\n{new}")

    assert any(kind is SAME and "The line that stays." in text for kind, text in found)


HOSTILE = {
    "lines of two kinds": ("ab", "\n"),
    "words of two kinds": ("ab", " "),
    "nothing but marks": ("!?", ""),
    "signs without spaces": ("日月火水木金土", ""),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_text_takes_little_time(what: str) -> None:
    signs, space = HOSTILE[what]
    numbers = random.Random(5)
    old, new = (
        "".join(numbers.choice(signs) + space for _ in range(50_000 // (1 + len(space))))
        for _ in range(2)
    )

    began = time.process_time()
    found = diff(old, new)

    assert time.process_time() - began < 3  # a tenth of a second, unless the machine is busy
    assert both_texts(found) == (old, new)


def test_lines_far_from_a_change_are_left_out() -> None:
    lines = [f"{number}\n" for number in range(20)]

    shown = in_context(diff("".join(lines), "".join([*lines[:10], "x\n", *lines[11:]])))

    assert [(piece.kind, piece.text) for piece in shown] == [
        (SKIPPED, ""),
        (SAME, "8\n9\n"),
        (GONE, "10"),
        (NEW, "x"),
        (SAME, "\n11\n12\n"),
        (SKIPPED, ""),
    ]


def test_of_a_short_text_nothing_is_left_out() -> None:
    found = diff("One.\nTwo.\nThree.\n", "One.\nTwo and a half.\nThree.\n")

    assert in_context(found) == found
