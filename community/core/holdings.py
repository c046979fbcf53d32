"""What the site keeps about a person, feature by feature.

Each feature says in its ``holdings.py`` how to hand out, forget and move what it keeps, and
`community.app` lists them all (`hold`). So nobody need know who keeps what, and nothing that is
kept about a person is left out of an export or survives the person's leaving.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Person = Any  # a row of accounts, which lie above this: it is only handed on
Export = Callable[[Person], Mapping[str, Any]]
Files = Callable[[Person], Iterable[tuple[str, bytes]]]
Forget = Callable[[Person], None]
Move = Callable[[Person, Person], None]
Count = Callable[[Person], int]


def no_files(user: Person) -> Iterable[tuple[str, bytes]]:  # noqa: ARG001 (most keep none)
    """Return the files of a feature that keeps none."""
    return ()


def no_posts(user: Person) -> int:  # noqa: ARG001 (most have none)
    """Count the posts of a feature without any."""
    return 0


@dataclass(frozen=True, slots=True)
class Holding:
    """How one feature treats what it keeps about a person."""

    name: str
    export: Export
    forget: Forget
    move: Move
    files: Files
    count: Count


_holdings: dict[str, Holding] = {}


def hold(
    name: str,
    *,
    export: Export,
    forget: Forget,
    move: Move,
    files: Files = no_files,
    count: Count = no_posts,
) -> None:
    """Say how the feature ``name`` treats what it keeps about a person.

    Args:
        name: under which it stands in an export.
        export: returns what JSON can hold; moments are handed over as `datetime`.
        forget: removes it, in the caller's transaction. The person's row still says who it
            was, so that traces in the words of others can be found; it is emptied last.
        move: gives what the first person has to the second, in the caller's transaction,
            and leaves nothing behind that refers to the first.
        files: yields names and contents of files that belong to an export, one at a time.
        count: returns how many posts of the person there are.
    """
    _holdings[name] = Holding(name, export, forget, move, files, count)


def all_holdings() -> tuple[Holding, ...]:
    """Return every feature's, in the order in which they were wired."""
    return tuple(_holdings.values())


def posts_of(user: Person) -> int:
    """Return how many posts of somebody there are, of any kind."""
    return sum(holding.count(user) for holding in all_holdings())
