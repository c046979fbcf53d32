"""The Tantivy engine as a `SearchIndex`."""

import os
import shutil
import tempfile
import weakref
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
        if not os.access(generation.folder, os.W_OK):
            return LinkedSnapshot(generation)
        if not isinstance(previous, Snapshot) or isinstance(previous, LinkedSnapshot):
            return Snapshot(generation)
        return Snapshot(generation, previous)


class LinkedSnapshot(Snapshot):
    """A commit in a folder that cannot be written, opened by links to its files elsewhere.

    Tantivy locks a folder even to read it. It is opened anew when the folder can be written again,
    because the links lead only to the files that were there.
    """

    def __init__(self, generation: Generation) -> None:
        links = Path(tempfile.mkdtemp(prefix="tantivy-"))
        weakref.finalize(self, shutil.rmtree, links, ignore_errors=True)
        for file in generation.folder.iterdir():
            if file.suffix != ".lock":
                (links / file.name).symlink_to(file.absolute())
        super().__init__(Generation(links))
        self.generation = generation


class TantivyIndex(EmbeddedIndex):
    """A Tantivy index in a folder. Threads may share one; processes each open their own."""

    def __init__(self, folder: Path, *, wait: float = WRITER_WAIT) -> None:
        """Remember where the index is. Nothing is opened before the first query.

        Args:
            wait: seconds to wait for another writer before `IndexBusy`.
        """
        super().__init__(Tantivy(), folder, wait=wait)
