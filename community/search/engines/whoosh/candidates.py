"""From looked-up terms to the few documents worth scoring in full.

Common words have long postings and decide little. So the rarest terms are read first, until a
budget of postings is spent; the weights of the postings give a first score. The best
candidates are then scored with every term of the query from their occurrences, which restores
the order that reading all postings would have given.
"""

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from community.search.engines.whoosh.segments import Place, Segment, View
from community.search.entries import company_term, encode
from community.search.snapshots import Lookup, needed

BUDGET = 8_000  # postings
BUDGET_ALONE = 40_000  # postings of the rarest term, which is read even if it is common


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates and how they were found."""

    scores: list[tuple[Segment, dict[int, float]]]
    is_complete: bool  # every term was read

    @property
    def size(self) -> int:
        return sum(len(scores) for _, scores in self.scores)


def token(term: str, company_id: int | None) -> tuple[str, str]:
    """Return in which field the postings of a term are, and under what."""
    if company_id is None:
        return "terms", term
    return "company_terms", company_term(company_id, term)


def gather(
    views: Sequence[View],
    terms: Sequence[Lookup],
    company_id: int | None,
    *,
    budget: int = BUDGET,
    covering: float = 0.0,
) -> Found:
    """Read the postings of the rarest terms within the budget.

    Args:
        terms: rarest first.
        covering: the share of the weight of the terms read that a candidate must hold.
    """
    read: list[Lookup] = []
    spent = 0
    finding = [lookup for lookup in terms if lookup.finds]
    for lookup in finding:
        spent += lookup.holding
        if read and spent > budget:
            break
        read.append(lookup)
    is_complete = len(read) == len(finding) and spent <= max(budget, BUDGET_ALONE)
    least = needed(read, covering)
    scores = [(view.segment, _read(view.segment, read, company_id, least)) for view in views]
    return Found(scores, is_complete)


def _read(
    segment: Segment, terms: list[Lookup], company_id: int | None, least: float
) -> dict[int, float]:
    scores: dict[int, float] = {}
    held: dict[int, float] = {}
    left = BUDGET_ALONE
    for lookup in terms:
        weight = lookup.weight
        field, key = token(lookup.term, company_id)
        for ids, weights in segment.postings(field, encode(key)):
            for number, share in zip(ids, weights, strict=True):
                scores[number] = scores.get(number, 0.0) + weight * share
            if least:
                for number in ids:
                    held[number] = held.get(number, 0.0) + weight
            left -= len(ids)
            if left <= 0:
                break
    if least:
        return {number: scores[number] for number, weight in held.items() if weight >= least}
    return scores


def best(
    views: Sequence[View], found: Found, count: int, *, exclude: Collection[int] = ()
) -> Iterator[Place]:
    """Yield the best candidates that are neither deleted nor among the topics to ``exclude``."""
    deleted = {id(view.segment): view.deleted for view in views}
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
