"""Which passwords are accepted, and how they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.accounts import passwords
from community.accounts.models import PASSWORD_MAX
from community.core.errors import Invalid


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "seven otters knit quietly",
        "k9#fQ2!xVw",
        "3.14159265358979 is pi-ish",
        "the cat sat on the mat again",
        "Tr0ub4dor&3x",
        "密码不是这样选的吧朋友们",
        "горький чай на балконе",
        "house48213957winter",
        " spaces count too ",
    ],
)
def test_good_passwords_are_accepted(password: str) -> None:
    assert passwords.accepted(password, username="mira", email="mira@mail.example")


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "0987654321",
        "12345678901234567890",
        "qwertyuiop",
        "poiuytrewq",
        "qwerty123456",
        "1qaz2wsx3edc",
        "asdfghjkl;",
        "abcdefghij",
        "aaaaaaaaaa",
        "1212121212",
        "abcabcabcabc",
        "passwordpassword",
        "password123",
        "Password2026!",
        "P@ssw0rd!!",
        "welcome12345",
        "letmein!!!!!!!",
        "iloveyou2024",
        "summer2026!!",
        "Qwertz123456",
        "commonground1",
        "administrator",
        "йцукенгшщз",
        "!@#$%^&*()",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="first that are guessed"):
        passwords.accepted(password)


@pytest.mark.parametrize(
    "password",
    ["mira.kowalski", "kowalski1987", "Mira-Kowalski-1", "MIRA@mail.example", "brightwave123"],
)
def test_one_s_own_name_and_address_are_refused(password: str) -> None:
    with pytest.raises(Invalid, match="your own name"):
        passwords.accepted(password, username="mira.kowalski", email="mira@brightwave.mail.example")


@pytest.mark.parametrize(
    ("length", "said"), [(0, "at least 10"), (9, "at least 10"), (201, "at most 200")]
)
def test_lengths_are_in_characters(length: int, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        passwords.accepted(("añ7 qé" * 40)[:length])


def test_one_password_typed_on_two_keyboards_is_one() -> None:
    kept = passwords.hashed("Caf\u00e9 ③ Ångström")
    assert passwords.fits("Cafe\u0301 3 A\u030angstro\u0308m", kept)


def test_a_hash_is_argon2id_salted_and_fits_the_column() -> None:
    first, second = passwords.hashed("x" * PASSWORD_MAX), passwords.hashed("x" * PASSWORD_MAX)
    assert first.startswith("$argon2id$")
    assert first != second
    assert len(first) <= 200


@pytest.mark.parametrize("kept", [None, "", "not a hash", "$argon2id$v=19$m=1,t=1,p=1$x$y"])
def test_nothing_fits_what_is_no_hash(kept: str | None) -> None:
    assert not passwords.fits("anything at all", kept)


def test_the_dummy_s_password_opens_nothing() -> None:
    assert not passwords.fits("the password of nobody", None)


def test_a_hash_of_other_parameters_is_outdated() -> None:
    kept = passwords.hashed("seven otters knit quietly")
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(kept.replace("t=1", "t=2"))


def test_a_huge_password_is_refused_at_once() -> None:
    assert not passwords.fits("\ufdfa" * 1_000_000, passwords.hashed("something else"))


@given(st.text(max_size=210))
def test_any_text_is_accepted_or_refused_in_a_sentence(password: str) -> None:
    try:
        passwords.accepted(password, username="mira", email="mira@mail.example")
    except Invalid as error:
        refused = error
    else:
        return
    assert refused.field == "password"
    assert refused.message.endswith(".")
