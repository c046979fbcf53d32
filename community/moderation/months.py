"""Months of UTC, by which the public log is narrowed and the transparency report is counted. Pure.

A month is its first day.
"""

import re
from datetime import UTC, date, datetime, time

_NAME = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


def named(said: str) -> date | None:
    """Return the month that is written "2026-11", or None if none is."""
    found = _NAME.fullmatch(said)
    if found is None or not 1 < int(found[1]) < 9999:  # so that there are months around it
        return None
    return date(int(found[1]), int(found[2]), 1)


def earlier(month: date, by: int) -> date:
    """Return the month that lies ``by`` months before that of a day."""
    count = month.year * 12 + month.month - 1 - by
    return date(count // 12, count % 12 + 1, 1)


def between(first: date, last: date) -> list[date]:
    """Return the months from one to another, the latest first."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [earlier(last, back) for back in range(count)]


def bounds(month: date) -> tuple[datetime, datetime]:
    """Return when the month of a day begins, and when the next one does."""
    begin, end = (datetime.combine(earlier(month, by), time(), UTC) for by in (0, -1))
    return begin, end
