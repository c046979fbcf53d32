import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.search.vectors import texts


def test_a_text_is_the_title_and_the_beginning_of_the_body() -> None:
    assert texts.of("Printer jams", "On page  two.") == "Printer jams. On page two."
    assert texts.of("Printer jams") == "Printer jams"
    assert texts.of("", "On page two.") == "On page two."
    assert texts.of(" ", "\n") == ""
    assert len(texts.of("Printer jams", "word " * 1000)) <= len("Printer jams. ") + texts.BODY


def test_an_endless_title_is_cut() -> None:
    assert len(texts.of("x" * 10**6, "y" * 10**6)) == texts.LENGTH_MAX


@given(st.text(st.characters(), max_size=3000))
def test_nothing_reaches_a_model_that_a_tokenizer_in_c_could_trip_over(text: str) -> None:
    plain = texts.plain(text)

    assert len(plain) <= texts.LENGTH_MAX
    assert plain.encode().decode() == plain  # no halves of pairs
    assert "\0" not in plain
    assert all(unicodedata.category(sign) != "Cc" for sign in plain)


def test_no_sign_is_left_that_takes_more_room_composed() -> None:
    """U+FDFA becomes 18 signs, for which one tokenizer keeps room for 12."""
    every = (chr(number) for number in range(sys.maxunicode + 1))
    expanding = [sign for sign in every if len(unicodedata.normalize("NFKC", sign)) > 3]

    assert "\ufdfa" in expanding
    for sign in expanding:
        assert sign not in texts.plain(f"{sign * 20} {sign}")


@pytest.mark.parametrize(("company", "text"), [(2, "a"), (1, "b")])
def test_a_fingerprint_tells_other_content_apart(company: int, text: str) -> None:
    assert texts.fingerprint(1, "a") == texts.fingerprint(1, "a") < 2**64
    assert texts.fingerprint(company, text) != texts.fingerprint(1, "a")
