"""Paging by key: the place in a list is the last row's values, never a row number."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from flask import abort

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list, and the keys of its neighbours.

    ``next`` and ``previous`` are opaque cursors for the address, or None at an end.
    """

    rows: Sequence[T]
    next: str | None = None
    previous: str | None = None

    def __bool__(self) -> bool:
        return bool(self.rows)


def encode(moment: datetime, row_id: int) -> str:
    """Return the cursor of the row with this moment and id."""
    text = json.dumps([moment.isoformat(), row_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[datetime, int]:
    """Return the moment and id of a cursor.

    Raises:
        ValueError: it is none of ours.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values: Any = json.loads(base64.b64decode(padded.encode(), altchars=b"-_", validate=True))
        moment, row_id = datetime.fromisoformat(values[0]), values[1]
    except (binascii.Error, ValueError, TypeError, IndexError, KeyError, RecursionError) as error:
        raise ValueError("This is not a place in the list.") from error
    if moment.tzinfo is None or type(row_id) is not int or not 0 <= row_id < 2**63:
        raise ValueError("This is not a place in the list.")
    return moment, row_id


def from_args(after: str | None) -> tuple[datetime, int] | None:
    """Return the place that an address names, or None for the beginning; else answer 404."""
    if not after:
        return None
    try:
        return decode(after)
    except ValueError:
        abort(404)
