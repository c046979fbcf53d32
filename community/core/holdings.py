"""What the site keeps about a person, feature by feature.

Each feature says in its ``holdings.py`` how to hand out, forget and move what it keeps, and
`community.wiring` lists them all (`hold`). So nobody need know who keeps what, and nothing that is
kept about a person is left out of an export or survives the person's leaving.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Person = Any  # a row of accounts, which lie above this: it is only handed on


class Keeper(Protocol):
    """The ``holdings.py`` of a feature.

    It may say besides, as ``files(user)``, the names and contents of files that belong to an
    export, one at a time; and as ``count(user)`` how many posts of the person there are.
    """

    def export(self, user: Person, /) -> Mapping[str, Any]:
        """Return what JSON can hold; moments are handed over as `datetime`."""

    def forget(self, user: Person, /) -> None:
        """Remove it, in the caller's transaction.

        The person's row still says who it was, so that traces in the words of others can be
        found; it is emptied last.
        """

    def move(self, from_user: Person, to_user: Person, /) -> None:
        """Give what the first person has to the second, in the caller's transaction.

        Nothing is left behind that refers to the first.
        """


@dataclass(frozen=True, slots=True)
class Holding:
    """How one feature treats what it keeps about a person."""

    name: str  # under which it stands in an export
    export: Callable[[Person], Mapping[str, Any]]
    forget: Callable[[Person], None]
    move: Callable[[Person, Person], None]
    files: Callable[[Person], Iterable[tuple[str, bytes]]]
    count: Callable[[Person], int]


_holdings: dict[str, Holding] = {}


def hold(name: str, keeper: Keeper) -> None:
    """Say how the feature ``name`` treats what it keeps about a person."""
    _holdings[name] = Holding(
        name,
        keeper.export,
        keeper.forget,
        keeper.move,
        files=getattr(keeper, "files", lambda _user: ()),
        count=getattr(keeper, "count", lambda _user: 0),
    )


def all_holdings() -> tuple[Holding, ...]:
    """Return every feature's, in the order in which they were wired."""
    return tuple(_holdings.values())


def posts_of(user: Person) -> int:
    """Return how many posts of somebody there are, of any kind."""
    return sum(holding.count(user) for holding in all_holdings())
