"""The Whoosh engine as a `SearchIndex`."""

from collections.abc import Iterable
from pathlib import Path

from community.search.documents import Document
from community.search.engines.embedded import WRITER_WAIT, EmbeddedIndex, Engine, Opened
from community.search.engines.whoosh import candidates, schema, storage, writing
from community.search.engines.whoosh.snapshot import Snapshot, newest_commit
from community.search.entries import Entry
from community.search.generations import Generation


class Whoosh(Engine):
    """How Whoosh writes and opens the files of a generation."""

    version = schema.VERSION

    def __init__(self, budget: int) -> None:
        self._budget = budget

    def create(self, generation: Generation, documents: Iterable[Document]) -> None:
        writing.create(generation, documents)

    def update(self, generation: Generation, put: dict[int, Entry], remove: set[int]) -> None:
        writing.update(generation, put, remove)

    def compact(self, generation: Generation) -> None:
        writing.compact(generation)

    def sweep(self, generation: Generation) -> None:
        storage.sweep(generation)

    def commit(self, generation: Generation) -> int:
        return newest_commit(generation)

    def open(self, generation: Generation, previous: Opened | None = None) -> Snapshot:
        known = previous if isinstance(previous, Snapshot) else None
        return Snapshot(generation, known, budget=self._budget)


class WhooshIndex(EmbeddedIndex):
    """A Whoosh index in a folder. Threads may share one; processes each open their own."""

    def __init__(
        self, folder: Path, *, wait: float = WRITER_WAIT, budget: int = candidates.BUDGET
    ) -> None:
        """Remember where the index is. Nothing is opened before the first query.

        Args:
            wait: seconds to wait for another writer before `IndexBusy`.
            budget: postings read to find candidates.
        """
        super().__init__(Whoosh(budget), folder, wait=wait)
