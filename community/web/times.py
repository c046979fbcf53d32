"""How moments and spans are shown: "3 hours ago", with the exact time beside it.

The exact time is in the zone that the reader has chosen. Who has chosen none gets UTC from us,
and a script of ours puts it into the clock of their device.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

from flask import Flask, current_app, has_request_context
from flask_babel import format_datetime, format_timedelta, gettext
from markupsafe import Markup  # noqa: TID251 (an element of our own making)

from community.core import clock
from community.web import language, zones


def init_app(app: Flask) -> None:
    """Give templates the filters ``ago``, ``exact``, ``iso``, ``span`` and ``time``."""
    app.add_template_filter(ago)
    app.add_template_filter(exact)
    app.add_template_filter(iso)
    app.add_template_filter(span)
    app.add_template_filter(time_element, "time")
    app.extensions.setdefault("time_zone", str)
    app.context_processor(lambda: {"time_zone": chosen_zone()})


def follow(app: Flask, zone_of_reader: Callable[[], str]) -> None:
    """Show times in the zone that ``zone_of_reader`` returns for a request, "" for none."""
    app.extensions["time_zone"] = zone_of_reader


def chosen_zone() -> str:
    """Return the name of the zone that the reader has chosen, or ""."""
    if not has_request_context():
        return ""
    name: str = current_app.extensions["time_zone"]()
    return name


def ago(moment: datetime) -> str:
    """Return how long ago ``moment`` was: "3 hours ago"."""
    return _ago(int((clock.now() - moment).total_seconds()) // 60, language.code())


def exact(moment: datetime) -> str:
    """Return the date and time in the reader's zone and language."""
    return _exact(moment.replace(second=0, microsecond=0), language.code(), chosen_zone())


def time_element(moment: datetime) -> str:
    """Return ``moment`` as HTML: how long ago, with the exact time on hover and in the markup."""
    return _element(moment, ago(moment), language.code(), chosen_zone())


# A list shows twenty moments and a conversation a hundred; Babel takes its time over each.


@lru_cache(maxsize=4096)
def _ago(minutes: int, _language: str) -> str:
    if minutes < 1:
        return str(gettext("just now"))
    words: str = format_timedelta(-timedelta(minutes=minutes), add_direction=True, threshold=1)
    return words


@lru_cache(maxsize=4096)
def _exact(minute: datetime, _language: str, zone: str) -> str:
    there = minute.astimezone(zones.zone(zone))
    name = there.tzname() or ""
    if not name.isalpha():  # many zones have no letters of their own
        name = f"UTC{name}"
    return f"{format_datetime(there, 'd MMMM yyyy, HH:mm', rebase=False)} {name}"


@lru_cache(maxsize=4096)
def _element(moment: datetime, words: str, _language: str, _zone: str) -> Markup:
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        iso(moment), exact(moment), words
    )


def iso(moment: datetime) -> str:
    """Return the moment as HTML's ``datetime`` attribute wants it (RFC 3339, to the second)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def span(length: timedelta) -> str:
    """Return a length of time in its largest unit: "9 hours"."""
    words: str = format_timedelta(length, threshold=1)
    return words
