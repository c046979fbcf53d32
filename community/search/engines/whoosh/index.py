"""The Whoosh engine as a `SearchIndex`."""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from community.core import clock
from community.search import query as queries
from community.search import rebuilding
from community.search.documents import Document, Explanation, Filters, Match, Order, Results, Spread
from community.search.engines.whoosh import (
    candidates,
    reading,
    schema,
    searching,
    storage,
    writing,
)
from community.search.engines.whoosh.snapshot import Snapshot, newest_commit
from community.search.generations import Generation, Generations, Health
from community.search.interface import PAGE_SIZE, SUGGESTIONS, SearchIndex

WRITER_WAIT = 10.0  # seconds

Result = TypeVar("Result")


class WhooshIndex(SearchIndex):
    """A Whoosh index in a folder. Threads may share one; processes each open their own."""

    def __init__(
        self,
        folder: Path,
        *,
        wait: float = WRITER_WAIT,
        budget: int = candidates.BUDGET,
    ) -> None:
        """Remember where the index is. Nothing is opened before the first query.

        Args:
            wait: seconds to wait for another writer before `IndexBusy`.
            budget: postings read to find candidates.
        """
        self._generations = Generations(folder, schema.VERSION)
        self._wait = wait
        self._budget = budget
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()  # the mapped files have one position each

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
    ) -> list[Match]:
        query = queries.parse(text, body)
        return self._ask(
            lambda snapshot: reading.similar(
                snapshot,
                query,
                company_id=company_id,
                limit=limit,
                exclude=exclude,
                among=among,
                at=at or clock.now(),
                budget=self._budget,
            )
        )

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
                reading.spread(snapshot, word, company_id) for word, company_id in words
            ]
        )

    def explain(
        self, text: str, topic_id: int, *, body: str = "", at: datetime | None = None
    ) -> Explanation | None:
        query = queries.parse(text, body)
        return self._ask(
            lambda snapshot: reading.explain(snapshot, query, topic_id, at or clock.now())
        )

    def update(self, put: Iterable[Document] = (), remove: Iterable[int] = ()) -> None:
        removed = set(remove)
        documents = {d.topic_id: d for d in put if d.topic_id not in removed}
        if not documents and not removed:
            return
        fields = {topic_id: schema.fields_of(document) for topic_id, document in documents.items()}
        self._change(lambda generation: writing.update(generation, fields, removed))

    def rebuild(self, documents: Iterable[Document]) -> int:
        with self._generations.writing(wait=self._wait):
            return rebuilding.rebuild(
                self._generations, documents, fill=writing.create, opened=Snapshot
            )

    def compact(self) -> None:
        self._change(writing.compact)
        with self._generations.writing(wait=self._wait):
            self._generations.retire()  # the one before still holds what was removed

    def count(self) -> int:
        return self._ask(lambda snapshot: snapshot.document_count)

    def fingerprints(self) -> dict[int, str]:
        return self._ask(_fingerprints)

    def health(self) -> Health:
        return self._generations.health()

    def inspect(self) -> list[str]:
        return self._generations.inspect(Snapshot)

    def _ask(self, question: Callable[[Snapshot], Result]) -> Result:
        def asked(generation: Generation) -> Result:
            try:
                return question(self._newest(generation))
            except Exception:
                self._snapshot = None  # nothing that was opened is trusted any more
                raise

        with self._lock:
            return self._generations.attempt(asked, Snapshot)

    def _change(self, change: Callable[[Generation], None]) -> None:
        def swept_changed_sealed(generation: Generation) -> None:
            storage.sweep(generation)
            change(generation)
            self._generations.seal(generation)

        with self._generations.writing(wait=self._wait):
            self._generations.sweep()
            self._generations.attempt(swept_changed_sealed, Snapshot)

    def _newest(self, generation: Generation) -> Snapshot:
        """Return the newest state, opening what the last commit added.

        A writer may remove a segment between reading the table of contents and opening it, so
        one failure says nothing yet.
        """
        for last_try in (False, False, True):
            try:
                if not self._is_newest(generation):
                    self._snapshot = Snapshot(generation, self._snapshot)
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
            and self._snapshot.commit == newest_commit(generation)
        )


def _fingerprints(snapshot: Snapshot) -> dict[int, str]:
    rows = (place.row() for place in snapshot.places())
    return {row.topic_id: row.fingerprint for row in rows}
