"""A segment of the index, open for reading.

Whoosh's searcher runs a Python call per posting. Here postings are taken a block at a time (128
or more, decoded at once by the codec), deletions are looked at only for the few documents that
reach the end, and columns are read by document number. Only this module knows the codec.
"""

from array import array
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.reading import TermNotFound

from community.search.analysis import STOP_WORDS_OF_ALL
from community.search.documents import Order
from community.search.engines.whoosh.storage import storage
from community.search.entries import (
    company_id,
    sort_key,
    topic_id,
    unpack_labels,
    unpack_occurrences,
    unpack_row,
    unpack_rows,
)
from community.search.generations import Generation
from community.search.snapshots import Traits

SAMPLE = 500  # documents of a segment
STOP_WORDS = sorted(STOP_WORDS_OF_ALL)

Numbers = NDArray[np.integer]  # of documents in their segment


class Place(NamedTuple):
    """A document: the segment it lies in and its number there."""

    segment: "Segment"
    number: int

    def row(self) -> bytes:
        packed: bytes = self.segment.rows[self.number]
        return packed

    def topic_id(self) -> int:
        return topic_id(self.segment.rows[self.number])

    def company_id(self) -> int:
        return company_id(self.segment.rows[self.number])

    def sort_key(self, order: Order) -> int:
        return sort_key(self.segment.rows[self.number], order)

    def occurrences(self) -> bytes:
        packed: bytes = self.segment.occurrences[self.number]
        return packed

    def traits(self) -> Traits:
        return self.segment.traits(self.number)


class Sample(NamedTuple):
    """Estimates of what only a look at every document of a segment would tell exactly."""

    totals: tuple[float, ...]  # terms in each field
    holding: dict[str, float]  # documents that hold a stop word


class Segment:
    """One immutable part of the index, opened once and kept from commit to commit."""

    def __init__(self, generation: Generation, schema: Any, stored: Any) -> None:
        codec = stored.codec()
        files = storage(generation)
        self._schema = schema
        self._terms = codec.terms_reader(files, stored)
        self._documents = codec.per_document_reader(files, stored)
        self.document_count: int = stored.doc_count_all()
        self.rows = self._column("row")
        self.occurrences = self._column("occurrences")
        self.labels = self._column("labels")
        self._traits: dict[int, Traits] = {}
        self._orders: dict[Order, array[int]] = {}

    def _column(self, name: str) -> Any:
        return self._documents.column_reader(name, self._schema[name].column_type)

    def traits(self, number: int) -> Traits:
        """Return what a document is narrowed by; a search looks at hundreds, often the same."""
        known = self._traits.get(number)
        if known is None:
            known = Traits.of(unpack_row(self.rows[number]), unpack_labels(self.labels[number]))
            self._traits[number] = known
        return known

    @cached_property
    def sample(self) -> Sample:
        """What the documents are like, from evenly spread ones: the first query waits for it."""
        step = self.document_count // SAMPLE + 1
        places = [Place(self, number) for number in range(0, self.document_count, step)]
        lengths = unpack_rows([place.row() for place in places]).lengths
        found = unpack_occurrences([place.occurrences() for place in places], STOP_WORDS)
        scale = self.document_count / len(places)
        holding = scale * np.bincount(found.terms, minlength=len(STOP_WORDS))
        return Sample(
            totals=tuple((scale * lengths.sum(axis=0)).tolist()),
            holding=dict(zip(STOP_WORDS, holding.tolist(), strict=True)),
        )

    @cached_property
    def _by_topic(self) -> tuple[NDArray[np.uint64], Numbers]:
        """All topic ids in ascending order, and the number of each."""
        ids = unpack_rows([self.rows[n] for n in range(self.document_count)]).topic_ids
        numbers = np.argsort(ids)
        return ids[numbers], numbers

    def find(self, topic_ids: Collection[int]) -> list[int]:
        """Return the numbers of those of these topics that are here, deleted or not."""
        known, numbers = self._by_topic
        found: list[int] = numbers[np.isin(known, list(topic_ids))].tolist()
        return found

    def in_order(self, order: Order) -> "array[int]":
        """Return the numbers of all documents in this order, worked out when first asked for."""
        known = self._orders.get(order)
        if known is None:
            keys = [sort_key(self.rows[number], order) for number in range(self.document_count)]
            numbers = sorted(range(self.document_count), key=keys.__getitem__, reverse=True)
            self._orders[order] = known = array("I", numbers)
        return known

    @cached_property
    def words(self) -> dict[bytes, int]:
        """How many titles hold each word: a correction asks for hundreds that nobody has."""
        return dict(self.terms_from("words", b""))

    def holding(self, field: str, term: bytes) -> int:
        """Return how many documents hold the term, deleted ones included."""
        if field == "words":
            return self.words.get(term, 0)
        try:
            count: int = self._terms.doc_frequency(field, term)
        except KeyError:
            return 0
        return count

    def postings(self, field: str, term: bytes) -> Iterator[tuple[Numbers, NDArray[np.float64]]]:
        """Yield document numbers and weights, as two arrays a block."""
        try:
            matcher = self._terms.matcher(field, term, self._schema[field].format)
        except TermNotFound:
            return
        if not isinstance(matcher, W3LeafMatcher):  # so few that they lie beside the term
            ids, weights = [], []
            while matcher.is_active():
                ids.append(matcher.id())
                weights.append(matcher.weight())
                matcher.next()
            yield np.array(ids, np.int64), np.array(weights)
            return
        while matcher.is_active():
            matcher._read_data()  # noqa: SLF001 (decision 2)
            steps, weights, _ = matcher._data  # noqa: SLF001 (decision 2)
            every = 1.0 if weights is None else weights
            yield np.cumsum(steps), np.broadcast_to(np.asarray(every, np.float64), len(steps))
            matcher._next_block()  # noqa: SLF001 (decision 2)

    def terms_from(self, field: str, prefix: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield terms from ``prefix`` on in order, with how many documents hold each."""
        for (name, term), found in self._terms.items_from(field, prefix):
            if name != field or not term.startswith(prefix):
                return
            yield term, found.doc_frequency()


class View(NamedTuple):
    """A segment as one commit left it."""

    segment: Segment
    deleted: frozenset[int]
    live_count: int

    def places(self) -> Iterator[Place]:
        """Yield every document."""
        for number in range(self.segment.document_count):
            if number not in self.deleted:
                yield Place(self.segment, number)

    def in_order(self, order: Order) -> Iterator[Place]:
        """Yield every document in this order."""
        for number in self.segment.in_order(order):
            if number not in self.deleted:
                yield Place(self.segment, number)
