"""From a query to the few documents worth scoring in full.

Common words have long postings and decide little. So the rarest terms are read first, until a
budget of postings is spent; the weights of the postings give a first score. The best
candidates are then scored with every term of the query from their occurrences, which restores
the order that reading all postings would have given.
"""

import heapq
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from operator import itemgetter

from community.search import scoring
from community.search.analysis import ENGLISH
from community.search.engines.whoosh.snapshot import Place, Segment, Snapshot
from community.search.entries import company_term, encode
from community.search.query import Query

BUDGET = 8_000  # postings
BUDGET_ALONE = 40_000  # postings of the rarest term, which is read even if it is common
STOP_WORD = 0.5  # weight of a stop word, next to another word that as many topics hold
COMPLETIONS = 8
COMPLETIONS_SEEN = 200  # terms looked at for them
COMPLETED = 0.2  # weight of all completions of an unfinished word together


@dataclass(frozen=True, slots=True)
class Lookup:
    """A term of the query with what the index knows of it."""

    term: str
    weight: float  # in the query, times how much the term says
    idf: float
    field: str  # where its postings are, "" if it has none
    field_term: str
    holding: int  # documents, within the company if the query is


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates and how they were found."""

    scores: list[tuple[Segment, dict[int, float]]]
    complete: bool  # every term was read

    @property
    def size(self) -> int:
        return sum(len(scores) for _, scores in self.scores)


def lookups(snapshot: Snapshot, query: Query, company_id: int | None) -> list[Lookup]:
    """Look the terms of a query up, rarest first. Terms that nothing holds are left out."""
    found = [_lookup(snapshot, term, weight, company_id) for term, weight in query.terms.items()]
    found += _completions(snapshot, query, company_id)
    return sorted((f for f in found if f.idf), key=lambda lookup: lookup.holding)


def _lookup(snapshot: Snapshot, term: str, weight: float, company_id: int | None) -> Lookup:
    if term in ENGLISH.stop_words:
        holding = snapshot.holding_stop_word(term)
        idf = scoring.idf(snapshot.document_count, holding) if holding else 0.0
        return Lookup(term, STOP_WORD * weight * idf, idf, "", "", holding)
    holding = snapshot.holding("terms", term)
    idf = scoring.idf(snapshot.document_count, holding) if holding else 0.0
    lookup = Lookup(term, weight * idf, idf, "terms", term, holding)
    if company_id is None or not holding:
        return lookup
    narrowed = company_term(company_id, term)
    return replace(
        lookup,
        field="company_terms",
        field_term=narrowed,
        holding=snapshot.holding("company_terms", narrowed),
    )


def _completions(snapshot: Snapshot, query: Query, company_id: int | None) -> list[Lookup]:
    """Look up what the unfinished last word may become."""
    if not query.unfinished:
        return []
    counts: dict[str, int] = {}
    for (word, count), _ in zip(
        snapshot.terms_from("words", query.unfinished), range(COMPLETIONS_SEEN), strict=False
    ):
        for term in ENGLISH.terms(word):
            if term not in query.terms:
                counts[term] = counts.get(term, 0) + count
    likely = heapq.nlargest(COMPLETIONS, counts.items(), key=itemgetter(1))
    total = sum(count for _, count in likely)
    # One word is meant, so all completions together say no more than their whole group does.
    idf = scoring.idf(snapshot.document_count, min(total, snapshot.document_count))
    return [
        replace(found, weight=COMPLETED * idf * (0.5 + 0.5 * count / total), idf=idf)
        for term, count in likely
        if (found := _lookup(snapshot, term, 1.0, company_id)).idf
    ]


def gather(
    snapshot: Snapshot, terms: list[Lookup], *, budget: int = BUDGET, covering: float = 0.0
) -> Found:
    """Read the postings of the rarest terms within the budget.

    Args:
        covering: the share of the weight of these terms that a candidate must hold.
    """
    read: list[Lookup] = []
    spent = 0
    finding = [lookup for lookup in terms if lookup.field]
    for lookup in finding:
        spent += lookup.holding
        if read and spent > budget:
            break
        read.append(lookup)
    complete = len(read) == len(finding) and spent <= max(budget, BUDGET_ALONE)
    needed = covering * sum(lookup.weight for lookup in read)
    scores = [(view.segment, _read(view.segment, read, needed)) for view in snapshot.views]
    return Found(scores, complete)


def _read(segment: Segment, terms: list[Lookup], needed: float) -> dict[int, float]:
    scores: dict[int, float] = {}
    held: dict[int, float] = {}
    left = BUDGET_ALONE
    for lookup in terms:
        weight = lookup.weight
        for ids, weights in segment.postings(lookup.field, encode(lookup.field_term)):
            for number, share in zip(ids, weights, strict=True):
                scores[number] = scores.get(number, 0.0) + weight * share
            if needed:
                for number in ids:
                    held[number] = held.get(number, 0.0) + weight
            left -= len(ids)
            if left <= 0:
                break
    if needed:
        return {number: scores[number] for number, weight in held.items() if weight >= needed}
    return scores


def best(
    snapshot: Snapshot, found: Found, count: int, *, exclude: Collection[int] = ()
) -> Iterator[Place]:
    """Yield the best candidates that are neither deleted nor among the topics to ``exclude``."""
    deleted = {id(view.segment): view.deleted for view in snapshot.views}
    scored = [
        (score, number, segment)
        for segment, scores in found.scores
        for number, score in scores.items()
    ]
    for _, number, segment in _ordered(scored, 2 * count):
        if number in deleted[id(segment)]:
            continue
        place = Place(segment, number)
        if not exclude or place.topic_id() not in exclude:
            yield place
            count -= 1
            if not count:
                return


def _ordered(
    scored: list[tuple[float, int, Segment]], first: int
) -> Iterator[tuple[float, int, Segment]]:
    """Yield the highest scores first; more than ``first`` are seldom asked for."""
    yield from heapq.nlargest(first, scored, key=itemgetter(0))
    if len(scored) > first:
        yield from sorted(scored, key=itemgetter(0), reverse=True)[first:]
