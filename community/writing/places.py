"""What a draft belongs to, in words and as an address; the features that have forms say it.

A place is a kind and mostly a number, "topic:12". What the number means is known only to the
feature whose form it is (`declare`), so that drafts can be kept for features above this one.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from community.writing.models import ASKING, PLACE_MAX, Draft


@dataclass(frozen=True, slots=True)
class Place:
    """Where the form of a draft is."""

    words: str  # "Your answer to …"
    address: str | None  # None when what it belongs to is gone


Describe = Callable[[Sequence[Draft]], Mapping[str, Place]]

_PLACE = re.compile(r"[a-z]+(?:-[a-z]+)*(?::[1-9][0-9]{0,9})?", re.ASCII)
_kinds: dict[str, Describe] = {}


def declare(kind: str, describe: Describe) -> None:
    """Say how to describe drafts of one kind of place: from drafts to places by their keys.

    ``describe`` asks the database as often for many drafts as for one.
    """
    _kinds[kind] = describe


def is_place(word: str) -> bool:
    """Tell whether ``word`` names a place of a declared kind."""
    kind = _kind(word)
    if len(word) > PLACE_MAX or not _PLACE.fullmatch(word) or kind not in _kinds:
        return False
    return (":" in word) == (kind != ASKING)


def number(place: str) -> int:
    """Return the number of a place."""
    return int(place.partition(":")[2])


def describe(drafts: Iterable[Draft]) -> Mapping[str, Place]:
    """Return the place of each draft, by its key."""
    places: dict[str, Place] = {}
    for kind, group in groupby(sorted(drafts, key=_kind_of), key=_kind_of):
        places.update(_kinds[kind](list(group)))
    return places


def _kind_of(draft: Draft) -> str:
    return _kind(draft.place)


def _kind(place: str) -> str:
    return place.partition(":")[0]
