"""How moments and spans are shown: "3 hours ago", with the exact time beside it."""

from datetime import datetime, timedelta
from functools import lru_cache

from flask import Flask
from flask_babel import format_datetime, format_timedelta, gettext

from community.core import clock
from community.web import language


def init_app(app: Flask) -> None:
    """Give templates the filters ``ago``, ``exact``, ``iso`` and ``span``."""
    app.add_template_filter(ago)
    app.add_template_filter(exact)
    app.add_template_filter(iso)
    app.add_template_filter(span)


def ago(moment: datetime) -> str:
    """Return how long ago ``moment`` was: "3 hours ago"."""
    passed = clock.now() - moment
    if passed < timedelta(minutes=1):
        return str(gettext("just now"))
    words: str = format_timedelta(-passed, add_direction=True, threshold=1)
    return words


def exact(moment: datetime) -> str:
    """Return the date and time in UTC, in the reader's language."""
    return _exact(moment.replace(second=0, microsecond=0), language.code())


@lru_cache(maxsize=4096)
def _exact(minute: datetime, _locale: str) -> str:
    return f"{format_datetime(minute, 'd MMMM yyyy, HH:mm')} UTC"


def iso(moment: datetime) -> str:
    """Return the moment as HTML's ``datetime`` attribute wants it (RFC 3339, to the second)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def span(length: timedelta) -> str:
    """Return a length of time in its largest unit: "9 hours"."""
    words: str = format_timedelta(length, threshold=1)
    return words
