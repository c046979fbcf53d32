"""What a score says of the chance that a topic fits.

Any score will do as long as more means better: `fit` turns it into a probability by isotonic
regression, the rising step function closest to what was seen (Zadrozny and Elkan,
"Transforming classifier scores into accurate multiclass probability estimates", KDD 2002),
found by pooling adjacent violators (Ayer et al. 1955). Whether probabilities hold what they
say is shown by `reliability` and summed up by `expected_calibration_error` (Naeini, Cooper
and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015).
Judge only probabilities of samples that were not fitted on: `out_of_fold`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from community.search.evaluation.intervals import wilson

BINS = 10
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising function from scores to probabilities: straight between knots, level outside."""

    scores: tuple[float, ...]  # rising
    probabilities: tuple[float, ...]  # from 0 to 1, never falling; as many

    def probability(self, score: float) -> float:
        """Return the chance from 0 to 1 that a topic with this score fits."""
        return float(np.interp(score, self.scores, self.probabilities))

    def threshold(self, probability: float) -> float | None:
        """Return the least score from which on the chance is as great; None if it never is."""
        reached = np.searchsorted(self.probabilities, probability)
        if reached == len(self.probabilities):
            return None
        if reached == 0:
            return self.scores[0]
        below, at = self.probabilities[reached - 1], self.probabilities[reached]
        left, right = self.scores[reached - 1], self.scores[reached]
        return left + (right - left) * (probability - below) / (at - below)


@dataclass(frozen=True, slots=True)
class Bin:
    """Samples with about the same probability: what was said, and what came true."""

    count: int
    said: float  # mean probability
    seen: float  # share that fits
    low: float  # Wilson's 95 % interval of that share
    high: float


def fit(scores: Sequence[float], fits: Sequence[bool]) -> Calibration:
    """Learn what scores mean.

    Args:
        scores: finite numbers, in any order.
        fits: for each score, whether the topic fits.

    Raises:
        ValueError: there is nothing to learn from, or not as many of each.
    """
    if not scores or len(scores) != len(fits):
        raise ValueError(f"{len(scores)} scores and {len(fits)} answers teach nothing.")
    # Equal scores must come to the same probability, so they are one block from the start.
    knots, place = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True)
    counts = np.bincount(place).astype(np.float64)
    sums = np.bincount(place, weights=np.asarray(fits, dtype=np.float64))
    blocks: list[tuple[float, float, float, float]] = []  # first, last score; samples that fit; all
    for knot, fitting, count in zip(knots.tolist(), sums.tolist(), counts.tolist(), strict=True):
        block = (knot, knot, fitting, count)
        while blocks and blocks[-1][2] * block[3] >= block[2] * blocks[-1][3]:
            first, _, earlier, others = blocks.pop()
            block = (first, block[1], earlier + block[2], others + block[3])
        blocks.append(block)
    ends = [
        (score, fitting / count)
        for first, last, fitting, count in blocks
        for score in dict.fromkeys((first, last))
    ]
    return Calibration(tuple(score for score, _ in ends), tuple(share for _, share in ends))


def out_of_fold(
    scores: Sequence[float], fits: Sequence[bool], groups: Sequence[int] | None = None
) -> list[float]:
    """Return for each sample the probability by those of the other folds.

    Args:
        groups: samples of one group (of one query, say) lie in one fold; each its own if None.

    Raises:
        ValueError: there are fewer groups than two.
    """
    numbers = list(range(len(scores))) if groups is None else groups
    fold_of = {group: place % FOLDS for place, group in enumerate(dict.fromkeys(numbers))}
    folds = [fold_of[number] for number in numbers]
    learnt = {}
    for fold in set(folds):
        others = [place for place, its in enumerate(folds) if its != fold]
        learnt[fold] = fit([scores[i] for i in others], [fits[i] for i in others])
    return [learnt[fold].probability(score) for fold, score in zip(folds, scores, strict=True)]


def reliability(
    probabilities: Sequence[float], fits: Sequence[bool], bins: int = BINS
) -> list[Bin]:
    """Compare what was said with what came true, in bins that hold about as many samples each.

    Samples with the same probability are in one bin, so there may be fewer and uneven ones.
    """
    said = np.asarray(probabilities, dtype=np.float64)
    right = np.asarray(fits, dtype=np.bool_)
    below = np.searchsorted(np.sort(said), said)  # samples with less
    place = below * bins // max(len(said), 1)
    found = []
    for each in np.unique(place):
        here = place == each
        if (share := wilson(int(right[here].sum()), int(here.sum()))) is not None:
            mean = float(said[here].mean())
            found.append(Bin(int(here.sum()), mean, share.mean, share.low, share.high))
    return found


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Return how far probabilities are off in the mean, from 0 to 1."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.said - each.seen) for each in bins) / total if total else 0.0


def brier(probabilities: Sequence[float], fits: Sequence[bool]) -> float:
    """Return the mean squared error of probabilities (Brier 1950), from 0 to 1; of none 0."""
    errors = [(said - fits) ** 2 for said, fits in zip(probabilities, fits, strict=True)]
    return sum(errors) / len(errors) if errors else 0.0
