import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.search.analysis import ENGLISH, WORD_MAX, fold

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


def test_stop_words_meet_no_other_word() -> None:
    assert ENGLISH.terms("can") == ["can"]
    assert ENGLISH.terms("canned") == ["canned"]


def test_words_are_as_spelt() -> None:
    assert ENGLISH.words("The Printers' café, v57 and 1234") == ["printers", "cafe", "v57"]


@given(TEXT)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXT)
def test_tokens_and_terms_agree(text: str) -> None:
    tokens = list(ENGLISH.tokens(text))
    assert [term for token in tokens for term in token.terms] == ENGLISH.terms(text)


@given(TEXT)
def test_tokens_lie_in_order_and_apart(text: str) -> None:
    end = 0
    for token in ENGLISH.tokens(text):
        assert end <= token.start < token.end <= len(text)
        assert token.terms
        end = token.end


@given(TEXT)
def test_terms_are_short_and_not_empty(text: str) -> None:
    assert all(0 < len(term) <= WORD_MAX for term in ENGLISH.terms(text))


@given(TEXT, TEXT)
def test_lines_do_not_run_into_each_other(one: str, other: str) -> None:
    assert ENGLISH.terms(f"{one}\n{other}") == ENGLISH.terms(one) + ENGLISH.terms(other)


@given(TEXT)
def test_case_makes_no_difference_to_ascii(text: str) -> None:
    ascii_text = text.encode("ascii", "ignore").decode()
    assert ENGLISH.terms(ascii_text.upper()) == ENGLISH.terms(ascii_text.lower())
