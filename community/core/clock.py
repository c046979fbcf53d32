"""The one source of time, so that tests can hold it still."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_held: list[datetime] = []  # the moment that a test holds; empty in real life


def now() -> datetime:
    """Return the present moment in UTC, with its zone."""
    return _held[-1] if _held else datetime.now(UTC)  # noqa: TID251 (the one place)


@contextmanager
def frozen(moment: datetime) -> Iterator[Callable[[timedelta], None]]:
    """Hold the clock at ``moment`` (with a zone); yield a function that moves it on."""
    _held.append(moment)

    def move_on(by: timedelta) -> None:
        _held[-1] += by

    try:
        yield move_on
    finally:
        _held.pop()
