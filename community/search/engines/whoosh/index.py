"""The Whoosh engine as a `SearchIndex`."""

import logging
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from community.core import clock
from community.search import query as queries
from community.search.documents import Document, Explanation, Filters, Match, Order, Results, Spread
from community.search.engines.whoosh import candidates, reading, schema, searching, writing
from community.search.engines.whoosh import storage as storages
from community.search.engines.whoosh.snapshot import Snapshot, generation
from community.search.errors import SearchUnavailable
from community.search.interface import PAGE_SIZE, SUGGESTIONS, SearchIndex

WRITER_WAIT = 10.0  # seconds
log = logging.getLogger(__name__)


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
        self._store = storages.Store(folder)
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
        with self._reading() as snapshot:
            return reading.similar(
                snapshot,
                query,
                company_id=company_id,
                limit=limit,
                exclude=exclude,
                among=among,
                at=at or clock.now(),
                budget=self._budget,
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
        with self._reading() as snapshot:
            return searching.search(
                snapshot,
                text,
                filters,
                order=order,
                page=page,
                limit=limit,
                at=at or clock.now(),
            )

    def spread(self, words: Sequence[tuple[str, int]]) -> list[Spread]:
        with self._reading() as snapshot:
            return [reading.spread(snapshot, word, company_id) for word, company_id in words]

    def explain(
        self, text: str, topic_id: int, *, body: str = "", at: datetime | None = None
    ) -> Explanation | None:
        with self._reading() as snapshot:
            query = queries.parse(text, body)
            return reading.explain(snapshot, query, topic_id, at or clock.now())

    def update(self, put: Iterable[Document] = (), remove: Iterable[int] = ()) -> None:
        removed = set(remove)
        documents = {d.topic_id: d for d in put if d.topic_id not in removed}
        if not documents and not removed:
            return
        fields = {topic_id: schema.fields_of(document) for topic_id, document in documents.items()}
        with self._store.writing(wait=self._wait):
            build = self._store.current()
            self._store.sweep(build)
            with _translated():
                writing.update(build, fields, removed)

    def rebuild(self, documents: Iterable[Document]) -> int:
        with self._store.writing(wait=self._wait):
            self._store.sweep(self._live_build())
            build = self._store.new_build()
            count = writing.create(build, documents)
            self._store.make_live(build)
            self._store.sweep(build)
            return count

    def compact(self) -> None:
        with self._store.writing(wait=self._wait):
            build = self._store.current()
            self._store.sweep(build)
            with _translated():
                writing.compact(build)

    def count(self) -> int:
        with self._reading() as snapshot:
            return snapshot.document_count

    def fingerprints(self) -> dict[int, str]:
        with self._reading() as snapshot:
            rows = (place.row() for place in snapshot.places())
            return {row.topic_id: row.fingerprint for row in rows}

    def _live_build(self) -> storages.Build | None:
        try:
            return self._store.current()
        except SearchUnavailable:
            return None

    @contextmanager
    def _reading(self) -> Iterator[Snapshot]:
        with self._lock, _translated():
            try:
                yield self._newest()
            except Exception:
                self._snapshot = None
                raise

    def _newest(self) -> Snapshot:
        """Return the newest state, opening what the last commit added.

        A writer may remove a segment between reading the table of contents and opening it, so
        one failure says nothing yet.
        """
        for last_try in (False, False, True):
            build = self._store.current()
            try:
                if not self._is_newest(build):
                    self._snapshot = Snapshot(build, self._snapshot)
            except Exception:
                self._snapshot = None
                if last_try:
                    raise
            else:
                break
        assert self._snapshot is not None
        return self._snapshot

    def _is_newest(self, build: storages.Build) -> bool:
        return (
            self._snapshot is not None
            and self._snapshot.build == build
            and self._snapshot.generation == generation(build)
        )


@contextmanager
def _translated() -> Iterator[None]:
    """Turn whatever a broken index makes Whoosh raise into `SearchUnavailable`."""
    try:
        yield
    except SearchUnavailable:
        raise
    except Exception as error:
        log.exception("The search index is broken.")
        raise SearchUnavailable(f"The search index is broken. {storages.REINDEX}") from error
