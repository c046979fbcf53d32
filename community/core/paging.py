"""Paging by key: the place in a list is the last row's values, never a row number."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

T = TypeVar("T")
Listing = TypeVar("Listing", bound=Select[*tuple[Any, ...]])

Key = TypeVar("Key", datetime, int, str)  # what a list is sorted by
Place = tuple[datetime, int]  # the moment and the id of a row

_NOT_OURS = (
    binascii.Error,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    RecursionError,
)


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


def seek(
    statement: Listing,
    *keys: InstrumentedAttribute[Any],
    limit: int,
    after: tuple[object, int] | None = None,
    before: tuple[object, int] | None = None,
    rising: bool = False,
) -> Listing:
    """Return the statement that reads one page of a list, in the order that `page_of` expects.

    Args:
        keys: what the list is sorted by, the last of them an id. A place has both; where the list
            is sorted by the id alone, only that of it counts.
        after: the place to go on from. With both, ``before`` does not count.
        before: the place to go back from.
        rising: whether the list begins with the least.
    """
    goes_back = before is not None and after is None
    place = before if goes_back else after
    rises = rising is not goes_back
    if place is not None:
        key, at = tuple_(*keys), place[-len(keys) :]
        statement = statement.where(key > at if rises else key < at)
    ordered = (key.asc() if rises else key.desc() for key in keys)
    return statement.order_by(*ordered).limit(limit + 1)


def page_of(
    found: Sequence[T],
    *,
    limit: int,
    place: Callable[[T], tuple[datetime | int | str, int]],
    after: tuple[object, int] | None = None,
    before: tuple[object, int] | None = None,
) -> Page[T]:
    """Make a page of what was read with one row more than ``limit``, which tells of others.

    Args:
        found: in the order of reading: the nearest to ``after`` or ``before`` first.
        place: returns the place of a row.
        after: where reading began, going on; None: at the beginning of the list.
        before: where reading began, going back; with both, it went on.
    """
    rows, more = list(found[:limit]), len(found) > limit
    goes_back = before is not None and after is None
    if goes_back:
        rows.reverse()
    has_next = goes_back or more
    has_previous = more if goes_back else after is not None
    return Page(
        rows,
        next=encode(*place(rows[-1])) if rows and has_next else None,
        previous=encode(*place(rows[0])) if rows and has_previous else None,
    )


def encode(key: datetime | int | str, row_id: int) -> str:
    """Return the cursor of the row with this id, which stands in the list by this key."""
    said = key.isoformat() if isinstance(key, datetime) else key
    text = json.dumps([said, row_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str) -> Place:
    """Return the moment and id of a cursor.

    Raises:
        ValueError: it is none of ours.
    """
    return decode_by(datetime, cursor)


def decode_by(kind: type[Key], cursor: str) -> tuple[Key, int]:
    """Return the key, of this kind, and the id of a cursor.

    Raises:
        ValueError: it is none of ours, or of a list that is sorted by something else.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values: Any = json.loads(base64.b64decode(padded.encode(), altchars=b"-_", validate=True))
        key, row_id = values[0], values[1]
        if kind is datetime:
            key = datetime.fromisoformat(key)
            if key.tzinfo is None:
                raise ValueError
            key = key.astimezone(UTC)  # year 1 of the east has no moment in UTC
        if kind is int and not 0 <= key < 2**31:
            raise ValueError
        if b"\x00" in str(key).encode() or type(row_id) is not int or not 0 <= row_id < 2**63:
            raise ValueError
        if type(key) is not kind:
            raise ValueError
        return key, row_id
    except _NOT_OURS as error:
        raise ValueError("This is not a place in the list.") from error
