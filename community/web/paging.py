"""The place in a list that an address names (`community.core.paging` pages lists)."""

from datetime import datetime

from flask import abort

from community.core.paging import Key, Place, decode_by


def from_args(cursor: str | None) -> Place | None:
    """Return the place that an address names, or None for the beginning; else answer 404."""
    return place_by(datetime, cursor)


def place_by(kind: type[Key], cursor: str | None) -> tuple[Key, int] | None:
    """Return the place in a list that is sorted by keys of this kind, as `from_args` does."""
    if not cursor:
        return None
    try:
        return decode_by(kind, cursor)
    except ValueError:
        abort(404)
