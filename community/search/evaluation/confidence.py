"""From what score on are topics worth showing? Ask also where nothing fits.

Then the right thing to show is nothing, and there are two ways to have nothing that fits:

near   the query is asked a second time with all topics that fit it out of reach. What is left is about
       the same matter, and labels are incomplete, so some of it fits after all: the share
       that is shown is an upper bound.
far    queries of other sets are asked: somebody with a problem that nobody here has had.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from community.search.documents import Match
from community.search.evaluation.measures import SHOWN
from community.search.evaluation.retrieval import OpenIndex, indexed
from community.search.evaluation.sets import Item, LabelledSet
from community.search.vectors import Spaces

Measure = Callable[[Match], float]  # the more, the likelier it fits


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query of the set found, with what fits it within reach and without."""

    shown: tuple[Match, ...]  # the first five
    fitting: frozenset[int]  # topics
    near: tuple[Match, ...]  # the first five when none fits

    def tried(self, by: Measure) -> "Asked":
        fitting = [match for match in self.shown if match.topic_id in self.fitting]
        return Asked(_most(fitting or self.shown, by), bool(fitting), _most(self.near, by))


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of asking a corpus."""

    own: tuple[Answer, ...]
    far: tuple[tuple[Match, ...], ...] = ()  # the first five of each query of other sets

    def tried(self, by: Measure) -> "Tried":
        """Return what one measure of a match says."""
        own = tuple(answer.tried(by) for answer in self.own)
        return Tried(own, tuple(_most(matches, by) for matches in self.far))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query came to, with what fits within reach and without."""

    score: float  # of the best that fits among the first five; if none does, of the best; or 0
    is_hit: bool  # one that fits is among the first five
    near: float  # the best score when none fits


@dataclass(frozen=True, slots=True)
class Tried:
    """What one measure says of all that was asked."""

    asked: tuple[Asked, ...]  # its own queries
    far: tuple[float, ...] = ()  # for queries of other sets, the best score


@dataclass(frozen=True, slots=True)
class Cut:
    """What a threshold does: shares of the queries, from 0 to 1."""

    threshold: float
    kept: float  # of the queries with a fitting topic among the first five, those still shown it
    near: float  # of the queries whose fitting topics are out of reach, those shown something
    far: float | None  # the same of queries of other sets; None: none were asked


def ask(
    labelled: LabelledSet,
    open_index: OpenIndex,
    *,
    others: Iterable[Item] = (),
    with_body: bool = True,
    limit: int | None = None,
    older_only: bool = False,
    spaces: Spaces | None = None,
) -> Answers:
    """Ask a set its own queries, each twice, and queries of others.

    Args:
        others: queries that nothing in the corpus fits.
        with_body: ask with title and body, else with the title alone.
        limit: queries to ask of its own, all if None.
        older_only: leave topics out that are not older than the query.
        spaces: the vectors of the corpus (`meanings.fill`); words alone find topics if None.
    """
    with indexed(labelled, open_index) as corpus:

        def found(query: Item, exclude: Collection[int] = ()) -> tuple[Match, ...]:
            matches = corpus.similar(
                query, with_body=with_body, limit=SHOWN, exclude=exclude, spaces=spaces
            )
            return tuple(matches)

        own = []
        for query in corpus.askable(limit):
            grades = corpus.grades(query)
            fitting = frozenset(id_ for id_, grade in grades.items() if grade > 0)
            if fitting:
                excluded = corpus.excluded(query, older_only=older_only)
                shown, near = found(query, excluded), found(query, excluded | fitting)
                own.append(Answer(shown, fitting, near))
        return Answers(tuple(own), tuple(found(query) for query in others))


def together(tries: Iterable[Tried]) -> Tried:
    """Return several corpora as one."""
    parts = list(tries)
    return Tried(
        tuple(each for part in parts for each in part.asked),
        tuple(score for part in parts for score in part.far),
    )


def samples(tried: Tried) -> Iterator[tuple[float, bool, int]]:
    """Yield score, whether something that fits is shown, and the query's number."""
    for number, each in enumerate(tried.asked):
        yield each.score, each.is_hit, number
        yield each.near, False, number
    for number, score in enumerate(tried.far, len(tried.asked)):
        yield score, False, number


def cut(tried: Tried, threshold: float) -> Cut:
    """Say what showing nothing below ``threshold`` does."""
    hits = [each.score for each in tried.asked if each.is_hit]
    return Cut(
        threshold,
        kept=_share(hits, threshold),
        near=_share([each.near for each in tried.asked], threshold),
        far=_share(tried.far, threshold) if tried.far else None,
    )


def cut_at_noise(tried: Tried, most: float) -> Cut:
    """Return the lowest threshold that shows something to at most this share of noise.

    Noise are the queries of other sets, if there are any, else those without what fits.

    Raises:
        ValueError: nothing was asked.
    """
    loudest = sorted(_noise(tried), reverse=True)
    if not loudest:
        raise ValueError("Nothing was asked.")
    allowed = int(most * len(loudest))
    if allowed >= len(loudest):
        return cut(tried, loudest[-1])
    return cut(tried, math.nextafter(loudest[allowed], math.inf))


def separation(tried: Tried) -> float:
    """Return how often a hit scores above noise: the area under the ROC curve, 0.5 by chance."""
    hits = [each.score for each in tried.asked if each.is_hit]
    noise = sorted(_noise(tried))
    if not hits or not noise:
        return 0.5
    # Those below, and half of the ties.
    wins = sum(bisect_left(noise, score) + bisect_right(noise, score) for score in hits) / 2
    return wins / (len(hits) * len(noise))


def _noise(tried: Tried) -> Sequence[float]:
    return tried.far or [each.near for each in tried.asked]


def _most(matches: Iterable[Match], by: Measure) -> float:
    return max(map(by, matches), default=0.0)


def _share(scores: Sequence[float], threshold: float) -> float:
    return sum(score >= threshold for score in scores) / len(scores) if scores else 0.0
