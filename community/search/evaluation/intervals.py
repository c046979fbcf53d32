"""How far a figure would move with other queries of the same kind.

The percentile bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993,
chapter 13): queries are drawn again with replacement, as many as there are, and the figure
is taken each time; the middle 95 % of those figures are the interval. Of two runs over the same queries it is
the difference at each query that is drawn (Sakai, "Evaluating evaluation metrics based on
the bootstrap", SIGIR 2006): most of what makes queries easy or hard falls out of it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from community.search.evaluation.measures import MEASURES, Outcome, values

RESAMPLES = 4_000
LEVEL = 0.95
SEED = 20_061  # any: the same outcomes give the same interval
AT_ONCE = 1_000_000  # numbers drawn at a time, some 16 MB
NORMAL_975 = 1.959963984540054  # the standard normal distribution's quantile


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean, and between which bounds it would lie 95 times of 100."""

    mean: float
    low: float
    high: float


def interval(numbers: Sequence[float]) -> Interval:
    """Return the mean of some numbers with its bootstrap interval.

    Raises:
        ValueError: there are no numbers.
    """
    if not numbers:
        raise ValueError("Nothing has no mean.")
    drawn_from = np.asarray(numbers, dtype=np.float64)
    size, random = len(drawn_from), np.random.default_rng(SEED)
    rows = max(1, min(RESAMPLES, AT_ONCE // size))
    means = np.concatenate(
        [
            drawn_from[random.integers(0, size, (min(rows, RESAMPLES - done), size))].mean(axis=1)
            for done in range(0, RESAMPLES, rows)
        ]
    )
    low, high = np.quantile(means, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Interval(float(drawn_from.mean()), float(low), float(high))


def of_run(outcomes: Mapping[str, Outcome]) -> dict[str, Interval]:
    """Return the interval of each measure that the labels allow."""
    found = ((name, values(name, outcomes.values())) for name in MEASURES)
    return {name: interval(numbers) for name, numbers in found if numbers}


def of_difference(
    before: Mapping[str, Outcome], after: Mapping[str, Outcome]
) -> dict[str, Interval]:
    """Return how much each measure grew, over the queries that both runs asked."""
    shared = [query_id for query_id in before if query_id in after]
    grown = {}
    for name, value in MEASURES.items():
        pairs = ((value(before[query_id]), value(after[query_id])) for query_id in shared)
        numbers = [new - old for old, new in pairs if old is not None and new is not None]
        if numbers:
            grown[name] = interval(numbers)
    return grown


def wilson(successes: int, trials: int) -> Interval | None:
    """Return a share with Wilson's score interval (1927), right for few trials; of none None.

    Raises:
        ValueError: there are more successes than trials, or fewer than none.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no share.")
    if not trials:
        return None
    share, z = successes / trials, NORMAL_975
    spread = 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / spread
    half = z / spread * math.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))
