from hypothesis import given
from hypothesis import strategies as st

from community.search import excerpt, highlight

WORDS = st.lists(
    st.sampled_from(["printer", "jams", "the", "page", "花呗", "57.0.7", "café", "\n"]),
    max_size=120,
).map(" ".join)


def marked(pieces: list[object]) -> list[str]:
    return [piece.text for piece in pieces if piece.is_match]  # type: ignore[attr-defined]


def test_marks_all_forms_of_the_words() -> None:
    pieces = highlight("My Printer is printing; the café prints.", "print cafe")
    assert marked([*pieces]) == ["printing", "café", "prints"]


def test_marks_names_whole() -> None:
    assert marked([*highlight("Firefox 57.0.7 crashed", "57.0.7")]) == ["57.0.7"]


def test_without_a_match_the_excerpt_is_the_beginning() -> None:
    pieces = excerpt("word " * 100, "printer", length=50)
    assert "".join(piece.text for piece in pieces).startswith("word word")
    assert pieces[-1].text == "…"


def test_excerpt_shows_the_stretch_with_most_words() -> None:
    text = "the printer hums. " + "filler " * 100 + "the printer jams on page two. " + "end " * 100
    pieces = excerpt(text, "printer jams page", length=80)
    assert marked([*pieces]) == ["printer", "jams", "page"]
    assert pieces[0].text == "…"
    assert pieces[-1].text == "…"


@given(WORDS | st.text(), WORDS | st.text())
def test_pieces_joined_are_the_text(text: str, query: str) -> None:
    assert "".join(piece.text for piece in highlight(text, query)) == text


@given(WORDS | st.text(), WORDS, st.integers(20, 200))
def test_excerpt_is_a_stretch_of_the_text(text: str, query: str, length: int) -> None:
    shown = "".join(piece.text for piece in excerpt(text, query, length=length))
    if len(text) > length:
        shown = shown.removeprefix("…").removesuffix("…")
    assert shown in text
    assert len(shown) <= max(length, 0)
