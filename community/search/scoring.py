"""How well a topic's words fit a query: BM25F over the parts of a topic.

Robertson, Zaragoza, Taylor, "Simple BM25 extension to multiple weighted fields" (CIKM 2004).
For a term t and a topic d with occurrences tf in each field f::

    w(t, d) = sum over f of  weight_f * tf / (1 - b_f + b_f * length_f / average_length_f)
    relevance(d) = sum over t of  weight_t * idf(t) * w / (k1 + w)
    idf(t) = ln(1 + (N - n_t + 0.5) / (n_t + 0.5))

so that a word that fills a long reply counts little, and the tenth mention hardly at all.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

FIELDS = ("title", "body", "accepted", "best")


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """What an occurrence in a field counts, and how far the field's length counts against it."""

    weight: float
    b: float
    typical_length: float  # terms, for as long as nothing is known of the collection


WEIGHTS = (
    FieldWeight(weight=2.0, b=0.75, typical_length=8),
    FieldWeight(weight=1.0, b=0.75, typical_length=60),
    FieldWeight(weight=0.5, b=0.75, typical_length=60),
    FieldWeight(weight=0.5, b=0.75, typical_length=120),
)
K1 = 1.5
TYPICAL_LENGTHS = tuple(field.typical_length for field in WEIGHTS)

Floats = NDArray[np.float64]
Weight = TypeVar("Weight", float, Floats)
_WEIGHT = np.array([field.weight for field in WEIGHTS])
_B = np.array([field.b for field in WEIGHTS])


def idf(document_count: int, holding: int) -> float:
    """Return how much it says that a topic holds a term that ``holding`` of all topics hold."""
    return math.log(1 + (document_count - holding + 0.5) / (holding + 0.5))


def norms(lengths: ArrayLike, averages: Sequence[float]) -> Floats:
    """Return what one occurrence counts in each field, 0 in an empty one.

    Args:
        lengths: of the fields in terms, shape (…, fields).
        averages: of each field's length, in terms.

    Returns:
        The same shape as ``lengths``.
    """
    lengths = np.asarray(lengths)
    return np.where(lengths, _WEIGHT / (1 - _B + _B * lengths / np.asarray(averages)), 0.0)


def saturate(weight: Weight) -> Weight:
    """Turn a sum of weighted occurrences into a share of 1 that grows ever more slowly."""
    return weight / (K1 + weight)


def shares(counts: NDArray[Any], norms: Floats, weights: Floats) -> Floats:
    """Return what terms add to the relevance of documents.

    Args:
        counts: of occurrences in each field, a row for a term in a document,
            shape (rows, fields).
        norms: of the document of each row, the same shape.
        weights: of the term of each row, shape (rows,).

    Returns:
        A number from 0 to the weight for each row.
    """
    counted: Floats = np.einsum("ij,ij->i", counts, norms)
    return weights * saturate(counted)


def averages(totals: Iterable[float], document_count: int) -> tuple[float, ...]:
    """Return the average length of each field, or the typical one where there is nothing yet."""
    return tuple(
        total / document_count if total and document_count else typical
        for total, typical in zip(totals, TYPICAL_LENGTHS, strict=True)
    )
