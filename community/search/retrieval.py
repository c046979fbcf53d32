"""Finding similar topics: an engine's candidates, scored with the whole query and ranked.

The same functions serve every engine. Terms are looked up and weighed here; the engine returns
the few documents worth a closer look; they are scored with every term of the query from their
occurrences, which restores the order that a full search would have given.
"""

import heapq
import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from community.search import query as queries
from community.search import ranking, relevance, scoring
from community.search.documents import Explanation, Match, Near, Spread, TermShare
from community.search.entries import SHIFTS, Row, key
from community.search.query import Query
from community.search.ranking import ANYBODY, Asker
from community.search.snapshots import Lookup, Place, Snapshot

RESCORED = 100  # candidates
STOP_WORD = 0.5  # weight of a stop word, next to another word that as many topics hold
COMPLETIONS = 8
COMPLETIONS_SEEN = 200  # words looked at for them
COMPLETED = 0.2  # weight of all completions of an unfinished word together


def similar(
    snapshot: Snapshot,
    query: Query,
    *,
    company_id: int | None,
    limit: int,
    exclude: Collection[int],
    among: Collection[int] | None,
    at: datetime,
    near: Near | None = None,
    asker: Asker = ANYBODY,
) -> list[Match]:
    """Find the topics that fit the query best.

    Args:
        near: what the query's meaning is near to; candidates come from the words alone if None.
        asker: what is known of whoever asks.
    """
    terms = lookups(snapshot, query, company_id)
    if among is not None:
        places = _found(snapshot, set(among).difference(exclude), company_id)
    else:
        count = max(RESCORED, limit)
        places = _candidates(snapshot, terms, company_id, count=count, exclude=exclude, near=near)
    scored = _scored(Scorer(snapshot, terms, at, asker), places, near)
    matches = (one.match() for one in scored)
    return heapq.nlargest(limit, (m for m in matches if m.score > 0), key=lambda m: m.score)


def _candidates(
    snapshot: Snapshot,
    terms: Sequence[Lookup],
    company_id: int | None,
    *,
    count: int,
    exclude: Collection[int],
    near: Near | None,
) -> list[Place]:
    """Return what the words find, and what lies near."""
    places = list(snapshot.candidates(terms, company_id, count=count, exclude=exclude))
    if near is None:
        return places
    known = {place.topic_id() for place in places}
    return places + _found(snapshot, near.found.keys() - known - set(exclude), company_id)


def _found(snapshot: Snapshot, topic_ids: Collection[int], company_id: int | None) -> list[Place]:
    found = [place for topic_id in topic_ids if (place := snapshot.find(topic_id))]
    return [place for place in found if company_id is None or place.company_id() == company_id]


def _scored(scorer: "Scorer", places: Sequence[Place], near: Near | None) -> list["Scored"]:
    """Return the documents with their relevance: that of their words, or with their meaning."""
    scored = [scorer.score(place) for place in places]
    if near is None:
        return scored
    words = {one.topic_id: one.relevance for one in scored}
    fitting = relevance.fused(words, near.similarities(words))
    return [one._replace(relevance=fitting[one.topic_id]) for one in scored]


def spread(snapshot: Snapshot, word: str, company_id: int) -> Spread:
    """Count the topics that hold the rarest term of a word."""
    query = queries.parse(word, finished=True, held=snapshot.languages)
    if not query.terms:
        return Spread(0, 0)
    stop_words = [term for term in query.terms if query.is_stop_word(term)]
    if stop_words:
        return Spread(min(map(snapshot.holding_stop_word, stop_words)), 0)
    everywhere, rarest = min(
        (sum(map(snapshot.holding, synonyms)), synonyms) for synonyms in _synonyms(query)
    )
    return Spread(everywhere, sum(snapshot.holding(term, company_id) for term in rarest))


def explain(
    snapshot: Snapshot,
    query: Query,
    topic_id: int,
    *,
    at: datetime,
    near: Near | None = None,
    asker: Asker = ANYBODY,
) -> Explanation | None:
    """Take the score of a topic apart."""
    place = snapshot.find(topic_id)
    if place is None:
        return None
    terms = lookups(snapshot, query, None)
    others = _candidates(snapshot, terms, None, count=RESCORED, exclude={topic_id}, near=near)
    scorer = Scorer(snapshot, terms, at, asker)
    match = _scored(scorer, [place, *others], near)[0].match()
    occurrences = place.occurrences()
    shares = []
    for lookup in terms:
        if counts := occurrences.get(key(lookup.term)):
            alone = Scorer(snapshot, [lookup], at).match(place).relevance
            by_field = {
                name: number
                for name, shift in zip(scoring.FIELDS, SHIFTS, strict=True)
                if (number := counts >> shift & 255)
            }
            shares.append(TermShare(lookup.term, lookup.idf, by_field, alone))
    return Explanation(
        topic_id,
        match.score,
        match.relevance,
        scorer.factors(place, place.row()),
        tuple(sorted(shares, key=lambda share: share.share, reverse=True)),
        near.similarities([topic_id]).get(topic_id) if near else None,
    )


