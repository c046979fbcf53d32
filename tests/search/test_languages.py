import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.search import NOT_SAID, languages

PLAIN = {
    "ar": "لا أستطيع تسجيل الدخول إلى حسابي",
    "cs": "Nemohu se přihlásit ke svému účtu",
    "de": "Ich kann mich nicht mehr bei meinem Konto anmelden",
    "en": "I cannot sign in to my account any more",
    "es": "No puedo entrar en mi cuenta desde ayer",
    "fi": "En pysty enää kirjautumaan tililleni",
    "fr": "Je ne peux plus me connecter à mon compte",
    "hu": "Nem tudok bejelentkezni a fiókomba",
    "id": "Saya tidak bisa masuk ke akun saya",
    "it": "Non riesco più ad accedere al mio account",
    "ja": "アカウントにログインできません",
    "ko": "계정에 로그인할 수 없습니다",
    "nl": "Ik kan niet meer inloggen op mijn account",
    "pt": "Não consigo entrar na minha conta",
    "ru": "Не могу войти в свой аккаунт",
    "sl": "Ne morem se več prijaviti v svoj račun",
    "th": "ฉันไม่สามารถเข้าสู่ระบบได้",
    "tr": "Hesabıma giriş yapamıyorum",
    "zh": "我无法登录我的账户",
}


@pytest.mark.parametrize(("language", "text"), PLAIN.items())
def test_a_sentence_is_in_its_language(language: str, text: str) -> None:
    assert languages.detect(text) == language


@pytest.mark.parametrize(
    "text", ["", "57.0.7", "!?", "Firefox 57", "printer", "C:\\x", "\ud800", "😀"]
)
def test_of_names_and_numbers_nothing_is_said(text: str) -> None:
    assert languages.detect(text) == NOT_SAID


@given(st.text())
def test_any_text_has_a_language_or_none(text: str) -> None:
    assert languages.detect(text) in languages.LANGUAGES | {NOT_SAID}


def test_a_word_is_taken_to_be_in_the_languages_that_most_topics_are_in() -> None:
    assert languages.likely("printer", {"en": 900, "id": 100, NOT_SAID: 50}) == ("en",)
    assert languages.likely("printer", {"en": 10, "id": 900}) == ("id",)
    assert languages.likely("impresora", {"en": 10, "es": 10, "zh": 10})[0] == "es"


def test_a_sentence_is_in_its_language_however_rare_that_is() -> None:
    held = {"en": 100_000, "id": 20, "zh": 5}
    assert languages.likely(PLAIN["id"], held) == ("id",)
    assert languages.likely(PLAIN["zh"], held) == ("zh",)


@given(
    st.text(), st.dictionaries(st.sampled_from(["en", "id", "zh", "xx", NOT_SAID]), st.integers(1))
)
def test_likely_languages_are_few_and_held(text: str, held: dict[str, int]) -> None:
    found = languages.likely(text, held)
    assert len(found) <= languages.LIKELY_MAX
    assert set(found) <= held.keys() - {NOT_SAID}


@pytest.mark.parametrize(
    ("tag", "primary"), [("pt-BR", "pt"), ("ZH-Hant", "zh"), ("en", "en"), (None, NOT_SAID)]
)
def test_primary_subtag(tag: str | None, primary: str) -> None:
    assert languages.primary(tag) == primary


def test_what_is_asked_twice_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Mein Drucker druckt seit gestern nicht mehr"
    assert languages.detect(text) == "de"
    monkeypatch.setattr(languages, "_identifier", lambda: pytest.fail("told again"))
    assert languages.detect(text) == "de"
    assert languages.likely(text, {"de": 5, "en": 5}) == ("de",)
