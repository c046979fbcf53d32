"""One state of a Tantivy index, open for reading.

Tantivy finds the best documents without reading every posting (block-max WAND: Ding and Suel,
"Faster top-k document retrieval using block-max indexes", SIGIR 2011), so all words of a query
find candidates, the common ones too.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import tantivy
from tantivy import Occur
from tantivy import Query as Asked

from community.search import entries, scoring
from community.search.documents import Order
from community.search.engines.embedded import Opened
from community.search.engines.tantivy.schema import LENGTHS, ORDERS, schema
from community.search.engines.tantivy.writing import addresses
from community.search.entries import token
from community.search.generations import Generation
from community.search.snapshots import Hits, Lookup, Traits, needed

WORDS_SEEN = 2_000  # words with one beginning that are looked at
DRIFT = 0.01  # by so much the number of documents may change before lengths are averaged anew
TRAITS_KEPT = 50_000  # documents, some 20 MB
ORDERING = 0.001  # weight of how well a hit fits, next to how much of the query it holds
_SCHEMA = schema()


def commit_of(generation: Generation) -> tuple[int, int, int]:
    """Return what changes with every commit: which file lists the segments."""
    listed = (generation.folder / "meta.json").stat()
    return listed.st_ino, listed.st_mtime_ns, listed.st_size


class KnownTraits(dict[int, Traits]):
    """What was read before, by the fingerprint of the document: so it holds for every commit.

    A search looks at up to a thousand hits, often the same, and reading one takes 10 µs.
    """

    def put(self, fingerprint: int, traits: Traits) -> None:
        """Remember the traits of a document."""
        if len(self) >= TRAITS_KEPT:
            self.clear()
        self[fingerprint] = traits


class Place:
    """A document: where it lies, and what is stored of it once that has been read."""

    __slots__ = ("_fingerprint", "_known", "_searcher", "_stored", "address")

    def __init__(
        self,
        searcher: tantivy.Searcher,
        address: tantivy.DocAddress,
        fingerprint: int,
        known: KnownTraits,
    ) -> None:
        self.address = address
        self._searcher = searcher
        self._fingerprint = fingerprint
        self._known = known
        self._stored: tantivy.Document | None = None

    def _packed(self, name: str) -> bytes:
        if self._stored is None:
            self._stored = self._searcher.doc(self.address)
        packed: Any = self._stored.get_first(name)
        return bytes(packed)

    def topic_id(self) -> int:
        return entries.topic_id(self._packed("row"))

    def company_id(self) -> int:
        return entries.company_id(self._packed("row"))

    def row(self) -> bytes:
        return self._packed("row")

    def occurrences(self) -> bytes:
        return self._packed("occurrences")

    def traits(self) -> Traits:
        known = self._known.get(self._fingerprint)
        if known is None:
            row = entries.unpack_row(self.row())
            known = Traits.of(row, entries.unpack_labels(self._packed("labels")))
            self._known.put(self._fingerprint, known)
        return known

    def sort_key(self, order: Order) -> int:
        return entries.sort_key(self._packed("row"), order)


class Snapshot(Opened):
    """The index as one commit left it."""

    worth_scoring = 100

    def __init__(self, generation: Generation, previous: "Snapshot | None" = None) -> None:
        """Open the newest commit, taking over the segments that ``previous`` has open."""
        self.generation = generation
        self.commit = commit_of(generation)
        self._index: tantivy.Index
        self._measured: tuple[int, tuple[float, ...]] = (0, ())
        self._traits: KnownTraits = previous._traits if previous else KnownTraits()  # noqa: SLF001 (its own)
        if previous and previous.generation == generation:
            self._index, self._measured = previous._index, previous._measured  # noqa: SLF001 (its own)
        else:
            self._index = tantivy.Index.open(str(generation.folder))
            self._index.config_reader("manual")
        self._index.reload()
        self._searcher = self._index.searcher()
        self.document_count = self._searcher.num_docs

    @property
    def average_lengths(self) -> tuple[float, ...]:
        """The average length of each field; measured anew when the index has grown by 1 %."""
        counted, averages = self._measured
        if not counted or abs(self.document_count - counted) > DRIFT * counted:
            averages = self._averages
            self._measured = self.document_count, averages
        return averages

    @cached_property
    def _averages(self) -> tuple[float, ...]:
        asked = {name: {"avg": {"field": name}} for name in LENGTHS}
        found = self._searcher.aggregate(Asked.all_query(), asked)
        totals = [self.document_count * (found[name]["value"] or 0.0) for name in LENGTHS]
        return scoring.averages(totals, self.document_count)

    @cached_property
    def languages(self) -> Mapping[str, int]:
        return dict(self._searcher.terms_with_prefix("language", ""))

    def holding(self, term: str, company_id: int | None = None) -> int:
        return int(self._searcher.doc_freq(*token(term, company_id)))

    def holding_stop_word(self, term: str) -> int:
        return int(self._searcher.doc_freq("stop_words", term)) + self.holding(term)

    def titled(self, word: str) -> int:
        return int(self._searcher.doc_freq("words", word))

    def words_from(self, beginning: str) -> Iterator[tuple[str, int]]:
        yield from self._searcher.terms_with_prefix("words", beginning, limit=WORDS_SEEN)

    def find(self, topic_ids: Collection[int]) -> list[Place]:
        if not topic_ids:
            return []
        asked = Asked.term_set_query(_SCHEMA, "topic", list(topic_ids))
        found = self._searcher.search(asked, len(topic_ids), count=False)
        return self._places([address for _, address in found.hits])

    def holds(self, topic_id: int, term: str) -> bool:
        both = (Asked.term_query(_SCHEMA, "topic", topic_id), _term(term, None))
        asked = Asked.boolean_query([(Occur.Must, part) for part in both])
        return bool(self._searcher.search(asked, 1, count=False).hits)

    def fingerprints(self) -> dict[int, str]:
        every = addresses(self._searcher)
        topic_ids = self._searcher.fast_field_values("topic", every)
        fingerprints = self._searcher.fast_field_values("fingerprint", every)
        return {
            int(topic_id or 0): f"{fingerprint:016x}"
            for topic_id, fingerprint in zip(topic_ids, fingerprints, strict=True)
        }

    def candidates(
        self,
        terms: Sequence[Lookup],
        company_id: int | None,
        *,
        count: int,
        exclude: Collection[int],
    ) -> list[Place]:
        asked = _any_of(
            _weighed(lookup, company_id, self.document_count) for lookup in terms if lookup.finds
        )
        found = self._searcher.search(asked, count + len(exclude), count=False)
        places = [address for _, address in found.hits]
        if exclude:
            topic_ids = self._searcher.fast_field_values("topic", places)
            places = [
                address
                for topic_id, address in zip(topic_ids, places, strict=True)
                if topic_id not in exclude
            ]
        return self._places(places[:count])

    def hits(
        self, terms: Sequence[Lookup], company_id: int | None, *, share: float, most: int
    ) -> Hits:
        """Return the documents that hold about ``share`` of the weight of ``terms``, or more.

        Each term adds its weight to a document's score, and a thousandth of what it adds to a
        candidate's: so the score tells who holds enough, and orders those who hold the same.
        """
        finding = [lookup for lookup in terms if lookup.finds]
        asked = _any_of(
            part
            for lookup in finding
            for part in (
                Asked.const_score_query(_term(lookup.term, company_id), lookup.weight),
                Asked.boost_query(_weighed(lookup, company_id, self.document_count), ORDERING),
            )
        )
        least = needed(finding, share)
        found = self._searcher.search(asked, most + 1, count=False)
        enough = [address for score, address in found.hits if score >= least]
        return Hits(self._places(enough[:most]), len(enough) <= most)

    def listed(self, order: Order, company_id: int | None, *, most: int) -> list[Place]:
        everything = Asked.all_query()
        if company_id is not None:
            everything = Asked.term_query(_SCHEMA, *token("", company_id), "basic")
        found = self._searcher.search(everything, most, count=False, order_by_field=ORDERS[order])
        return self._places([address for _, address in found.hits])

    def _places(self, addresses: list[tantivy.DocAddress]) -> list[Place]:
        fingerprints = self._searcher.fast_field_values("fingerprint", addresses)
        return [
            Place(self._searcher, address, int(fingerprint or 0), self._traits)
            for address, fingerprint in zip(addresses, fingerprints, strict=True)
        ]


def _term(term: str, company_id: int | None) -> Asked:
    return Asked.term_query(_SCHEMA, *token(term, company_id), "freq")


def _weighed(lookup: Lookup, company_id: int | None, document_count: int) -> Asked:
    """Ask for a term so that it counts its weight in our query, not its rarity in the field."""
    rarity = scoring.idf(document_count, lookup.holding)
    return Asked.boost_query(_term(lookup.term, company_id), lookup.weight / rarity)


def _any_of(parts: Iterator[Asked]) -> Asked:
    return Asked.boolean_query([(Occur.Should, part) for part in parts])
