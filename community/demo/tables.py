"""Reading a TOML file of the demonstration content strictly: each mistake is named with its place."""

import enum
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

from community.core.errors import DomainError

KEY_MAX = 60  # characters

Choice = TypeVar("Choice", bound=enum.StrEnum)


class BadContent(DomainError):
    """A file is not as it should be; the message names it and the key."""


class Table:
    """One table of a file, read key by key; a key that nobody has asked for is an error."""

    def __init__(self, values: Mapping[str, Any], place: str) -> None:
        self.place = place
        self._left = dict(values)

    def text(self, key: str, limit: int, *, default: str | None = None) -> str:
        """Take a text of at most ``limit`` characters; it may be missing if there is a default."""
        value = self._left.pop(key, default)
        if value is None:
            raise self.wrong(key, "is missing")
        if not isinstance(value, str):
            raise self.wrong(key, f"is {value!r}; it must be a text")
        value = value.strip()
        if not value and default is None:
            raise self.wrong(key, "is empty")
        if len(value) > limit:
            raise self.wrong(key, f"has {len(value)} characters; {limit} fit")
        return value

    def choice(self, key: str, choices: type[Choice]) -> Choice:
        """Take one of the values of an enum."""
        value = self.text(key, 100)
        try:
            return choices(value)
        except ValueError:
            allowed = ", ".join(member.value for member in choices)
            raise self.wrong(key, f"is {value!r}; it can be {allowed}") from None

    def choice_or_none(self, key: str, choices: type[Choice]) -> Choice | None:
        """Take one of the values of an enum, which may be missing."""
        return self.choice(key, choices) if self.has(key) else None

    def number(self, key: str, *, default: int | None = None) -> int:
        """Take a whole number above 0; it may be missing if there is a default."""
        if default is not None and not self.has(key):
            return default
        value = self._left.pop(key, None)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.wrong(key, f"is {value!r}; it must be a whole number above 0")
        return value

    def moment(self, key: str) -> datetime:
        """Take a moment with its zone."""
        value = self.text(key, 40)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise self.wrong(key, f"is {value!r}; write it like 2026-03-02T19:05:31Z")
        return moment.astimezone(UTC)

    def day(self, key: str) -> datetime:
        """Take a day, as its first moment."""
        value = self._left.pop(key, None)
        try:
            day = value if isinstance(value, date) else date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.wrong(key, f"is {value!r}; write it like 2026-03-02") from None
        return datetime.combine(day, time(), UTC)

    def day_after(self, key: str) -> datetime | None:
        """Take the last day of something, as the moment when it is over; None if missing."""
        return self.day(key) + timedelta(days=1) if self.has(key) else None

    def names(self, key: str) -> tuple[str, ...]:
        """Take a list of different texts, which may be missing."""
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise self.wrong(key, f"is {value!r}; it must be a list of texts")
        if len(set(value)) < len(value):
            raise self.wrong(key, "names something twice")
        return tuple(value)

    def flag(self, key: str) -> bool:
        """Take true or false, which may be missing."""
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, f"is {value!r}; it must be true or false")
        return value

    def has(self, key: str) -> bool:
        """Tell whether the key is there, and not taken yet."""
        return key in self._left

    def table(self, key: str) -> "Table":
        """Take the table ``[key]``."""
        value = self._left.pop(key, None)
        if not isinstance(value, dict):
            raise self.wrong(key, "is missing")
        return Table(value, f"{self.place}, {key}")

    def tables(self, key: str) -> "list[Table]":
        """Take the tables ``[[key]]``, if there are any."""
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(key, f"must be written as [[{key}]] tables")
        return [
            Table(one, f"{self.place}, {key} {_name(one, at)}") for at, one in enumerate(value, 1)
        ]

    def done(self) -> None:
        """Refuse what is left.

        Raises:
            BadContent: there are keys that mean nothing.
        """
        for key in self._left:
            raise self.wrong(key, "means nothing here")

    def wrong(self, key: str, what: str) -> BadContent:
        """Return an error that names the place and the key."""
        return BadContent(f"{self.place}: {key!r} {what}.")


def _name(values: Mapping[str, Any], number: int) -> str:
    """Return what a reader finds a table by."""
    return str(next((values[key] for key in ("key", "username", "slug") if key in values), number))


def open_file(path: Path) -> Table:
    """Read a file of the content.

    Raises:
        BadContent: it cannot be read.
    """
    try:
        return Table(tomllib.loads(path.read_text(encoding="utf-8")), path.name)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadContent(f"{path.name} cannot be read: {error}.") from error
