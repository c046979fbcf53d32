"""What an import owes when its rows are there: the search index, standings and figures.

Each batch owes it in its own transaction, so that nothing is forgotten if the import
dies. The import itself does it all at once in the end, which is many times cheaper; the
worker does only what has been left over for `LEFT_TO_US`.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from community import search
from community.core import outbox, sql
from community.core.db import reading, transaction
from community.search import Document, IndexBusy, SearchUnavailable
from community.topics import handlers, indexing
from community.topics.services import figures, standings

EVENT = "topics.imported"
LEFT_TO_US = timedelta(minutes=10)
PUT_AT_ONCE = 2_000  # documents

Tell = Callable[[int, int], None]


def finish_batch(topic_ids: list[int], company_ids: list[int]) -> None:
    """Do what one batch of an import that died has left to do.

    Raises:
        Retry: the index cannot be written just now.
    """
    affected = {*topic_ids, *_measure(company_ids)}
    handlers.index_topics([{"topic_id": topic_id} for topic_id in affected])


def finish_all(tell: Tell = lambda _done, _all: None) -> bool:
    """Do what every import has left to do. Return False if the index is left to the worker.

    Args:
        tell: called with how many topics are indexed, of how many.
    """
    with reading():
        rows = outbox.owed(EVENT)
    if not rows:
        return True
    payloads: list[dict[str, Any]] = [row.payload for row in rows]
    topic_ids = {id_ for payload in payloads for id_ in payload["topic_ids"]}
    with transaction():
        sql.take_statistics()
        topic_ids |= _measure({id_ for payload in payloads for id_ in payload["company_ids"]})
    is_indexed = _index(topic_ids, tell)
    if is_indexed:
        with transaction():
            for some in sql.chunks(rows, 500):
                outbox.settle(some)
    return is_indexed


def _measure(company_ids: Iterable[int]) -> set[int]:
    """Measure companies. Return the topics to index anew: who answered is an expert now."""
    ids = set(company_ids)
    affected = standings.refresh_companies(ids)
    figures.keep(figures.measure(ids))
    return affected


def _index(topic_ids: set[int], tell: Tell) -> bool:
    """Put topics into the index; build it anew if that is less work."""
    try:
        if len(topic_ids) >= _indexed_count():
            search.index().rebuild(_told(_documents(), indexing.visible_count(), tell))
        else:
            done = 0
            for some in sql.chunks(sorted(topic_ids), PUT_AT_ONCE):
                with reading():
                    documents = indexing.documents_of(some)
                search.index().put(documents)
                done += len(some)
                tell(done, len(topic_ids))
    except (IndexBusy, SearchUnavailable):
        return False
    return True


def _indexed_count() -> int:
    """Return how many topics are in the index; 0 if it cannot be used."""
    try:
        return search.index().count()
    except SearchUnavailable:
        return 0


def _documents() -> Iterator[Document]:
    with reading():
        yield from indexing.all_documents()


def _told(documents: Iterable[Document], total: int, tell: Tell) -> Iterator[Document]:
    for number, document in enumerate(documents, 1):
        yield document
        if not number % 100:
            tell(number, total)
