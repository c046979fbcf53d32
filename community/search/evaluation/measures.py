"""What is counted: how well one query was answered, and all of them together.

hit@k is the share of queries with a relevant topic among the first k; MRR@10 the mean of
1/rank of the first one; nDCG@10 uses the grades (gain 2^grade - 1, Järvelin and Kekäläinen
2002). rejected@5 is the share of queries that show, among the first five, a topic of which
somebody has said that it does not fit; of queries without such a label it says nothing.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

DEPTH = 10  # ranks that are looked at
SHOWN = 5  # ranks that somebody sees who is about to ask


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one query was answered."""

    rank: int | None  # of the first relevant topic, 0 if none is shown; None: nothing fits it
    ndcg: float
    rejected: bool | None  # None: no topic is labelled as not fitting
    ms: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The quality and the speed of one run. Shares are from 0 to 1."""

    queries: int
    hit_at_1: float
    hit_at_5: float
    hit_at_10: float
    mrr_at_10: float
    ndcg_at_10: float
    rejected_at_5: float | None  # None: nothing is labelled as not fitting
    p50_ms: float
    p95_ms: float
    documents: int
    documents_per_second: float


def outcome(
    found: Sequence[int],
    grades: Mapping[int, int],
    *,
    unreachable: Collection[int] = (),
    ms: float = 0.0,
) -> Outcome:
    """Judge what was found for a query.

    Args:
        found: topics, best first; the first `DEPTH` count.
        grades: of all topics that are labelled for the query.
        unreachable: topics that could not be found and are not missed.
    """
    shown = found[:DEPTH]
    ranks = [rank for rank, id_ in enumerate(shown, 1) if grades.get(id_, 0) > 0]
    turned_down = {id_ for id_, grade in grades.items() if grade <= 0}
    return Outcome(
        rank=(ranks or [0])[0] if any(grade > 0 for grade in grades.values()) else None,
        ndcg=_ndcg([grades.get(id_, 0) for id_ in shown], grades, unreachable),
        rejected=not turned_down.isdisjoint(shown[:SHOWN]) if turned_down else None,
        ms=ms,
    )


def _ndcg(gained: Iterable[int], grades: Mapping[int, int], unreachable: Collection[int]) -> float:
    attainable = sorted(
        (grade for id_, grade in grades.items() if id_ not in unreachable), reverse=True
    )
    best = _discounted_gain(attainable[:DEPTH])
    return _discounted_gain(gained) / best if best else 0.0


def _discounted_gain(grades: Iterable[int]) -> float:
    return sum(
        (math.exp2(max(grade, 0)) - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1)
    )


def _hit_at(depth: int) -> Callable[[Outcome], float | None]:
    def hit(outcome: Outcome) -> float | None:
        return None if outcome.rank is None else float(0 < outcome.rank <= depth)

    return hit


def _reciprocal_rank(outcome: Outcome) -> float | None:
    if outcome.rank is None:
        return None
    return 1 / outcome.rank if outcome.rank else 0.0


# What a query adds to each figure; None: nothing, for it has no label that could.
MEASURES: Mapping[str, Callable[[Outcome], float | None]] = {
    "hit_at_1": _hit_at(1),
    "hit_at_5": _hit_at(5),
    "hit_at_10": _hit_at(10),
    "mrr_at_10": _reciprocal_rank,
    "ndcg_at_10": lambda outcome: None if outcome.rank is None else outcome.ndcg,
    "rejected_at_5": lambda outcome: None if outcome.rejected is None else float(outcome.rejected),
}


def values(measure: str, outcomes: Iterable[Outcome]) -> list[float]:
    """Return what each query adds to a measure, without those that add nothing."""
    value = MEASURES[measure]
    return [number for each in outcomes if (number := value(each)) is not None]


def figures(outcomes: Collection[Outcome], *, documents: int, indexed_s: float) -> Figures:
    """Add queries up."""
    durations_ms = [each.ms for each in outcomes]
    return Figures(
        queries=len(values("hit_at_1", outcomes)),
        hit_at_1=mean(values("hit_at_1", outcomes)),
        hit_at_5=mean(values("hit_at_5", outcomes)),
        hit_at_10=mean(values("hit_at_10", outcomes)),
        mrr_at_10=mean(values("mrr_at_10", outcomes)),
        ndcg_at_10=mean(values("ndcg_at_10", outcomes)),
        rejected_at_5=mean(turned) if (turned := values("rejected_at_5", outcomes)) else None,
        p50_ms=quantile(durations_ms, 0.50),
        p95_ms=quantile(durations_ms, 0.95),
        documents=documents,
        documents_per_second=documents / indexed_s if indexed_s else 0.0,
    )


def mean(numbers: Sequence[float]) -> float:
    """Return the mean; of nothing 0."""
    return sum(numbers) / len(numbers) if numbers else 0.0


def quantile(numbers: Sequence[float], share: float) -> float:
    """Return the smallest number that at least ``share`` of the numbers do not exceed; else 0."""
    return sorted(numbers)[math.ceil(share * len(numbers)) - 1] if numbers else 0.0
