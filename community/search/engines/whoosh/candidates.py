"""From looked-up terms to the few documents worth scoring in full.

Common words have long postings and decide little. So the rarest terms are read first, until a
budget of postings is spent; the weights of the postings give a first score. The best
candidates are then scored with every term of the query from their occurrences, which restores
the order that reading all postings would have given.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from community.search.engines.whoosh.segments import Numbers, Place, Segment, View
from community.search.entries import encode, token
from community.search.snapshots import Lookup, needed

BUDGET = 32_000  # postings
BUDGET_ALONE = 40_000  # postings of the rarest term, which is read even if it is common


Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates and how they were found."""

    scores: list[tuple[View, Numbers, Scores]]
    is_complete: bool  # every term was read

    @property
    def size(self) -> int:
        return sum(len(numbers) for _, numbers, _ in self.scores)


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
    scores = [(view, *_read(view.segment, read, company_id, least)) for view in views]
    return Found(scores, is_complete)


def _read(
    segment: Segment, terms: list[Lookup], company_id: int | None, least: float
) -> tuple[Numbers, Scores]:
    """Return the documents that hold ``least`` of the weight of the terms, with their scores."""
    numbers: list[Numbers] = []
    scores: list[Scores] = []
    weights: list[float] = []  # of the term, for each of these arrays
    left = BUDGET_ALONE
    for lookup in terms:
        field, key = token(lookup.term, company_id)
        for some, shares in segment.postings(field, encode(key)):
            numbers.append(some)
            scores.append(lookup.weight * shares)
            weights.append(lookup.weight)
            left -= len(some)
            if left <= 0:
                break
    if not numbers:
        return np.empty(0, np.int64), np.empty(0)
    every = np.concatenate(numbers)
    held = _sums(every, np.repeat(weights, list(map(len, numbers))))
    enough = np.flatnonzero((held > 0) & (held >= least))
    return enough, _sums(every, np.concatenate(scores))[enough]


def _sums(numbers: Numbers, values: Scores) -> Scores:
    """Return the sum of the values of each number, from 0 to the largest."""
    return np.asarray(np.bincount(numbers, values), np.float64)


def best(found: Found, count: int, *, exclude: Collection[int] = ()) -> Iterator[Place]:
    """Yield the best candidates that are neither deleted nor among the topics to ``exclude``."""
    views = [view for view, _, _ in found.scores]
    none: Scores = np.empty(0)
    owners = np.repeat(np.arange(len(views)), [len(numbers) for _, numbers, _ in found.scores])
    numbers = np.concatenate([none, *(numbers for _, numbers, _ in found.scores)])
    scores = np.concatenate([none, *(scores for _, _, scores in found.scores)])
    for one in _ordered(scores, 2 * count):
        view, number = views[owners[one]], int(numbers[one])
        if number in view.deleted:
            continue
        place = Place(view.segment, number)
        if not exclude or place.topic_id() not in exclude:
            yield place
            count -= 1
            if not count:
                return


def _ordered(scores: Scores, first: int) -> Iterator[int]:
    """Yield where the highest scores are, best first; more than ``first`` are seldom asked for."""
    first = min(first, len(scores))
    order = np.argpartition(-scores, first - 1) if first else np.arange(0)
    for part in (order[:first], order[first:]):
        yield from part[np.argsort(-scores[part], kind="stable")].tolist()
