"""Cursors: what we made is read back, anything else is no place in a list."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.core.paging import Page, Place, decode, decode_by, encode, page_of, seek
from community.web.paging import from_args, place_by
from tests.factories import make_user

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROW_IDS = st.integers(min_value=0, max_value=2**63 - 1)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def cursor_of(value: object) -> str:
    """Encode a value as our cursors are."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(moment=st.datetimes(timezones=st.just(UTC)), row_id=ROW_IDS)
def test_a_cursor_is_read_back(moment: datetime, row_id: int) -> None:
    cursor = encode(moment, row_id)

    assert decode(cursor) == (moment, row_id)
    assert cursor.replace("-", "").replace("_", "").isalnum()  # fit for an address as it is


@given(
    days=st.integers(min_value=-40_000, max_value=40_000),
    minutes=st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_a_moment_of_another_zone_is_the_same_moment(days: int, minutes: int) -> None:
    there = (NOON + timedelta(days)).astimezone(timezone(timedelta(minutes=minutes)))

    found, _ = decode(encode(there, 1))

    assert found == there
    assert found.tzinfo is UTC


@given(text=st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_text_is_a_place_or_none_of_ours(text: str) -> None:
    assert_place_or_refused(text)


@given(value=ANYTHING | st.tuples(st.text() | st.datetimes().map(str), ANYTHING))
def test_any_value_in_our_form_is_a_place_or_none_of_ours(value: object) -> None:
    assert_place_or_refused(cursor_of(value))


@pytest.mark.parametrize(
    "value",
    [
        ["0001-01-01T00:00:00+14:00", 1],
        ["9999-12-31T23:59:59-14:00", 1],
        ["2026-11-21T12:00:00", 1],  # nobody knows when that is
        ["2026-11-21T12:00:00+00:00", -1],
        ["2026-11-21T12:00:00+00:00", 2**63],
        ["2026-11-21T12:00:00+00:00", True],
        ["2026-11-21T12:00:00+00:00", "1"],
        ["2026-11-21T12:00:00+00:00"],
        {"0": "2026-11-21T12:00:00+00:00"},
        "2026",
        None,
    ],
)
def test_what_no_row_can_have_is_refused(app: Flask, value: object) -> None:
    with pytest.raises(ValueError, match="not a place"):
        decode(cursor_of(value))
    with app.test_request_context(), pytest.raises(NotFound):
        from_args(cursor_of(value))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ValueError, match="not a place"):
        decode(base64.urlsafe_b64encode(b"[" * 100_000).decode())


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_cursor_is_the_beginning(app: Flask, nothing: str | None) -> None:
    with app.test_request_context():
        assert from_args(nothing) is None


def test_pages_lead_to_their_neighbours_and_back() -> None:
    def place(row: int) -> tuple[datetime, int]:
        return NOON, row

    first: Page[int] = page_of([9, 8, 7], limit=2, place=place)
    assert (list(first.rows), first.previous) == ([9, 8], None)
    assert first.next == encode(NOON, 8)

    last = page_of([7], limit=2, place=place, after=(NOON, 8))
    assert (list(last.rows), last.next) == ([7], None)
    assert last.previous == encode(NOON, 7)

    back = page_of([8, 9], limit=2, place=place, before=(NOON, 7))
    assert (list(back.rows), back.previous) == ([9, 8], None)
    assert back.next == encode(NOON, 8)
    assert not page_of([], limit=2, place=place)


def assert_place_or_refused(cursor: str) -> None:
    """Check that a cursor is a place with a zone, or refused as our own error."""
    try:
        moment, row_id = decode(cursor)
    except ValueError:
        with pytest.raises(ValueError, match="not a place"):
            decode(cursor)
    else:
        assert moment.tzinfo is UTC
        assert 0 <= row_id < 2**63


@given(
    key=st.integers(0, 2**31 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]).filter(lambda one: one != "\x00")),
    row_id=ROW_IDS,
)
def test_a_list_may_be_sorted_by_numbers_or_words(key: int | str, row_id: int) -> None:
    kind: type[Any] = type(key)
    assert decode_by(kind, encode(key, row_id)) == (key, row_id)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, ["3", 1]),
        (int, [True, 1]),
        (int, [-1, 1]),
        (int, [2**40, 1]),
        (int, [1.5, 1]),
        (str, [3, 1]),
        (str, ["a\x00", 1]),
        (str, ["\ud800", 1]),
        (str, ["a", True]),
        (datetime, ["router", 1]),
    ],
)
def test_a_key_of_another_kind_is_none_of_ours(kind: type[Any], value: object) -> None:
    with pytest.raises(ValueError, match="not a place"):
        decode_by(kind, cursor_of(value))
    with pytest.raises(NotFound):
        place_by(kind, cursor_of(value))


@pytest.mark.parametrize("rising", [False, True])
def test_a_list_is_read_forth_and_back(app: Flask, rising: bool) -> None:
    for moments in range(3):
        with clock.frozen(NOON + timedelta(days=moments)):
            make_user()
            make_user()  # at the same moment
    key = (User.created_at, User.id)
    people = db.session.execute(select(*key).order_by(*key)).all()
    expected = [(at, id_) for at, id_ in (people if rising else reversed(people))]

    def read(**place: Place | None) -> Page[Place]:
        rows = db.session.execute(seek(select(*key), *key, limit=4, rising=rising, **place))
        return page_of([(at, id_) for at, id_ in rows], limit=4, place=lambda row: row, **place)

    first = read()
    second = read(after=decode(first.next or ""))
    assert [*first.rows, *second.rows] == expected
    assert (first.previous, second.next) == (None, None)
    assert read(before=decode(second.previous or "")) == first
    assert read(after=expected[3], before=expected[0]).rows == second.rows  # going on counts
