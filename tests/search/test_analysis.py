import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.search import languages
from community.search.analysis import ENGLISH, STOP_WORDS_OF_ALL, WORD_MAX, Analysis, fold, of
from community.search.stopwords import STOP_WORDS

EVERY = [of(language) for language in sorted(languages.LANGUAGES)]
ANY = st.sampled_from(EVERY)
TEXT = st.text() | st.from_regex(r"([\w花는](['’._:@-]{0,2}|\+\+|#)){0,40}", fullmatch=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Printing", "prints"),
        ("Café", "CAFE"),
        ("Straße", "STRASSE"),
        ("ﬁle", "file"),
        ("Ｆｉｒｅｆｏｘ", "firefox"),
        ("add-on", "addon"),
        ("e-mails", "email"),
        ("Firefox's", "firefox"),
        ("Firefox’s", "firefox"),
        ("don't", "dont"),
        ("ｶﾅ", "カナ"),
        ("Z\u0335a", "za"),
        ("Łódź", "Lodz"),
        ("١٢٣", "123"),
        ("colour", "colors"),
        ("organisation", "organizing"),
        ("Centre", "centers"),
        ("catalogue", "catalogs"),
        ("licence", "license"),
        ("analyse", "analyzing"),
        ("cancelled", "canceling"),
        ("grey", "gray"),
        ("OneDrive", "one drive"),
        ("OneDrive", "onedrive"),
        ("AT&T", "at&t"),
        ("16GB", "16 GB"),
        ("kb5005565", "KB 5005565"),
    ],
)
def test_spellings_of_one_word_share_a_term(one: str, other: str) -> None:
    assert set(ENGLISH.terms(one)) & set(ENGLISH.terms(other))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        (
            "SEC_ERROR_UNKNOWN_ISSUER",
            ["sec_error_unknown_issuer", "sec", "error", "unknown", "issuer"],
        ),
        ("57.0.7", ["57.0.7", "57", "0", "7"]),
        ("about:config", ["about:config", "about", "config"]),
        ("user.js", ["user.js", "user", "js"]),
        ("0x80070005", ["0x80070005"]),
        ("windows10", ["windows10", "window", "10"]),
        ("Disney+", ["disney+", "disney"]),
        ("iPhone", ["iphon"]),
        ("size prize promise", ["size", "prize", "promiz"]),
        ("hour four contour", ["hour", "four", "contour"]),
        ("C++ or c#", ["c++", "c", "or", "c#", "c"]),
        ("support.example.com", ["support.example.com", "support", "exampl", "com"]),
        ("额度怎", ["额", "度", "怎", "额度", "度怎"]),
        ("我的iPhone坏了", ["我", "的", "我的", "iphon", "坏", "了", "坏了"]),
        ("हिन्दी", ["हिन्दी"]),
        ("tagihan saya", ["tagihan", "saya"]),
        ("…!?", []),
        ("how", ["how"]),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    assert ENGLISH.terms(text) == terms


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("cs", "záložky", "záložek"),
        ("de", "Geräte", "Geraet"),
        ("es", "configuración", "configuraciones"),
        ("es", "configuración", "configuracion"),
        ("fi", "selaimessa", "selaimen"),
        ("fr", "l’écran", "écrans"),
        ("fr", "d'accès", "acces"),
        ("hu", "böngészőben", "bongeszo"),
        ("hr", "lozinku", "lozinka"),
        ("id", "pembayaran", "membayar"),
        ("id", "mengunduh", "unduhan"),
        ("it", "dell'aggiornamento", "aggiornamenti"),
        ("nl", "foto's", "foto"),
        ("pt", "configurações", "configuração"),
        ("pt", "configurações", "configuracoes"),
        ("ru", "настройки", "настройках"),
        ("ru", "bookmarks", "bookmark"),
        ("sr", "лозинку", "lozinka"),
        ("tr", "Firefox'un", "firefox"),
        ("tr", "kapatıldı", "kapatildi"),
        ("zh", "bookmarks", "bookmark"),
    ],
)
def test_forms_of_one_word_share_a_term_in_its_language(
    language: str, one: str, other: str
) -> None:
    assert set(of(language).terms(one)) & set(of(language).terms(other))


def test_a_language_without_rules_is_read_as_english() -> None:
    assert of("tlh") is of("und") is of("zh") is ENGLISH


@pytest.mark.parametrize("language", STOP_WORDS)
def test_stop_words_are_spelt_as_terms_are(language: str) -> None:
    rules = of(language)
    assert all(rules.terms(word)[0] == word for word in STOP_WORDS[language])
    assert rules.stop_words <= STOP_WORDS_OF_ALL


def test_of_a_run_without_spaces_only_what_is_wanted_is_found() -> None:
    text = "请问花呗的额度怎么提高"

    def found(query: str) -> list[str]:
        tokens = ENGLISH.tokens_with(text, ENGLISH.terms(query))
        return [text[token.start : token.end] for token in tokens]

    assert found("花呗额度") == ["花呗", "额度"]
    assert found("的额度") == ["的额度"]
    assert found("花") == ["花"]
    assert found("的") == ["的"]
    assert found("信用卡") == []


def test_stop_words_meet_no_other_word() -> None:
    assert ENGLISH.terms("can") == ["can"]
    assert ENGLISH.terms("canned") == ["canned"]


def test_words_are_as_spelt() -> None:
    assert ENGLISH.words("The Printers' café, v57 and 1234") == ["printers", "cafe", "v57"]


@given(TEXT)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXT, ANY)
def test_tokens_and_terms_agree(text: str, rules: Analysis) -> None:
    tokens = list(rules.tokens(text))
    assert [term for token in tokens for term in token.terms] == rules.terms(text)


@given(TEXT, ANY)
def test_tokens_lie_in_order_and_apart(text: str, rules: Analysis) -> None:
    end = 0
    for token in rules.tokens(text):
        assert end <= token.start < token.end <= len(text)
        assert token.terms
        end = token.end


@given(TEXT, ANY)
def test_terms_are_short_and_not_empty(text: str, rules: Analysis) -> None:
    assert all(0 < len(term) <= WORD_MAX for term in rules.terms(text))


@given(TEXT, TEXT, ANY)
def test_lines_do_not_run_into_each_other(one: str, other: str, rules: Analysis) -> None:
    assert rules.terms(f"{one}\n{other}") == rules.terms(one) + rules.terms(other)


@given(TEXT)
def test_case_makes_no_difference_to_ascii(text: str) -> None:
    ascii_text = text.encode("ascii", "ignore").decode()
    assert ENGLISH.terms(ascii_text.upper()) == ENGLISH.terms(ascii_text.lower())


@given(TEXT, TEXT, ANY)
def test_marked_stretches_lie_in_order_and_apart(text: str, query: str, rules: Analysis) -> None:
    end = 0
    for token in rules.tokens_with(text, rules.terms(query)):
        assert end <= token.start < token.end <= len(text)
        end = token.end
