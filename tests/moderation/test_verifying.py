"""Whatever is done to a log is found, and the first broken row is named."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.moderation import chain
from community.moderation.verifying import (
    NOTHING,
    Broken,
    Fault,
    Head,
    Link,
    Verified,
    check,
    check_file,
    frame,
)

SITE = "https://help.example.org"


def links(count: int, reason: str = "Sells pills.") -> list[Link]:
    """Return the rows of a log; the text of every third is redacted by the row that follows it."""
    made: list[Link] = []
    for seq in range(1, count + 1):
        salt, redacts = f"{seq:032x}", seq > 1 and seq % 3 == 1
        row = {
            "seq": seq,
            "at": f"2026-11-22T08:00:{seq % 60:02}.000000Z",
            "role": "moderator",
            "action": "redact" if redacts else "remove",
            "rule": "spam",
            "target": f"log {seq - 1}" if redacts else f"reply {seq}",
            "company": "acme",
            "details": {"fields": ["reason"]} if redacts else {"decision": seq},
            "commitments": {"reason": chain.commitment(salt, reason)},
            "previous": made[-1].digest if made else chain.BEGINNING,
        }
        is_gone = seq % 3 == 0 and seq < count
        text = None if is_gone else {"salt": salt, "text": reason}
        made.append(Link(row, chain.digest(row), {"reason": text}))
    return made


def head_of(rows: list[Link]) -> Head:
    return Head(len(rows), rows[-1].digest) if rows else NOTHING


def file_of(rows: list[Link]) -> list[bytes]:
    first = frame(SITE, head_of(rows))
    return [first, *(link.line() for link in rows), first]


def fault_of(lines: list[bytes], *heads: Head) -> tuple[Fault, int]:
    with pytest.raises(Broken) as caught:
        check_file(lines, heads)
    return caught.value.fault, caught.value.seq


def changed(link: Link, **values: Any) -> Link:
    """Return a row with other values, and the digest that fits them."""
    row = {**link.row, **values}
    return Link(row, chain.digest(row), link.texts)


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_a_log_that_holds_is_found_to_hold(count: int) -> None:
    rows = links(count)
    verified = Verified(head_of(rows), redacted=max(count - 1, 0) // 3)

    assert check(rows) == verified
    assert check_file(file_of(rows)) == verified
    assert check_file(file_of(rows), [head_of(rows[:half]) for half in (0, count // 2)]) == verified


@pytest.mark.parametrize("position", range(5))
def test_a_row_that_was_changed_is_named(position: int) -> None:
    rows = links(5)
    row = {**rows[position].row, "target": "reply 99"}
    rows[position] = Link(row, rows[position].digest, rows[position].texts)

    assert fault_of(file_of(rows)) == (Fault.CHANGED, position + 1)


@pytest.mark.parametrize("position", range(4))
def test_a_row_that_was_changed_with_its_digest_is_named(position: int) -> None:
    rows = links(5)
    rows[position] = changed(rows[position], target="reply 99")

    assert fault_of(file_of(rows)) == (Fault.CHANGED, position + 1)


def test_the_last_row_written_anew_is_found_by_a_head_noted_before() -> None:
    rows = links(5)
    noted = head_of(rows)
    rows[-1] = changed(rows[-1], target="reply 99")

    assert check_file(file_of(rows)).head.seq == 5  # in itself it holds
    assert fault_of(file_of(rows), noted) == (Fault.REWRITTEN, 5)


def test_a_log_written_anew_from_somewhere_on_is_found_by_a_head_noted_before() -> None:
    rows, others = links(20), links(20, "Criticises Acme.")

    assert fault_of(file_of(others), head_of(rows)) == (Fault.REWRITTEN, 20)
    assert fault_of(file_of(others), head_of(rows), head_of(rows[:7])) == (Fault.REWRITTEN, 7)


@pytest.mark.parametrize(
    ("gone", "missing"), [(slice(0, 1), 1), (slice(2, 3), 3), (slice(2, 4), 3)]
)
def test_a_missing_row_is_named(gone: slice, missing: int) -> None:
    rows = links(5)
    whole = file_of(rows)
    del rows[gone]
    lines = [whole[0], *(link.line() for link in rows), whole[0]]

    assert fault_of(lines) == (Fault.MISSING, missing)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (2, 3), (1, 4), (3, 4)])
def test_a_swapped_pair_is_named(one: int, other: int) -> None:
    rows = links(5)
    lines = file_of(rows)
    lines[one + 1], lines[other + 1] = lines[other + 1], lines[one + 1]

    assert fault_of(lines) == (Fault.OUT_OF_ORDER, one + 1)


def test_a_row_that_stands_twice_is_named() -> None:
    lines = file_of(links(5))
    lines.insert(4, lines[3])

    assert fault_of(lines) == (Fault.OUT_OF_ORDER, 4)


@pytest.mark.parametrize("left", range(5))
def test_a_tail_that_was_cut_off_is_named(left: int) -> None:
    lines = file_of(links(5))

    assert fault_of(lines[: left + 1]) == (Fault.CUT_OFF, left + 1)
    assert fault_of([*lines[: left + 1], lines[-1]]) == (Fault.CUT_OFF, left + 1)


@pytest.mark.parametrize(
    "left", [0, 1, 2, 4]
)  # 3 would end between a text that is gone and its row
def test_a_tail_cut_off_with_a_new_frame_is_found_by_a_head_noted_before(left: int) -> None:
    rows = links(5)
    lines = file_of(rows[:left])

    assert check_file(lines).head.seq == left  # in itself it holds
    assert fault_of(lines, head_of(rows)) == (Fault.CUT_OFF, left + 1)


def test_a_missing_last_line_is_named() -> None:
    assert fault_of(file_of(links(5))[:-1]) == (Fault.CUT_OFF, 0)


def test_what_frames_the_rows_has_to_be_whole() -> None:
    lines = file_of(links(2))
    other = frame("https://elsewhere.example", head_of(links(2)))

    assert fault_of([]) == (Fault.CHANGED, 0)
    assert fault_of([b"[]\n"]) == (Fault.CHANGED, 0)
    assert fault_of([b"[" * 100_000 + b"\n"]) == (Fault.CHANGED, 0)
    assert fault_of([*lines, b"more\n"]) == (Fault.CHANGED, 0)
    assert fault_of([*lines[:-1], other]) == (Fault.CHANGED, 0)
    assert fault_of([file_of(links(1))[0], *lines[1:-1], file_of(links(1))[0]]) == (
        Fault.CHANGED,
        0,
    )


@pytest.mark.parametrize(
    "text",
    [
        {"salt": f"{1:032x}", "text": "Sells pillS."},
        {"salt": f"{2:032x}", "text": "Sells pills."},
        {"salt": "Z", "text": "Sells pills."},
        {"salt": f"{1:032X} ", "text": "Sells pills."},
        {"text": "Sells pills."},
        {"salt": f"{1:032x}", "text": None},
        "Sells pills.",
    ],
)
def test_a_text_that_the_row_is_not_committed_to_is_found(text: Any) -> None:
    rows = links(2)
    rows[0] = Link(rows[0].row, rows[0].digest, {"reason": text})

    assert fault_of(file_of(rows)) == (Fault.CHANGED, 1)


def test_a_text_that_is_gone_without_a_row_that_says_so_is_named() -> None:
    rows = links(8)
    rows[1] = Link(rows[1].row, rows[1].digest, {"reason": None})
    assert fault_of(file_of(rows)) == (Fault.CHANGED, 2)


@pytest.mark.parametrize("texts", [{}, {"reason": None, "more": None}, {"name": None}])
def test_texts_cannot_come_or_go_by_the_row(texts: Any) -> None:
    rows = links(2)
    rows[1] = Link(rows[1].row, rows[1].digest, texts)

    assert fault_of(file_of(rows)) == (Fault.CHANGED, 2)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda said: said.pop("texts"),
        lambda said: said.update(texts=[]),
        lambda said: said.update(digest=7),
        lambda said: said.update(row=[]),
        lambda said: said["row"].update(seq=0.5),
        lambda said: said["row"].update(seq=10**400),
        lambda said: said["row"].update(ä=1),
    ],
)
def test_what_is_no_row_is_named(break_it: Callable[[Any], object]) -> None:
    lines = file_of(links(3))
    said = json.loads(lines[2])
    break_it(said)
    lines[2] = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    lines[2] += b"\n"

    assert fault_of(lines) == (Fault.CHANGED, 2)


def test_a_row_with_other_fields_is_found_though_its_digest_fits() -> None:
    for row in ({**links(1)[0].row, "more": 1}, {**links(1)[0].row, "commitments": []}):
        assert fault_of(file_of([Link(row, chain.digest(row), {})])) == (Fault.CHANGED, 1)


def test_one_row_is_written_in_one_way() -> None:
    lines = file_of(links(3))
    lines[2] = lines[2].replace(b":", b": ", 1)

    assert fault_of(lines) == (Fault.CHANGED, 2)


def test_every_flipped_bit_is_found() -> None:
    rows = links(3)
    whole = b"".join(file_of(rows))
    starts = [0]
    for line in file_of(rows):
        starts.append(starts[-1] + len(line))
    for place in range(len(whole)):
        row = next(at for at, start in enumerate(starts) if start > place) - 1
        for bit in range(8):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << bit
            with pytest.raises(Broken) as caught:
                check_file(bytes(flipped).splitlines(keepends=True))
            named = caught.value.seq
            assert named in {row % 4, 0}, (place, bit, caught.value)


@settings(max_examples=200)
@given(st.lists(st.integers(0, 7), max_size=12))
def test_only_the_rows_in_their_order_hold(order: list[int]) -> None:
    rows = links(8)
    lines = file_of(rows)
    shuffled = [lines[0], *(lines[1 + place] for place in order), lines[-1]]
    if order == list(range(8)):
        assert check_file(shuffled).head == head_of(rows)
    else:
        with pytest.raises(Broken):
            check_file(shuffled)


def test_the_digest_is_that_of_the_form_in_the_line() -> None:
    line = links(1)[0].line()
    form = line[line.index(b'"row":') + 6 : line.index(b',"texts":')]

    assert json.loads(line)["digest"] == hashlib.sha256(form).hexdigest()


@pytest.mark.parametrize("said", ["", "12", "x:" + "0" * 64, "1:" + "0" * 63, "1:" + "G" * 64])
def test_what_is_no_head_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="A head is"):
        Head.parse(said)


def test_a_head_is_read_as_it_is_written() -> None:
    head = head_of(links(3))
    assert Head.parse(f" {head}\n") == head
