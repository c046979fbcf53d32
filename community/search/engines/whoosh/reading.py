"""The queries: candidates, scored in full and ranked."""

import heapq
from collections.abc import Collection, Sequence
from datetime import datetime

from community.search import ranking, scoring
from community.search.analysis import ENGLISH
from community.search.documents import Explanation, Match, Spread, TermShare
from community.search.engines.whoosh import candidates
from community.search.engines.whoosh.candidates import Lookup
from community.search.engines.whoosh.snapshot import Place, Snapshot
from community.search.entries import SHIFTS, Row, company_term, key
from community.search.query import Query

RESCORED = 100  # candidates


class Scorer:
    """Scores documents for one query."""

    def __init__(self, snapshot: Snapshot, terms: Sequence[Lookup], at: datetime) -> None:
        self._averages = snapshot.average_lengths
        self._weights = [(key(lookup.term), lookup.weight) for lookup in terms]
        self._at = at

    def match(self, place: Place) -> Match:
        """Return the document as a match."""
        row = place.row()
        relevance = self._relevance(row, place.occurrences())
        standing = row.standing()
        score = relevance * ranking.trust(standing) * ranking.freshness(standing, self._at)
        return Match(row.topic_id, score, relevance)

    def _relevance(self, row: Row, counted: dict[int, int]) -> float:
        title, body, accepted, best = scoring.norms(row.lengths, self._averages)
        total = 0.0
        for number, weight in self._weights:
            if counts := counted.get(number):
                occurrences = (
                    title * (counts & 255)
                    + body * (counts >> 8 & 255)
                    + accepted * (counts >> 16 & 255)
                    + best * (counts >> 24)
                )
                total += weight * scoring.saturate(occurrences)
        return total


def similar(
    snapshot: Snapshot,
    query: Query,
    *,
    company_id: int | None,
    limit: int,
    exclude: Collection[int],
    among: Collection[int] | None,
    at: datetime,
    budget: int = candidates.BUDGET,
) -> list[Match]:
    """Find the topics that fit the query best."""
    terms = candidates.lookups(snapshot, query, company_id)
    if among is not None:
        places = [
            place
            for topic_id in among
            if topic_id not in exclude and (place := snapshot.find(topic_id))
        ]
        if company_id is not None:
            places = [place for place in places if place.row().company_id == company_id]
    else:
        found = candidates.gather(snapshot, terms, budget=budget)
        places = list(candidates.best(snapshot, found, max(RESCORED, limit), exclude=exclude))
    scorer = Scorer(snapshot, terms, at)
    matches = (scorer.match(place) for place in places)
    return heapq.nlargest(limit, (m for m in matches if m.score > 0), key=lambda m: m.score)


def spread(snapshot: Snapshot, word: str, company_id: int) -> Spread:
    """Count the topics that hold the rarest term of a word."""
    terms = ENGLISH.terms(word)
    if not terms:
        return Spread(0, 0)
    stop_words = [term for term in terms if term in ENGLISH.stop_words]
    if stop_words:
        return Spread(min(map(snapshot.holding_stop_word, stop_words)), 0)
    everywhere, rarest = min((snapshot.holding("terms", term), term) for term in terms)
    return Spread(everywhere, snapshot.holding("company_terms", company_term(company_id, rarest)))


def explain(snapshot: Snapshot, query: Query, topic_id: int, at: datetime) -> Explanation | None:
    """Take the score of a topic apart."""
    place = snapshot.find(topic_id)
    if place is None:
        return None
    terms = candidates.lookups(snapshot, query, None)
    match = Scorer(snapshot, terms, at).match(place)
    row, counted = place.row(), place.occurrences()
    shares = []
    for lookup in terms:
        if counts := counted.get(key(lookup.term)):
            alone = Scorer(snapshot, [lookup], at).match(place).relevance
            occurrences = {
                name: number
                for name, shift in zip(scoring.FIELDS, SHIFTS, strict=True)
                if (number := counts >> shift & 255)
            }
            shares.append(TermShare(lookup.term, lookup.idf, occurrences, alone))
    standing = row.standing()
    return Explanation(
        topic_id,
        match.score,
        match.relevance,
        {"trust": ranking.trust(standing), "freshness": ranking.freshness(standing, at)},
        tuple(sorted(shares, key=lambda share: share.share, reverse=True)),
    )
