"""One state of the index, open for reading.

Whoosh's searcher runs a Python call per posting. Here postings are taken a block at a time (128
or more, decoded at once by the codec), deletions are looked at only for the few documents that
reach the end, and columns are read by document number. Only this module knows the codec.
"""

import heapq
from array import array
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.index import TOC
from whoosh.reading import TermNotFound

from community.search import scoring
from community.search.analysis import ENGLISH
from community.search.documents import Document, Order
from community.search.engines.whoosh.storage import storage
from community.search.entries import (
    Row,
    encode,
    entry_of,
    key,
    sort_key,
    topic_id,
    unpack_labels,
    unpack_occurrences,
    unpack_row,
)
from community.search.generations import Generation

SAMPLE = 500  # documents of a segment
STOP_KEYS = frozenset(map(key, ENGLISH.stop_words))
_INDEX_NAME = "MAIN"  # Whoosh's own default


def newest_commit(generation: Generation) -> int:
    """Return the number of the newest commit, -1 if there is none."""
    newest: int = TOC._latest_generation(storage(generation), _INDEX_NAME)  # noqa: SLF001 (decision 2)
    return newest


class Place(NamedTuple):
    """A document: the segment it lies in and its number there."""

    segment: "Segment"
    number: int

    def row(self) -> Row:
        return unpack_row(self.segment.rows[self.number])

    def topic_id(self) -> int:
        return topic_id(self.segment.rows[self.number])

    def sort_key(self, order: Order) -> int:
        return sort_key(self.segment.rows[self.number], order)

    def occurrences(self) -> dict[int, int]:
        return unpack_occurrences(self.segment.occurrences[self.number])

    def keys(self) -> frozenset[int]:
        return frozenset(self.occurrences())

    def traits(self) -> "Traits":
        return self.segment.traits(self.number)


class Traits(NamedTuple):
    """What a search is narrowed by, of one document."""

    company_id: int
    kind: str
    status: str
    language: str
    product_ids: tuple[int, ...]
    tags: tuple[str, ...]
    has_official: bool
    has_accepted: bool
    is_answered: bool


class Sample(NamedTuple):
    """Estimates of what only a look at every document of a segment would tell exactly."""

    totals: tuple[float, ...]  # terms in each field
    holding: dict[int, float]  # documents that hold a stop word, by its key


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
            row, labels = unpack_row(self.rows[number]), unpack_labels(self.labels[number])
            known = Traits(
                row.company_id, *labels, row.has_official, row.has_accepted, row.is_answered
            )
            self._traits[number] = known
        return known

    @cached_property
    def sample(self) -> "Sample":
        """What the documents are like, from evenly spread ones: the first query waits for it."""
        step = self.document_count // SAMPLE + 1
        places = [Place(self, number) for number in range(0, self.document_count, step)]
        lengths = zip(*(place.row().lengths for place in places), strict=True)
        holding = Counter(number for place in places for number in STOP_KEYS & place.keys())
        scale = self.document_count / len(places)
        return Sample(
            totals=tuple(scale * sum(field) for field in lengths),
            holding={number: scale * count for number, count in holding.items()},
        )

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

    def postings(self, field: str, term: bytes) -> Iterator[tuple[Any, Any]]:
        """Yield document numbers and weights, as two sequences a block."""
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
            yield ids, weights
            return
        while matcher.is_active():
            matcher.id()  # have the codec decode
            matcher.weight()  # the block
            yield matcher._ids, matcher._weights  # noqa: SLF001 (decision 2)
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

    def in_order(self, order: Order) -> Iterator[Place]:
        """Yield every document in this order."""
        for number in self.segment.in_order(order):
            if number not in self.deleted:
                yield Place(self.segment, number)


class Snapshot:
    """The index as one commit left it."""

    def __init__(self, generation: Generation, previous: "Snapshot | None" = None) -> None:
        """Open the newest commit, taking over the segments that ``previous`` has open."""
        contents = TOC.read(storage(generation), _INDEX_NAME)
        self.generation = generation
        self.commit: int = contents.generation
        self._known: dict[str, Segment] = {}
        known = previous._known if previous and previous.generation == generation else {}  # noqa: SLF001 (decision 2)
        self.views: list[View] = []
        for stored in contents.segments:
            name = stored.segment_id()
            segment = known.get(name) or Segment(generation, contents.schema, stored)
            self._known[name] = segment
            deleted = frozenset(stored.deleted_docs())
            self.views.append(View(segment, deleted, segment.document_count - len(deleted)))
        self.document_count = sum(view.live_count for view in self.views)

    @cached_property
    def average_lengths(self) -> tuple[float, ...]:
        """The average length of each field, in terms."""
        totals = [sum(f) for f in zip(*(v.segment.sample.totals for v in self.views), strict=True)]
        counted = sum(view.segment.document_count for view in self.views)
        return scoring.averages(totals or [0] * len(scoring.FIELDS), counted)

    def holding_stop_word(self, word: str) -> int:
        """Return about how many documents hold a stop word."""
        number = key(word)
        return round(sum(view.segment.sample.holding.get(number, 0) for view in self.views))

    def holding(self, field: str, term: str) -> int:
        """Return how many documents hold the term; deleted ones may still be counted."""
        encoded = encode(term)
        return sum(view.segment.holding(field, encoded) for view in self.views)

    def holders(self, field: str, term: str) -> Iterator[Place]:
        """Yield every document that holds the term."""
        for segment, deleted, _ in self.views:
            for numbers, _ in segment.postings(field, encode(term)):
                for number in numbers:
                    if number not in deleted:
                        yield Place(segment, number)

    def find(self, topic_id: int) -> Place | None:
        """Return where a topic lies."""
        return next(self.holders("topic", str(topic_id)), None)

    def is_found(self, document: Document) -> bool:
        """Say whether a document is there as it was written, and found by its rarest term."""
        place = self.find(document.topic_id)
        if place is None or place.row().fingerprint != document.fingerprint():
            return False
        terms = entry_of(document).terms
        if not terms:
            return True
        rarest = min(terms, key=lambda term: self.holding("terms", term))
        return any(holder == place for holder in self.holders("terms", rarest))

    def places(self) -> Iterator[Place]:
        """Yield every document."""
        for view in self.views:
            for number in range(view.segment.document_count):
                if number not in view.deleted:
                    yield Place(view.segment, number)

    def in_order(self, order: Order) -> Iterator[Place]:
        """Yield every document in this order."""
        by_segment = (view.in_order(order) for view in self.views)
        return heapq.merge(*by_segment, key=lambda place: place.sort_key(order), reverse=True)

    def terms_from(self, field: str, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield the terms that begin with ``prefix``, segment by segment, with their counts."""
        for view in self.views:
            for term, count in view.segment.terms_from(field, encode(prefix)):
                yield term.decode("utf-8", "surrogatepass"), count
