"""What an engine shows of its index to retrieval: one state of it, that no writer changes.

Retrieval (`community.search.retrieval`, `community.search.searching`) asks a `Snapshot` how
common terms are and for candidates, and scores the `Place` of each. An engine says how these are
read; what they mean, and all scoring, is the same for every engine.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from community.search.documents import Order
from community.search.entries import Labels, Row


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

    @classmethod
    def of(cls, row: Row, labels: Labels) -> "Traits":
        return cls(row.company_id, *labels, row.has_official, row.has_accepted, row.is_answered)


class Place(Protocol):
    """Where a document lies, and what is kept of it there."""

    def topic_id(self) -> int: ...

    def company_id(self) -> int: ...

    def row(self) -> bytes:
        """Return the document's packed row; `community.search.entries.unpack_row` reads it."""

    def occurrences(self) -> bytes:
        """Return what `community.search.entries.pack_occurrences` has made of the document."""

    def traits(self) -> Traits: ...

    def sort_key(self, order: Order) -> int:
        """Return what an order other than `Order.BEST` goes by, the larger the sooner."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A term of the query with what the index knows of it."""

    term: str
    weight: float  # in the query, times ``idf``
    idf: float
    holding: int  # documents, within the company if the query is; estimated for a stop word
    finds: bool  # candidates; a stop word only orders them
    word: str  # the likeliest of the terms that stand for one word; mostly ``term`` itself


def needed(terms: Iterable[Lookup], share: float) -> float:
    """Return the weight that a hit must hold to hold ``share`` of the words of ``terms``.

    One of the terms that stand for a word in several languages is enough.
    """
    weights: dict[str, float] = {}
    for lookup in terms:
        weights[lookup.word] = max(weights.get(lookup.word, 0.0), lookup.weight)
    return share * sum(weights.values())


class Hits(NamedTuple):
    """The documents that hold enough of a query, about best first."""

    places: Sequence[Place]
    is_complete: bool  # there are no others


class Snapshot(ABC):
    """The index as one commit left it. Counts may include documents deleted since they came."""

    document_count: int
    worth_scoring: int  # candidates, the fewer the better they are chosen

    @property
    @abstractmethod
    def average_lengths(self) -> tuple[float, ...]:
        """The average length of each of `scoring.FIELDS`, in terms."""

    @property
    @abstractmethod
    def languages(self) -> Mapping[str, int]:
        """How many documents there are in each language."""

    @abstractmethod
    def holding(self, term: str, company_id: int | None = None) -> int:
        """Return how many documents hold a term that is no stop word, in all or of a company."""

    @abstractmethod
    def holding_stop_word(self, term: str) -> int:
        """Return about how many documents hold a term, also where it is a stop word."""

    @abstractmethod
    def titled(self, word: str) -> int:
        """Return how many documents hold a word, as spelt, in their title or tags."""

    @abstractmethod
    def words_from(self, beginning: str) -> Iterator[tuple[str, int]]:
        """Yield words of titles and tags that begin so, with their documents.

        A word may come more than once, each time with a part of its documents.
        """

    @abstractmethod
    def find(self, topic_ids: Collection[int]) -> Sequence[Place]:
        """Return where topics lie, in no order; those that are not indexed are left out."""

    @abstractmethod
    def holds(self, topic_id: int, term: str) -> bool:
        """Say whether a term that is no stop word finds a topic."""

    @abstractmethod
    def fingerprints(self) -> dict[int, str]:
        """Return the fingerprint of each document by topic id."""

    @abstractmethod
    def candidates(
        self,
        terms: Sequence[Lookup],
        company_id: int | None,
        *,
        count: int,
        exclude: Collection[int],
    ) -> Iterable[Place]:
        """Return the documents that the terms find, at most ``count``, about best first.

        Args:
            terms: rarest first.
            company_id: whose documents, or None for all.
            exclude: topics to leave out.
        """

    @abstractmethod
    def hits(
        self, terms: Sequence[Lookup], company_id: int | None, *, share: float, most: int
    ) -> Hits:
        """Return the documents that hold at least ``share`` of the weight of ``terms``.

        Args:
            terms: rarest first.
            company_id: whose documents, or None for all.
            share: from 0 to 1. An engine that reads only a part of the terms takes it of those.
            most: return no more than these.
        """

    @abstractmethod
    def listed(self, order: Order, company_id: int | None, *, most: int) -> Sequence[Place]:
        """Return the first documents in an order other than `Order.BEST`, at most ``most``."""
