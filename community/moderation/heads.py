"""Heads of the public log, noted in a file of the data folder as the log grows.

The newest rows of a chain can be cut off, and the rest still holds. So each head is written down
where a change of the database does not reach: a line each, only ever added to. A line that a dying
machine left unfinished is none; the next one says more anyway.
"""

import os
from contextlib import suppress
from pathlib import Path

from community.core import config
from community.moderation.verifying import NOTHING, Head

FILE = "public-log-heads"
_END = 4096  # bytes in which the newest whole line lies


def noted() -> list[Head]:
    """Return the heads in the order in which they were noted."""
    path = _path()
    return _heads_in(path.read_bytes()) if path.exists() else []


def newest() -> Head:
    """Return the head that was noted last."""
    path = _path()
    if not path.exists():
        return NOTHING
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _END))
        found = _heads_in(file.read())
    return found[-1] if found else NOTHING


def note(head: Head) -> None:
    """Write a head down, so that it is on the disk when this returns."""
    with _path().open("ab") as file:
        file.write(f"{head}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def _path() -> Path:
    return config.current().data_dir / FILE


def _heads_in(lines: bytes) -> list[Head]:
    found = []
    for line in lines.decode("ascii", "replace").splitlines():
        with suppress(ValueError):
            found.append(Head.parse(line))
    return found