# Terms


def lookups(snapshot: Snapshot, query: Query, company_id: int | None) -> list[Lookup]:
    """Look the terms of a query up, rarest first. Terms that nothing holds are left out.

    Terms that stand for one word in several languages are as rare as all of them together.
    """
    found = []
    for synonyms in _synonyms(query):
        held = {term: _everywhere(snapshot, query, term) for term in synonyms}
        idf = scoring.idf(snapshot.document_count, min(sum(held.values()), snapshot.document_count))
        found += [
            _lookup(
                snapshot,
                query,
                company_id,
                term=term,
                weight=query.terms[term] * idf,
                idf=idf,
                word=synonyms[0],
            )
            for term, everywhere in held.items()
            if everywhere
        ]
    found += _completions(snapshot, query, company_id)
    return sorted(found, key=lambda lookup: lookup.holding)


def _synonyms(query: Query) -> list[list[str]]:
    """Return the terms of a query, those together that stand for one word."""
    groups = {term: [term] for term in query.terms if term not in query.instead_of}
    for term, main in query.instead_of.items():
        groups[main].append(term)
    return list(groups.values())


def _everywhere(snapshot: Snapshot, query: Query, term: str) -> int:
    is_stop_word = query.is_stop_word(term)
    return snapshot.holding_stop_word(term) if is_stop_word else snapshot.holding(term)


def _lookup(
    snapshot: Snapshot,
    query: Query,
    company_id: int | None,
    *,
    term: str,
    weight: float,
    idf: float,
    word: str,
) -> Lookup:
    if query.is_stop_word(term):
        holding = snapshot.holding_stop_word(term)
        return Lookup(term, STOP_WORD * weight, idf, holding, finds=False, word=word)
    holding = snapshot.holding(term, company_id)
    return Lookup(term, weight, idf, holding, finds=True, word=word)


def _completions(snapshot: Snapshot, query: Query, company_id: int | None) -> list[Lookup]:
    """Look up what the unfinished last word may become."""
    if not query.unfinished:
        return []
    counts: dict[str, int] = {}
    words = zip(snapshot.words_from(query.unfinished), range(COMPLETIONS_SEEN), strict=False)
    for (word, count), _ in words:
        for term in query.completed(word):
            if term not in query.terms:
                counts[term] = counts.get(term, 0) + count
    likely = heapq.nlargest(COMPLETIONS, counts.items(), key=itemgetter(1))
    total = sum(count for _, count in likely)
    # One word is meant, so all completions together say no more than their whole group does.
    idf = scoring.idf(snapshot.document_count, min(total, snapshot.document_count))
    return [
        _lookup(
            snapshot,
            query,
            company_id,
            term=term,
            weight=COMPLETED * idf * (0.5 + 0.5 * count / total),
            idf=idf,
            word=term,
        )
        for term, count in likely
        if _everywhere(snapshot, query, term)
    ]


# Scores


class Scored(NamedTuple):
    """A document as it is ranked."""

    topic_id: int
    relevance: float
    factor: float  # `ranking.weight`

    def match(self) -> Match:
        return Match(self.topic_id, self.relevance * self.factor, self.relevance)


class Scorer:
    """Scores documents for one query, by its words."""

    def __init__(
        self,
        snapshot: Snapshot,
        terms: Sequence[Lookup],
        at: datetime,
        asker: Asker = ANYBODY,
    ) -> None:
        self._averages = snapshot.average_lengths
        self._weights = [(key(lookup.term), lookup.weight) for lookup in terms]
        self._at = at
        self._asker = asker

    def match(self, place: Place) -> Match:
        """Return the document as a match."""
        return self.score(place).match()

    def score(self, place: Place) -> Scored:
        """Return the document with what its words are worth."""
        row = place.row()
        factor = math.prod(self.factors(place, row).values())
        return Scored(row.topic_id, self._relevance(row, place.occurrences()), factor)

    def factors(self, place: Place, row: Row) -> Mapping[str, float]:
        """Return what a document's relevance is multiplied with."""
        # Products lie with the labels, which cost a look of their own.
        product_ids = place.traits().product_ids if self._asker.product_ids else ()
        return ranking.factors(row.standing(), self._asker, self._at, product_ids)

    def _relevance(self, row: Row, occurrences: dict[int, int]) -> float:
        title, body, accepted, best = scoring.norms(row.lengths, self._averages)
        total = 0.0
        for number, weight in self._weights:
            if counts := occurrences.get(number):
                counted = (
                    title * (counts & 255)
                    + body * (counts >> 8 & 255)
                    + accepted * (counts >> 16 & 255)
                    + best * (counts >> 24)
                )
                total += weight * scoring.saturate(counted)
        return total
