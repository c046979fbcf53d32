"""What goes into the index and what comes out of it, the same for every engine."""

import enum
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from community.search.confidence import NO_SIGNS, Signs, Weights

NOT_SAID = "und"  # the language of a text of which nobody has said it (BCP 47: undetermined)


class Order(enum.StrEnum):
    """In what order a search lists its hits."""

    BEST = "best"  # by how well they fit; without words, as `ACTIVITY`
    NEWEST = "newest"  # by when they were asked
    ACTIVITY = "activity"  # by when something happened there last
    ME_TOO = "me_too"  # by how many have the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One topic as the index sees it.

    Texts are plain: Markdown and HTML have been taken out by whoever builds the document.
    """

    topic_id: int
    company_id: int
    kind: str
    status: str
    title: str
    body: str = ""
    accepted: str = ""  # the accepted and the official replies
    best: str = ""  # the best of the other replies
    tags: tuple[str, ...] = ()
    product_ids: tuple[int, ...] = ()
    names: tuple[str, ...] = ()  # of the company and the products; whoever writes there omits them
    has_official: bool = False
    has_accepted: bool = False
    is_solved: bool = False
    is_answered: bool = False  # by anybody but the asker
    language: str = NOT_SAID  # the primary subtag: "en", "zh"
    me_too_count: int = 0
    helped_count: int = 0  # people who said "this fixed it" or "worked for me"
    expertise: int = 0  # of the author of the best answer: `ranking.doublings` of topics solved
    created_at: datetime
    last_activity_at: datetime
    confirmed_at: datetime  # when an answer was given or said to work last; else `created_at`

    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits that change whenever anything in the document does."""
        content = repr(self).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(content, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a search is narrowed to. None, False and "" narrow nothing."""

    company_id: int | None = None
    product_id: int | None = None
    kind: str = ""
    status: str = ""
    tag: str = ""
    language: str = ""  # `NOT_SAID`: topics of which nobody has said it
    has_official: bool = False
    has_accepted: bool = False
    is_unanswered: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A topic that fits.

    ``relevance`` says how well words and meaning fit, ``score`` also weighs what `ranking` knows.
    Both order the matches of one query and mean nothing across queries; ``confidence``, from 0
    to 1, does, and orders nothing.
    """

    topic_id: int
    score: float
    relevance: float
    signs: Signs = NO_SIGNS
    confidence: float = 0.0


class Near(Protocol):
    """What a query means: the topics that are nearest to it, and how near any other is."""

    @property
    def found(self) -> Mapping[int, float]:
        """The similarity of the nearest topics, from 0 to 1, by topic id."""

    def similarities(self, topic_ids: Iterable[int]) -> Mapping[int, float]:
        """Return the similarity of those of these topics that have a vector."""

    def judge(self, topic_id: int) -> tuple[float, Weights] | None:
        """Return the similarity of a topic, and what signs count beside it; None: no vector."""


@dataclass(frozen=True, slots=True)
class Facets:
    """How many hits each further narrowing would leave, most frequent first.

    The counts of one facet ignore its own filter, so that a reader can switch over.
    """

    companies: Mapping[int, int] = field(default_factory=dict)
    products: Mapping[int, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    official: int = 0
    accepted: int = 0
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class Results:
    """One page of a search.

    ``total`` counts the hits; when ``total_is_exact`` is false there are at least as many
    (words that very many topics hold were only used to order the hits, not to find more).
    ``correction`` is the query with misspelt words replaced ("did you mean"), or "".
    """

    matches: tuple[Match, ...]
    total: int
    total_is_exact: bool
    facets: Facets
    correction: str = ""
    page: int = 1
    page_count: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """How many topics hold a word: in all, and of one company."""

    everywhere: int
    at_company: int


@dataclass(frozen=True, slots=True)
class TermShare:
    """What one word of the query adds to a topic's relevance."""

    term: str
    idf: float
    fields: Mapping[str, int]  # field name to occurrences
    share: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a topic has the score that it has."""

    topic_id: int
    score: float
    relevance: float
    factors: Mapping[str, float]  # what relevance is multiplied with
    terms: tuple[TermShare, ...]
    similarity: float | None = None  # of the meaning, where it counted and the topic has a vector
    signs: Signs = NO_SIGNS
    confidence: float = 0.0
