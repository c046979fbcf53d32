"""Where the bytes of pictures lie: a folder, or whatever else keeps what `Storage` promises.

``storage.in_use()`` is the one way in. `open_storage` chooses by the scheme of
``COMMUNITY_PICTURES_URL``: ``file:`` is ours; others are looked up among the installed
packages, in the entry points of the group `PLUGINS` (``docs/operating.md`` says how).
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from community.core.errors import SettingsError

PLUGINS = "common_ground.pictures"

_NAME = re.compile(r"[0-9a-z][0-9a-z~-]+")


class Missing(KeyError):
    """Nothing is kept under this name."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is kept: its name, and since when."""

    name: str
    since: datetime


class Storage(Protocol):
    """Keeps bytes under names. Names are lower-case letters, digits and hyphens.

    Any number of threads and processes may use it at once.
    """

    def put(self, name: str, content: bytes) -> None:
        """Keep ``content``; when this returns it survives a crash. Nobody reads half of it.

        What was kept under the same name is replaced.
        """

    def read(self, name: str) -> bytes:
        """Return what is kept.

        Raises:
            Missing: nothing is.
        """

    def delete(self, name: str) -> None:
        """Forget what is kept under a name that `put` or `listed` knows, if anything is."""

    def listed(self) -> Iterator[Kept]:
        """Yield everything that is kept, leftovers of a crash too, in any order."""


class Folder:
    """Keeps each thing as a file, in 256 folders so that none grows too long to list."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, content: bytes) -> None:
        """Keep ``content``: written aside, then moved into its place."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = self._path(f"{name}~{secrets.token_hex(4)}")
        try:
            with aside.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        _sync(path.parent)

    def read(self, name: str) -> bytes:
        """Return what is kept, or raise `Missing`."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise Missing(name) from None

    def delete(self, name: str) -> None:
        """Forget what is kept under ``name``, if anything is."""
        self._path(name).unlink(missing_ok=True)

    def listed(self) -> Iterator[Kept]:
        """Yield every file; what a crash left aside has a name that `delete` takes as well."""
        for path in self.folder.glob("??/*"):
            try:
                written_s = path.stat().st_mtime
            except FileNotFoundError:  # somebody else has deleted it meanwhile
                continue
            if self._path_of(path.name) == path:
                yield Kept(path.name, datetime.fromtimestamp(written_s, UTC))

    def _path(self, name: str) -> Path:
        path = self._path_of(name)
        if path is None:
            raise ValueError(f"{name!r} is no name to keep anything under.")
        return path

    def _path_of(self, name: str) -> Path | None:
        return self.folder / name[:2] / name if _NAME.fullmatch(name) else None


def _sync(folder: Path) -> None:
    """Make the names in a folder survive a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@lru_cache(maxsize=8)
def open_storage(url: str) -> Storage:
    """Return the storage at an address, the same object every time.

    Raises:
        SettingsError: nothing that is installed knows such an address.
    """
    scheme = urlsplit(url).scheme
    if scheme == "file":
        return Folder(Path(unquote(urlsplit(url).path)))
    for plugin in entry_points(group=PLUGINS, name=scheme):
        opens: Callable[[str], Storage] = plugin.load()
        return opens(url)
    raise SettingsError(
        f"COMMUNITY_PICTURES_URL begins with {scheme}:, which nothing that is installed knows. "
        "Write file:///path/to/folder, or install the package that keeps pictures there."
    )


_in_use: list[Storage] = []


def use(chosen: Storage) -> None:
    """Make ``chosen`` what `in_use` returns, in this process."""
    _in_use[:] = [chosen]


def in_use() -> Storage:
    """Return where this site keeps its pictures."""
    return _in_use[0]
