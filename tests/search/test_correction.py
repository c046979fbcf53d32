from collections.abc import Iterator
from pathlib import Path

import pytest

from community.search.correction import Vocabulary, correct
from community.search.engines.whoosh import WhooshIndex
from tests.search.documents import document

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


class TestMended:
    """What is looked up in place of what was typed."""

    TOPICS = ("Printer jams on thick paper", "Zug verspätet, Anschluss verpasst", "Visa declined")

    @pytest.fixture
    def index(self, tmp_path: Path) -> WhooshIndex:
        index = WhooshIndex(tmp_path / "index")
        languages = ("en", "de", "en")
        index.rebuild(
            document(number, title, language=language, body="My cartridge is new. Bücher bestellt.")
            for number, (title, language) in enumerate(
                zip(self.TOPICS, languages, strict=True), start=1
            )
        )
        return index

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("pritner jams", "printer jams"),
            ("my prnter jams", "my printer jams"),
            ("PRINTRE jams", "printer jams"),
            ("printter.", "printer."),
            ("vias declined", "visa declined"),  # of four letters, swapped
            ("verspatett", "verspatet"),
        ],
    )
    def test_a_slip_in_a_word_that_nothing_holds(
        self, index: WhooshIndex, typed: str, meant: str
    ) -> None:
        assert index.mended(typed) == meant

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "printers jammed",  # other forms
            "cartridges",  # in a text only
            "Bestellung",  # by the rules of the other language
            "vida",  # short: it may be another word
            "print",
            "pape",  # still being typed
            "the and",
            "zzzzzz",
            "打印机卡纸",
            "see printr.example.com/pritner or printr_error",
            "pri\N{COMBINING ACUTE ACCENT}",
        ],
    )
    def test_anything_else_stays(self, index: WhooshIndex, typed: str) -> None:
        assert index.mended(typed) == typed

    def test_a_text_of_unknown_words_is_not_read_to_its_end(self, index: WhooshIndex) -> None:
        assert index.mended("qqqqq " * 8 + "pritner") == "qqqqq " * 8 + "pritner"
        assert index.mended("qqqqq " * 7 + "pritner") == "qqqqq " * 7 + "printer"
