"""From what score on are topics worth showing? Ask each query twice, once without an answer.

The second time all topics that fit the query are taken out of reach: the best of what is left is
noise, and the right thing to show is nothing. Labels are incomplete, so some of what counts as
noise here fits after all: shares of noise are upper bounds.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from community.search.documents import Match
from community.search.evaluation.measures import SHOWN
from community.search.evaluation.retrieval import OpenIndex, indexed
from community.search.evaluation.sets import LabelledSet


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query came to, with what fits within reach and without."""

    score: float  # of the first topic; 0 if there is none
    is_hit: bool  # one that fits is among the first five
    noise: float  # the score of the first topic when none fits


@dataclass(frozen=True, slots=True)
class Cut:
    """What a threshold does: shares of the queries, from 0 to 1."""

    threshold: float
    kept: float  # of the queries with a fitting topic among the first five, those still shown it
    noise: float  # of the queries that nothing fits, those shown something all the same


def ask_twice(
    labelled: LabelledSet,
    open_index: OpenIndex,
    *,
    by: Callable[[Match], float],
    with_body: bool = True,
    limit: int | None = None,
    older_only: bool = False,
) -> list[Asked]:
    """Ask the queries of a set that something fits.

    Args:
        by: the score of a match.
        with_body: ask with title and body, else with the title alone.
        limit: queries to ask, all if None.
        older_only: leave topics out that are not older than the query.
    """
    with indexed(labelled, open_index) as corpus:
        asked = []
        for query in corpus.askable(limit):
            fitting = {id_ for id_, grade in corpus.grades(query).items() if grade > 0}
            if not fitting:
                continue
            excluded = corpus.excluded(query, older_only=older_only)
            found, noise = (
                corpus.index.similar(
                    query.title,
                    body=query.body if with_body else "",
                    limit=SHOWN,
                    exclude=without,
                )
                for without in (excluded, excluded | fitting)
            )
            asked.append(
                Asked(
                    score=by(found[0]) if found else 0.0,
                    is_hit=any(match.topic_id in fitting for match in found),
                    noise=by(noise[0]) if noise else 0.0,
                )
            )
        return asked


def samples(asked: Sequence[Asked]) -> Iterator[tuple[float, bool, int]]:
    """Yield score, whether something fits, and the query's number: two for each query."""
    for number, each in enumerate(asked):
        yield each.score, each.is_hit, number
        yield each.noise, False, number


def cut(asked: Sequence[Asked], threshold: float) -> Cut:
    """Say what showing nothing below ``threshold`` does."""
    hits = [each.score >= threshold for each in asked if each.is_hit]
    return Cut(
        threshold,
        kept=sum(hits) / len(hits) if hits else 0.0,
        noise=sum(each.noise >= threshold for each in asked) / len(asked) if asked else 0.0,
    )


def cut_at_noise(asked: Sequence[Asked], most: float) -> Cut:
    """Return the lowest threshold that shows something to at most this share of noise.

    Raises:
        ValueError: nothing was asked.
    """
    if not asked:
        raise ValueError("Nothing was asked.")
    loudest = sorted((each.noise for each in asked), reverse=True)
    allowed = int(most * len(asked))
    if allowed >= len(asked):
        return cut(asked, loudest[-1])
    return cut(asked, math.nextafter(loudest[allowed], math.inf))


def separation(asked: Sequence[Asked]) -> float:
    """Return how often a hit scores above noise: the area under the ROC curve, 0.5 by chance."""
    hits = [each.score for each in asked if each.is_hit]
    noise = sorted(each.noise for each in asked)
    if not hits:
        return 0.5
    # Those below, and half of the ties.
    wins = sum(bisect_left(noise, score) + bisect_right(noise, score) for score in hits) / 2
    return wins / (len(hits) * len(noise))
