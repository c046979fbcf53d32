from collections.abc import Iterator

import pytest

from community.search.correction import Vocabulary, correct

TITLES = {"printer": 40, "printers": 3, "password": 90, "reset": 70, "certificate": 12, "form": 300}


def beginning_with(beginning: str) -> Iterator[tuple[str, int]]:
    return ((word, n) for word, n in sorted(TITLES.items()) if word.startswith(beginning))


VOCABULARY = Vocabulary(lambda word: TITLES.get(word, 0), beginning_with)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pritner", "printer"),  # swapped
        ("printr", "printer"),  # missing
        ("prinnter", "printer"),  # extra
        ("pronter", "printer"),  # wrong
        ("certifcat", "certificate"),  # two slips
        ("Reset my pasword, please!", "Reset my password, please!"),
        ("PRITNER", "printer"),
    ],
)
def test_corrects(typed: str, meant: str) -> None:
    assert correct(typed, VOCABULARY) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "printer",
        "printers",
        "from",
        "untuk",
        "cuando",
        "cat",
        "zzzzzzzz",
        "花呗额度",
        "pr1nter",
        "prrrinterrr",
    ],
)
def test_leaves_alone(typed: str) -> None:
    assert correct(typed, VOCABULARY) == ""


def test_another_form_of_a_word_is_no_slip() -> None:
    words = {"bookmarks": 3, "bookmark": 9_000}
    vocabulary = Vocabulary(lambda word: words.get(word, 0), lambda _: [])
    assert correct("bookmarks", vocabulary) == ""


def test_prefers_the_word_that_more_titles_hold() -> None:
    words = {"cart": 2, "card": 30}
    vocabulary = Vocabulary(lambda word: words.get(word, 0), lambda _: [])
    assert correct("carx", vocabulary) == "card"


def test_of_equals_it_prefers_swapped_letters() -> None:
    words = {"router": 2, "runter": 2}
    vocabulary = Vocabulary(lambda word: words.get(word, 0), lambda _: [])
    assert correct("ruoter", vocabulary) == "router"


def test_rare_word_gives_way_only_to_a_far_commoner_one() -> None:
    words = {"fierfox": 2, "firefox": 9_000, "crome": 2, "chrome": 50}
    vocabulary = Vocabulary(lambda word: words.get(word, 0), lambda _: [])
    assert correct("fierfox crome", vocabulary) == "firefox crome"
