"""Where the vectors of one model lie on disk.

::

    <folder>/<model>-<version>/rows         the rows, one after the other (`table.record`)
    <folder>/<model>-<version>/complete     there once every topic has had its vector
    <folder>/<model>-<version>/writer.lock  held by the one process that writes

Rows are only appended. The last whole row of a topic counts; a row with a scale of 0 says that it
was removed. A process that is killed leaves half a row at the end at worst, which readers do not
take and the next writer cuts off. `compact` writes the rows that count into a new file and puts
it in place of the old; readers notice by the file's number.
"""

import os
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from community.search.errors import SearchUnavailable
from community.search.generations import Generations, unwritable
from community.search.vectors import table
from community.search.vectors.table import Rows, Table

WRITER_WAIT = 10.0  # seconds
DEAD_MIN = 1_000  # rows; below it there is nothing to gain
ROWS, COMPLETE = "rows", "complete"


class Store:
    """The vectors of one model. Threads may share one; processes each make their own."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        """Remember where they lie. Nothing is read yet, and the folder need not exist."""
        self.folder = folder
        self.dimensions = dimensions
        self._lock = threading.Lock()
        self._table = Table.empty(dimensions)
        self._seen = (0, 0, 0)  # what tells the file from another and from what it was

    # Reading

    def read(self) -> Table:
        """Return the newest state, taking in what has been appended.

        Raises:
            SearchUnavailable: the file cannot be read.
        """
        try:
            with self._lock:
                return self._newest()
        except FileNotFoundError:
            return Table.empty(self.dimensions)
        except OSError as error:
            raise SearchUnavailable(f"The vectors cannot be read: {error.strerror}.") from error

    @property
    def is_complete(self) -> bool:
        """Whether every topic has had its vector since the store was made."""
        return (self.folder / COMPLETE).exists()

    def _newest(self) -> Table:
        if _state((self.folder / ROWS).stat()) != self._seen:
            with (self.folder / ROWS).open("rb") as file:
                status = os.fstat(file.fileno())
                rows = self._mapped(file.fileno(), status.st_size)
            is_other = status.st_ino != self._seen[0] or len(rows) < len(self._table)
            known = Table.empty(self.dimensions) if is_other else self._table
            self._table = known.grown(rows)
            self._seen = _state(status)
        return self._table

    def _mapped(self, file: int, size: int) -> Rows:
        kind = table.record(self.dimensions)
        if size < kind.itemsize:
            return np.zeros(0, kind)
        with os.fdopen(os.dup(file), "rb") as mine:
            return np.memmap(mine, kind, "r", shape=(size // kind.itemsize,))

    # Writing

    def put(
        self,
        topics: Collection[int],
        companies: Collection[int],
        fingerprints: Collection[int],
        vectors: NDArray[np.float32],
    ) -> None:
        """Keep vectors, of length 1, in place of those that their topics had.

        Raises:
            SearchUnavailable: they cannot be written (`IndexBusy`: because another process does).
        """
        if topics:
            self._append(table.pack(topics, companies, fingerprints, vectors))

    def remove(self, topics: Collection[int]) -> None:
        """Let go of the vectors of topics; ids that have none are ignored.

        Raises:
            SearchUnavailable: as `put`.
        """
        held = self.read().fingerprints(topics)
        if held:
            self._append(table.removals(held, self.dimensions))

    def complete(self) -> None:
        """Note that every topic has its vector.

        Raises:
            SearchUnavailable: as `put`.
        """
        if not self.is_complete:
            with self._writing():
                (self.folder / COMPLETE).touch()

    def compact(self, *, at_once: bool = False) -> None:
        """Let go of what removed and replaced vectors have left behind, if it is much.

        Args:
            at_once: however little it is.

        Raises:
            SearchUnavailable: as `put`.
        """
        held = self.read()
        dead = len(held) - held.live_count
        if not dead or (not at_once and (dead < DEAD_MIN or dead < held.live_count)):
            return
        with self._writing():
            held = self.read()  # nobody else appends from here on
            aside = self.folder / f"{ROWS}.tmp"
            with aside.open("wb") as file:
                file.write(held.rows[held.is_live].tobytes())
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self.folder / ROWS)

    def _append(self, rows: Rows) -> None:
        with self._writing():
            whole = len(self.read()) * rows.dtype.itemsize
            with (self.folder / ROWS).open("ab") as file:
                file.truncate(whole)  # half a row that a killed process left
                file.write(rows.tobytes())
                file.flush()
                os.fsync(file.fileno())

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with Generations(self.folder, "").writing(wait=WRITER_WAIT):
            try:
                yield
            except OSError as error:
                raise unwritable(error) from error
            finally:
                with suppress(OSError):
                    (self.folder / f"{ROWS}.tmp").unlink(missing_ok=True)


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns
