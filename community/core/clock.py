"""The one source of time, so that tests can hold it still."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_source: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731, TID251 (the one place)


def now() -> datetime:
    """Return the present moment in UTC, with its zone."""
    return _source()


@contextmanager
def frozen(moment: datetime) -> Iterator[Callable[[timedelta], None]]:
    """Hold the clock at ``moment`` (with a zone); yield a function that moves it on."""
    global _source
    earlier, current = _source, moment

    def move_on(by: timedelta) -> None:
        nonlocal current
        current += by

    _source = lambda: current  # noqa: E731
    try:
        yield move_on
    finally:
        _source = earlier
