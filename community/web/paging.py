"""The place in a list that an address names (`community.core.paging` pages lists)."""

from flask import abort

from community.core.paging import Place, decode


def from_args(cursor: str | None) -> Place | None:
    """Return the place that an address names, or None for the beginning; else answer 404."""
    if not cursor:
        return None
    try:
        return decode(cursor)
    except ValueError:
        abort(404)
