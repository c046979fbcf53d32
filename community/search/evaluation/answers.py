"""How good is the answer shown? Choose among labelled replies, and judge the passage chosen.

Choosing: the replies to a question are put in order by several ways, of which "words" is the one
that the site uses where no verdict decides, and the order is compared with what people said of
them (mean average precision, mean reciprocal rank of the first reply that fits, precision at 1).

Passages: nobody has labelled any. What other people who answered the same question say as well is
likely to matter, so a passage is measured by how much of another good reply it holds: the recall
of ROUGE-1 (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries") on terms without
stop words, weighted by their idf, of the reply that is nearest.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from community.core import markup
from community.search import analysis, scoring
from community.search.evaluation.intervals import Interval, interval
from community.search.evaluation.sets import BadSet, read_items
from community.search.passages import LENGTH, Question, Reply
from community.search.vectors import texts
from community.search.vectors.embedders import Embedder

COMMENTS = "comments.jsonl.gz"
FITS = "Good"
K1, B = 1.5, 0.75  # of the BM25 that is compared with

Scores = Sequence[float]  # of the replies of a case, the best highest
Way = Callable[["Case"], Scores]


@dataclass(frozen=True)
class Case:
    """A question with its replies, the first written first.

    ``fitting`` are the places, from 0, of replies that were labelled as answers; ``vouched`` of
    all that somebody vouches for.
    """

    title: str
    body: str
    replies: tuple[str, ...]  # HTML
    fitting: frozenset[int]
    vouched: frozenset[int]

    @cached_property
    def read(self) -> list[Reply]:
        """The replies, taken apart."""
        return [Reply(html) for html in self.replies]

    @cached_property
    def terms(self) -> list[Counter[str]]:
        """The terms of each reply, with how often they occur."""
        return [Counter(RULES.terms(markup.plain_text(html))) for html in self.replies]


@dataclass(frozen=True, slots=True)
class Choice:
    """How well an order of a case's replies agrees with their labels."""

    average_precision: float
    reciprocal_rank: float
    precision_at_1: float


RULES = analysis.of("en")


def choice(scores: Scores, fitting: frozenset[int]) -> Choice:
    """Compare an order of replies with the places of those that fit, of which there are some."""
    order = sorted(range(len(scores)), key=lambda place: -scores[place])
    ranks = [rank for rank, place in enumerate(order, 1) if place in fitting]
    precisions = [found / rank for found, rank in enumerate(ranks, 1)]
    return Choice(sum(precisions) / len(ranks), 1 / ranks[0], float(ranks[0] == 1))


def choices(cases: Sequence[Case], way: Way) -> list[Choice]:
    """Let a way choose among the replies of each case."""
    return [choice(way(case), case.fitting) for case in cases]


def ways(*, with_body: bool) -> dict[str, Way]:
    """Return the ways to put replies in order, by name; "words" is the site's own."""

    def words(case: Case) -> Scores:
        question = _question(case, with_body=with_body)
        return [reply.fit(question, place) for place, reply in enumerate(case.read, 1)]

    def bm25(case: Case) -> Scores:
        return _bm25(_question_terms(case, with_body=with_body), case.terms)

    return {"words": words, "first": _first, "longest": _longest, "BM25": bm25}


def cosine(cases: Sequence[Case], embedder: Embedder, *, with_body: bool) -> Iterator[Scores]:
    """Yield the cosine of each reply's vector with the question's, case after case.

    Raises:
        NoVectors: the embedder cannot be used.
    """
    for case in cases:
        question = texts.of(case.title, case.body if with_body else "")
        replies = [texts.of(markup.plain_text(html)) for html in case.replies]
        asked, *replied = embedder.embed([question, *replies], asking=False)
        yield [float(asked @ vector) for vector in replied]


def overlaps(cases: Sequence[Case], *, with_body: bool) -> dict[str, list[float]]:
    """Return how much of another reply the passages of good long replies hold, from 0 to 1.

    "passage" is the one that is shown; "beginning" the one that is shown without a question.
    """
    idf = _idf(cases)
    found: dict[str, list[float]] = {"passage": [], "beginning": []}
    for case in cases:
        chosen = {"passage": _question(case, with_body=with_body), "beginning": Question()}
        for place in sorted(case.fitting):
            others = [case.terms[other].keys() for other in case.vouched - {place}]
            if not others or len(markup.plain_text(case.replies[place])) <= LENGTH:
                continue
            for name, question in chosen.items():
                held = frozenset(RULES.terms(case.read[place].passage(question).text))
                found[name].append(max(_recall(held, frozenset(other), idf) for other in others))
    return found


def differences(before: Sequence[float], after: Sequence[float]) -> Interval:
    """Return by how much figures of the same cases grew."""
    return interval([new - old for old, new in zip(before, after, strict=True)])


def read_cases(folder: Path) -> list[Case]:
    """Read the labelled replies of a set: `COMMENTS` (topic, n, text, label) beside its corpus.

    Questions without a reply that fits are left out, for there is nothing to choose.

    Raises:
        BadSet: a file is missing or a line does not fit.
    """
    replies: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    path = folder / COMMENTS
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                replies[row["topic"]].append((row["text"], row["label"] == FITS))
    except FileNotFoundError as error:
        raise BadSet(f"There is no {COMMENTS} in {folder}.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadSet(
            f"{path}, after {sum(map(len, replies.values()))} lines: {error!r}."
        ) from error
    return [
        case
        for item in read_items(folder, "corpus")
        if (case := _labelled(item.title, item.body, replies[item.id])).fitting
    ]


def _labelled(title: str, body: str, replies: Sequence[tuple[str, bool]]) -> Case:
    fitting = frozenset(place for place, (_text, fits) in enumerate(replies) if fits)
    html = tuple(markup.plain_paragraphs(text) for text, _fits in replies)
    return Case(title, body, html, fitting, vouched=fitting)


def _question(case: Case, *, with_body: bool) -> Question:
    return Question(case.title, case.body if with_body else "")


def _question_terms(case: Case, *, with_body: bool) -> frozenset[str]:
    return frozenset(RULES.terms(f"{case.title}\n{case.body}" if with_body else case.title))


def _first(case: Case) -> Scores:
    return [-place for place in range(len(case.replies))]


def _longest(case: Case) -> Scores:
    return [terms.total() for terms in case.terms]


def _bm25(wanted: frozenset[str], replies: Sequence[Counter[str]]) -> Scores:
    """Score replies by BM25, with how many of them hold a term."""
    holding = Counter(term for terms in replies for term in terms)
    average = sum(terms.total() for terms in replies) / len(replies) or 1.0
    return [
        sum(
            scoring.idf(len(replies), holding[term])
            * terms[term]
            / (terms[term] + K1 * (1 - B + B * terms.total() / average))
            for term in wanted & terms.keys()
        )
        for terms in replies
    ]


def _idf(cases: Sequence[Case]) -> Mapping[str, float]:
    """Return the idf of each term among all replies; a stop word says nothing."""
    holding = Counter(term for case in cases for terms in case.terms for term in terms)
    count = sum(len(case.replies) for case in cases)
    return {
        term: 0.0 if term in RULES.stop_words else scoring.idf(count, number)
        for term, number in holding.items()
    }


def _recall(held: frozenset[str], wanted: frozenset[str], idf: Mapping[str, float]) -> float:
    whole = sum(idf[term] for term in wanted)
    return sum(idf[term] for term in held & wanted) / whole if whole else 0.0
