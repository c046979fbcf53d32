"""Moments and spans as readers see them."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from community.core import clock
from community.web import times

NOW = datetime(2026, 11, 21, 14, 3, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=-5), "just now"),  # a clock that is a little ahead
        (timedelta(), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=70), "2 months ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_how_long_ago(app: Flask, before: timedelta, words: str) -> None:
    with app.test_request_context(), clock.frozen(NOW):
        assert times.ago(NOW - before) == words


def test_a_moment_in_markup(app: Flask) -> None:
    with app.test_request_context(), clock.frozen(NOW):
        assert times.time_element(NOW - timedelta(hours=3)) == (
            '<time datetime="2026-11-21T11:03:27Z" title="21 November 2026, 11:03 UTC">'
            "3 hours ago</time>"
        )


def test_what_is_remembered_of_one_moment_is_not_shown_for_another(app: Flask) -> None:
    with app.test_request_context(), clock.frozen(NOW) as move_on:
        assert times.ago(NOW) == "just now"
        move_on(timedelta(minutes=5))
        assert times.ago(NOW) == "5 minutes ago"
        assert times.exact(NOW) == "21 November 2026, 14:03 UTC"
        assert times.exact(NOW + timedelta(days=1)) == "22 November 2026, 14:03 UTC"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=9, minutes=20), "9 hours"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_a_span_in_its_largest_unit(app: Flask, length: timedelta, words: str) -> None:
    with app.test_request_context():
        assert times.span(length) == words
