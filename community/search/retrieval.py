"""Finding similar topics: an engine's candidates, scored with the whole query and ranked.

The same functions serve every engine. Terms are looked up and weighed here; the engine returns
the few documents worth a closer look; they are scored with every term of the query from their
occurrences, which restores the order that a full search would have given.
"""

import heapq
from collections.abc import Collection, Sequence
from datetime import datetime
from operator import itemgetter

from community.search import ranking, scoring
from community.search.analysis import ENGLISH
from community.search.documents import Explanation, Match, Spread, TermShare
from community.search.entries import SHIFTS, Row, key
from community.search.query import Query
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
) -> list[Match]:
    """Find the topics that fit the query best."""
    terms = lookups(snapshot, query, company_id)
    if among is not None:
        places = _among(snapshot, set(among).difference(exclude), company_id)
    else:
        count = max(RESCORED, limit)
        places = list(snapshot.candidates(terms, company_id, count=count, exclude=exclude))
    scorer = Scorer(snapshot, terms, at)
    matches = (scorer.match(place) for place in places)
    return heapq.nlargest(limit, (m for m in matches if m.score > 0), key=lambda m: m.score)


def _among(snapshot: Snapshot, topic_ids: Collection[int], company_id: int | None) -> list[Place]:
    found = [place for topic_id in topic_ids if (place := snapshot.find(topic_id))]
    return [place for place in found if company_id is None or place.company_id() == company_id]


def spread(snapshot: Snapshot, word: str, company_id: int) -> Spread:
    """Count the topics that hold the rarest term of a word."""
    terms = ENGLISH.terms(word)
    if not terms:
        return Spread(0, 0)
    stop_words = [term for term in terms if term in ENGLISH.stop_words]
    if stop_words:
        return Spread(min(map(snapshot.holding_stop_word, stop_words)), 0)
    everywhere, rarest = min((snapshot.holding(term), term) for term in terms)
    return Spread(everywhere, snapshot.holding(rarest, company_id))


def explain(snapshot: Snapshot, query: Query, topic_id: int, at: datetime) -> Explanation | None:
    """Take the score of a topic apart."""
    place = snapshot.find(topic_id)
    if place is None:
        return None
    terms = lookups(snapshot, query, None)
    match = Scorer(snapshot, terms, at).match(place)
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
    standing = place.row().standing()
    return Explanation(
        topic_id,
        match.score,
        match.relevance,
        {"trust": ranking.trust(standing), "freshness": ranking.freshness(standing, at)},
        tuple(sorted(shares, key=lambda share: share.share, reverse=True)),
    )


# Terms


def lookups(snapshot: Snapshot, query: Query, company_id: int | None) -> list[Lookup]:
    """Look the terms of a query up, rarest first. Terms that nothing holds are left out."""
    found = [_lookup(snapshot, term, weight, company_id) for term, weight in query.terms.items()]
    found += _completions(snapshot, query, company_id)
    return sorted((one for one in found if one.idf), key=lambda lookup: lookup.holding)


def _lookup(snapshot: Snapshot, term: str, weight: float, company_id: int | None) -> Lookup:
    finds = term not in ENGLISH.stop_words
    everywhere = snapshot.holding(term) if finds else snapshot.holding_stop_word(term)
    idf = scoring.idf(snapshot.document_count, everywhere) if everywhere else 0.0
    if not finds:
        return Lookup(term, STOP_WORD * weight * idf, idf, everywhere, finds)
    is_narrowed = company_id is not None and everywhere
    holding = snapshot.holding(term, company_id) if is_narrowed else everywhere
    return Lookup(term, weight * idf, idf, holding, finds)


def _completions(snapshot: Snapshot, query: Query, company_id: int | None) -> list[Lookup]:
    """Look up what the unfinished last word may become."""
    if not query.unfinished:
        return []
    counts: dict[str, int] = {}
    words = zip(snapshot.words_from(query.unfinished), range(COMPLETIONS_SEEN), strict=False)
    for (word, count), _ in words:
        for term in ENGLISH.terms(word):
            if term not in query.terms:
                counts[term] = counts.get(term, 0) + count
    likely = heapq.nlargest(COMPLETIONS, counts.items(), key=itemgetter(1))
    total = sum(count for _, count in likely)
    # One word is meant, so all completions together say no more than their whole group does.
    idf = scoring.idf(snapshot.document_count, min(total, snapshot.document_count))
    return [
        Lookup(term, COMPLETED * idf * (0.5 + 0.5 * count / total), idf, found.holding, found.finds)
        for term, count in likely
        if (found := _lookup(snapshot, term, 1.0, company_id)).idf
    ]


# Scores


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
