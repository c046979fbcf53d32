"""The Tantivy engine as a `SearchIndex`."""

from collections.abc import Iterable
from pathlib import Path

from community.search.documents import Document
from community.search.engines.embedded import WRITER_WAIT, EmbeddedIndex, Engine, Opened
from community.search.engines.tantivy import schema, writing
from community.search.engines.tantivy.snapshot import Snapshot, commit_of
from community.search.entries import Entry
from community.search.generations import Generation


class Tantivy(Engine):
    """How Tantivy writes and opens the files of a generation."""

    version = schema.VERSION
    changing = writing.CHANGING

    def create(self, generation: Generation, documents: Iterable[Document]) -> None:
        writing.create(generation, documents)

    def update(self, generation: Generation, put: dict[int, Entry], remove: set[int]) -> None:
        writing.update(generation, put, remove)

    def compact(self, generation: Generation) -> None:
        writing.compact(generation)

    def sweep(self, generation: Generation) -> None:
        """Tantivy's own writer removes what no commit names."""

    def commit(self, generation: Generation) -> object:
        return commit_of(generation)

    def open(self, generation: Generation, previous: Opened | None = None) -> Snapshot:
        return Snapshot(generation, previous if isinstance(previous, Snapshot) else None)


class TantivyIndex(EmbeddedIndex):
    """A Tantivy index in a folder. Threads may share one; processes each open their own."""

    def __init__(self, folder: Path, *, wait: float = WRITER_WAIT) -> None:
        """Remember where the index is. Nothing is opened before the first query.

        Args:
            wait: seconds to wait for another writer before `IndexBusy`.
        """
        super().__init__(Tantivy(), folder, wait=wait)
