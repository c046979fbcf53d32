"""The canonical form of a row, which others must be able to compute."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from community.moderation import chain


def test_the_form_is_that_of_rfc_8785() -> None:
    row = {"b": 1, "a": {"d": "é€\n\u2028", "c": None}, "seq": 2}
    assert chain.canonical(row) == '{"a":{"c":null,"d":"é€\\n\u2028"},"b":1,"seq":2}'.encode()


def test_a_digest_is_the_sha_256_of_the_form() -> None:
    # Computed with sha256sum of {"seq":1}.
    assert chain.digest({"seq": 1}) == (
        "b41e95c43f388d561b146326d84e3a6b9e31c4ef32ab97c04774c31aada3246a"
    )


def test_numbers_that_are_not_whole_are_refused_wherever_they_stand() -> None:
    for row in ({"a": 0.5}, {"a": {"b": [1, 0.5]}}):
        with pytest.raises(ValueError, match="whole"):
            chain.canonical(row)


def test_numbers_too_large_for_some_languages_are_refused() -> None:
    assert chain.canonical({"a": 2**53 - 1}) == b'{"a":9007199254740991}'
    for number in (2**53, -(2**53)):
        with pytest.raises(ValueError, match="below"):
            chain.canonical({"a": {"b": number}})


def test_keys_are_ascii() -> None:
    for row in ({"ä": 1}, {"a": [{"ä": 1}]}):
        with pytest.raises(ValueError, match="ASCII"):
            chain.canonical(row)
    with pytest.raises(TypeError):
        chain.canonical({1: "a"})  # type: ignore[dict-item]


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        chain.canonical({"a": "\ud800"})


def test_moments_are_told_in_utc() -> None:
    at = datetime(2026, 11, 22, 9, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert chain.moment(at) == "2026-11-22T08:00:00.000005Z"
    assert chain.moment(at.astimezone(UTC)) == chain.moment(at)


def test_a_commitment_hides_the_text_and_holds_it() -> None:
    salt = chain.new_salt()
    assert chain.commitment(salt, "a name") == chain.commitment(salt, "a name")
    assert chain.commitment(salt, "a name") != chain.commitment(salt, "a nam")
    assert chain.commitment(chain.new_salt(), "a name") != chain.commitment(salt, "a name")
