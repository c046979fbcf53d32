"""What engines that keep their index in a folder have in common.

An `EmbeddedIndex` is the whole `SearchIndex` but for the files: generations, locks and falling
back lie in `community.search.generations`, queries in `community.search.retrieval`. An engine
gives an `Engine`: how files are written, and a `Snapshot` of them.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from community.core import clock
from community.search import correction, rebuilding, retrieval, searching
from community.search import query as queries
from community.search.documents import (
    Document,
    Explanation,
    Filters,
    Match,
    Near,
    Order,
    Results,
    Spread,
)
from community.search.entries import Entry, entries_of, entry_of, unpack_row
from community.search.generations import Generation, Generations, Health
from community.search.interface import PAGE_SIZE, SUGGESTIONS, SearchIndex
from community.search.query import Query
from community.search.ranking import ANYBODY, Asker
from community.search.snapshots import Snapshot

WRITER_WAIT = 10.0  # seconds

Result = TypeVar("Result")


class Opened(Snapshot):
    """A snapshot that knows which commit of which generation it shows."""

    generation: Generation
    commit: object

    def is_found(self, document: Document) -> bool:
        """Say whether a document is there as it was written, and found by its rarest term."""
        prints = [unpack_row(place.row()).fingerprint for place in self.find([document.topic_id])]
        if prints != [document.fingerprint()]:
            return False
        terms = entry_of(document).terms
        rarest = min(terms, key=self.holding, default="")
        return not rarest or self.holds(document.topic_id, rarest)


class Engine(ABC):
    """How one engine writes and opens the files of a generation.

    Whoever writes has the lock. Each function that writes makes one commit; if it raises, or the
    process is killed, readers see what was there before.
    """

    version: str  # of the files and the analysis
    changing: Collection[str] = ()  # names of files that are written more than once

    @abstractmethod
    def create(self, generation: Generation, documents: Iterable[Document]) -> None:
        """Fill an empty generation with documents, each of another topic."""

    @abstractmethod
    def update(self, generation: Generation, put: dict[int, Entry], remove: set[int]) -> None:
        """Replace and remove; ``put`` gives entries by topic id."""

    @abstractmethod
    def compact(self, generation: Generation) -> None:
        """Let go of what removed and replaced documents have left behind."""

    @abstractmethod
    def sweep(self, generation: Generation) -> None:
        """Remove what a killed writer had begun."""

    @abstractmethod
    def commit(self, generation: Generation) -> object:
        """Return what tells the newest commit from others; asked by every query."""

    @abstractmethod
    def open(self, generation: Generation, previous: Opened | None = None) -> Opened:
        """Open the newest commit, taking over what ``previous`` of the same engine has open."""


class EmbeddedIndex(SearchIndex):
    """An index in a folder. Threads may share one; processes each open their own."""

    def __init__(self, engine: Engine, folder: Path, *, wait: float = WRITER_WAIT) -> None:
        """Remember where the index is. Nothing is opened before the first query.

        Args:
            wait: seconds to wait for another writer before `IndexBusy`.
        """
        self._engine = engine
        self._generations = Generations(folder, engine.version, changing=engine.changing)
        self._wait = wait
        self._snapshot: Opened | None = None
        self._lock = threading.Lock()  # mapped files have one position each

    def similar(
        self,
        text: str,
        *,
        body: str = "",
        company_id: int | None = None,
        limit: int = SUGGESTIONS,
        exclude: Collection[int] = (),
        among: Collection[int] | None = None,
        at: datetime | None = None,
        near: Near | None = None,
        asker: Asker = ANYBODY,
    ) -> list[Match]:
        query = self._read(text, body)
        return self._ask(
            lambda snapshot: retrieval.similar(
                snapshot,
                query,
                company_id=company_id,
                limit=limit,
                exclude=exclude,
                among=among,
                at=at or clock.now(),
                near=near,
                asker=asker,
            )
        )

    def mended(self, text: str) -> str:
        return self._ask(lambda snapshot: correction.mended(text[: queries.TEXT_MAX], snapshot))

    def search(
        self,
        text: str,
        filters: Filters = Filters(),  # noqa: B008 (frozen)
        *,
        order: Order = Order.BEST,
        page: int = 1,
        limit: int = PAGE_SIZE,
        at: datetime | None = None,
    ) -> Results:
        return self._ask(
            lambda snapshot: searching.search(
                snapshot,
                text,
                filters,
                order=order,
                page=page,
                limit=limit,
                at=at or clock.now(),
            )
        )

    def spread(self, words: Sequence[tuple[str, int]]) -> list[Spread]:
        return self._ask(
            lambda snapshot: [
                retrieval.spread(snapshot, word, company_id) for word, company_id in words
            ]
        )

    def explain(
        self,
        text: str,
        topic_id: int,
        *,
        body: str = "",
        at: datetime | None = None,
        near: Near | None = None,
        asker: Asker = ANYBODY,
    ) -> Explanation | None:
        query = self._read(text, body)
        return self._ask(
            lambda snapshot: retrieval.explain(
                snapshot,
                query,
                topic_id,
                at=at or clock.now(),
                near=near,
                asker=asker,
            )
        )

    def update(self, put: Iterable[Document] = (), remove: Iterable[int] = ()) -> None:
        removed = set(remove)
        entries = entries_of(document for document in put if document.topic_id not in removed)
        if entries or removed:
            self._change(lambda generation: self._engine.update(generation, entries, removed))

    def rebuild(self, documents: Iterable[Document]) -> int:
        with self._generations.writing(wait=self._wait):
            return rebuilding.rebuild(
                self._generations, documents, fill=self._engine.create, opened=self._engine.open
            )

    def compact(self) -> None:
        self._change(self._engine.compact)
        with self._generations.writing(wait=self._wait):
            self._generations.retire()  # the one before still holds what was removed

    def count(self) -> int:
        return self._ask(lambda snapshot: snapshot.document_count)

    def fingerprints(self) -> dict[int, str]:
        return self._ask(lambda snapshot: snapshot.fingerprints())

    def health(self) -> Health:
        return self._generations.health()

    def inspect(self) -> list[str]:
        return self._generations.inspect(self._engine.open)

    def _read(self, text: str, body: str) -> Query:
        """Read what was typed, without the lock: nobody else need wait until that is done."""
        held = self._ask(lambda snapshot: snapshot.languages)
        return queries.parse(text, body, held=held)

    def _ask(self, question: Callable[[Snapshot], Result]) -> Result:
        def asked(generation: Generation) -> Result:
            try:
                return question(self._newest(generation))
            except Exception:
                self._snapshot = None  # nothing that was opened is trusted any more
                raise

        with self._lock:
            return self._generations.attempt(asked, self._engine.open)

    def _change(self, change: Callable[[Generation], None]) -> None:
        def swept_changed_sealed(generation: Generation) -> None:
            self._engine.sweep(generation)
            change(generation)
            self._generations.seal(generation)

        with self._generations.writing(wait=self._wait):
            self._generations.sweep()
            self._generations.attempt(swept_changed_sealed, self._engine.open)

    def _newest(self, generation: Generation) -> Opened:
        """Return the newest state, opening what the last commit added.

        A writer may remove a segment between reading the list of segments and opening it, so one
        failure says nothing yet.
        """
        for last_try in (False, False, True):
            try:
                if not self._is_newest(generation):
                    self._snapshot = self._engine.open(generation, self._snapshot)
            except Exception:
                self._snapshot = None
                if last_try:
                    raise
            else:
                break
        assert self._snapshot is not None
        return self._snapshot

    def _is_newest(self, generation: Generation) -> bool:
        return (
            self._snapshot is not None
            and self._snapshot.generation == generation
            and self._snapshot.commit == self._engine.commit(generation)
        )
