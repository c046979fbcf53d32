from community.search import NOT_SAID, analysis
from community.search.query import parse


def test_english_alone_is_read_as_english() -> None:
    query = parse("My printers are jamming", held={"en": 5, NOT_SAID: 3})
    assert query.languages == ("en",)
    assert not query.instead_of
    assert {"printer", "jam"} <= query.terms.keys()
    assert query.is_stop_word("my")
    assert not query.is_stop_word("printer")


def test_a_question_is_read_in_its_language_and_in_english() -> None:
    query = parse("Cara mengunduh bookmarks di aplikasi ini", held={"en": 50, "id": 50})
    assert query.languages == ("id", "en")
    assert "unduh" in query.terms
    assert query.instead_of["bookmark"] == "bookmarks"
    assert query.terms["bookmark"] == query.terms["bookmarks"]
    assert query.is_stop_word("ini")


def test_a_word_is_also_looked_up_as_texts_in_other_languages_hold_it() -> None:
    query = parse("sign in to sync bookmarks", held={"en": 50, "es": 50})
    assert query.languages == ("en",)
    assert query.instead_of["bookmarks"] == "bookmark"


def test_what_nobody_can_tell_is_read_in_several_languages() -> None:
    query = parse("impresoras", held={"en": 10, "es": 10})
    assert {"es", "en"} <= set(query.languages)
    assert analysis.of("es").terms("impresoras")[0] in query.terms


def test_every_synonym_stands_beside_a_term() -> None:
    query = parse("L'écran de l'OneDrive 57.0.7 jams", held={"en": 9, "fr": 9, "zh": 9})
    assert set(query.instead_of.values()) <= query.terms.keys() - query.instead_of.keys()
    assert query.instead_of.keys() <= query.terms.keys()


def test_a_completed_word_is_stemmed_in_every_language() -> None:
    query = parse("impresor", held={"en": 10, "es": 10})
    assert query.unfinished == "impresor"
    assert analysis.of("es").terms("impresoras")[0] in query.completed("impresoras")
