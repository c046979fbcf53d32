"""Learn from labelled sets what the signs of a match say of the chance that it fits.

Logistic regression (Cox, "The regression analysis of binary sequences", 1958), by Newton's method.
Examples that fit are the first five topics that a set's own queries find, as far as they
are labelled so; those that do not are the first five that the queries of other sets find. What is left
unlabelled among the first is no example: labels are incomplete.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from community.search.confidence import Signs, Weights
from community.search.evaluation.confidence import Answers

STEPS = 50  # of Newton's method; a dozen are enough
RIDGE = 1e-5  # keeps weights finite where examples can be told apart without an error

Numbers = NDArray[np.float64]


class Example(NamedTuple):
    """A topic that was found, and whether it fits."""

    signs: Signs
    fits: bool


def examples(answers: Answers) -> Iterator[Example]:
    """Yield what a set's own queries found and what those of others did."""
    for answer in answers.own:
        for match in answer.shown:
            if match.topic_id in answer.fitting:
                yield Example(match.signs, fits=True)
    for matches in answers.far:
        for match in matches:
            yield Example(match.signs, fits=False)


def learn(sets: Iterable[Iterable[Example]]) -> Weights:
    """Return the weights under which the examples are likeliest.

    Each set counts the same, and in it what fits as much as what does not. A sign that
    would speak against a topic is left out.

    Raises:
        ValueError: there is a set in which all examples fit, or none.
    """
    signs, fits, counted = (
        np.concatenate(parts) for parts in zip(*map(_arrays, sets), strict=True)
    )
    used = np.ones(signs.shape[1], dtype=bool)
    weights = _likeliest(signs, fits, counted)
    while (weights[1:] < 0).any():
        used[1:] &= weights[1:] >= 0
        weights = np.zeros(signs.shape[1])
        weights[used] = _likeliest(signs[:, used], fits, counted)
    return Weights(*map(float, weights))


def _arrays(found: Iterable[Example]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the signs of examples after a 1, whether they fit, and how much each counts."""
    some = list(found)
    fits = np.array([each.fits for each in some], dtype=np.float64)
    if not 0 < fits.sum() < len(fits):
        raise ValueError("It takes examples that fit and examples that do not.")
    signs = np.array([(1.0, *each.signs) for each in some], dtype=np.float64)
    return signs, fits, np.where(fits > 0, 0.5 / fits.sum(), 0.5 / (1 - fits).sum())


def _likeliest(signs: Numbers, fits: Numbers, counted: Numbers) -> Numbers:
    """Return the weights of maximum likelihood, those of signs held back by `RIDGE`."""
    counted = counted / counted.sum()
    weights = np.zeros(signs.shape[1])
    held_back = RIDGE * np.diag([0.0, *np.ones(len(weights) - 1)])
    for _ in range(STEPS):
        said = 1 / (1 + np.exp(-signs @ weights))
        slope = signs.T @ (counted * (fits - said)) - held_back @ weights
        bend = (signs.T * (counted * said * (1 - said))) @ signs + held_back
        weights = weights + np.linalg.solve(bend, slope)
    return weights
