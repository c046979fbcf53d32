"""Where the index lies on disk, and who may write it.

::

    <folder>/CURRENT        the name of the live build and the version it was written by
    <folder>/writer.lock    held by the one process that writes
    <folder>/<build>/       a Whoosh index

A rebuild makes a new build beside the live one and swaps by replacing ``CURRENT``, which is
atomic. Whoosh commits by renaming a table of contents into place, which is too. What a killed
process leaves behind (segments without a table of contents, half a rebuild) is no part of the
index and is swept by the next writer.
"""

import mmap
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile
from whoosh.util.filelock import try_for

from community.search.engines.whoosh import schema
from community.search.errors import IndexBusy, SearchUnavailable

REINDEX = "Run `community reindex` to build it."
_CURRENT = "CURRENT"
_LOCK = "writer.lock"


class MappedStorage(FileStorage):  # type: ignore[misc, unused-ignore] # untyped
    """Files mapped into memory, which processes share, instead of read through a buffer."""

    def open_file(self, name: str, **options: Any) -> BufferFile:
        """Open a file for reading."""
        with Path(self.folder, name).open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                return BufferFile(b"", name=name, **options)
            return _MappedFile(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), name)


class _MappedFile(BufferFile):  # type: ignore[misc, unused-ignore] # untyped
    """What `BufferFile` is, without its copy of the bytes."""

    def __init__(self, mapped: mmap.mmap, name: str) -> None:
        self._buf = self.file = mapped
        self._name = name
        self.onclose = None
        self.is_real = self.is_closed = False


class Build(NamedTuple):
    """One build of the index."""

    folder: Path

    def storage(self) -> MappedStorage:
        return MappedStorage(str(self.folder))


class Store:
    """The folder of an index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Build:
        """Return the live build.

        Raises:
            SearchUnavailable: there is none, or another version wrote it.
        """
        try:
            name, _, version = (self.folder / _CURRENT).read_text("utf-8").strip().partition(" ")
        except FileNotFoundError as error:
            raise SearchUnavailable(f"There is no search index yet. {REINDEX}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise SearchUnavailable(f"The search index cannot be read. {REINDEX}") from error
        if version != schema.VERSION:
            raise SearchUnavailable(
                f"The search index was built by another version of the analysis. {REINDEX}"
            )
        return Build(self.folder / Path(name).name)

    @contextmanager
    def writing(self, *, wait: float) -> Iterator[None]:
        """Be the only writer.

        Args:
            wait: seconds to wait for another writer to finish.

        Raises:
            IndexBusy: another writer did not finish in time.
            SearchUnavailable: the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileStorage(str(self.folder)).lock(_LOCK)
            if not try_for(lock.acquire, timeout=wait, delay=0.05):
                raise IndexBusy("Another process is writing the search index.")
        except OSError as error:
            raise SearchUnavailable(f"The search index cannot be written: {error}.") from error
        try:
            yield
        finally:
            lock.release()

    def new_build(self) -> Build:
        """Make the folder of a new build. Only while writing."""
        build = Build(self.folder / f"build-{secrets.token_hex(6)}")
        build.folder.mkdir()
        return build

    def make_live(self, build: Build) -> None:
        """Swap the live build for another. Only while writing."""
        new = self.folder / f"{_CURRENT}.new"
        with new.open("w", encoding="utf-8") as file:
            file.write(f"{build.folder.name} {schema.VERSION}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / _CURRENT)

    def sweep(self, live: Build | None) -> None:
        """Remove what killed processes left and builds that are no longer live."""
        for leftover in self.folder.glob("build-*"):
            if live is None or leftover.name != live.folder.name:
                shutil.rmtree(leftover, ignore_errors=True)
        if live is not None:
            for leftover in live.folder.glob("*.tmp"):
                shutil.rmtree(leftover, ignore_errors=True)
