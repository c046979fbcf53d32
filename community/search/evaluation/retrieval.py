"""Ask the queries of a labelled set through the code behind the ask box."""

import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from community.search import matching
from community.search.documents import Document, Match
from community.search.evaluation import measures
from community.search.evaluation.measures import DEPTH, Figures, Outcome
from community.search.evaluation.sets import Item, LabelledSet, document, evenly
from community.search.interface import SearchIndex
from community.search.vectors import Spaces

OpenIndex = Callable[[Path], SearchIndex]  # opens an index in a folder


@dataclass(frozen=True, slots=True)
class Run:
    """What came of asking a set's queries."""

    outcomes: dict[str, Outcome]  # by query id, in the order asked
    documents: int
    indexed_s: float

    def figures(self) -> Figures:
        """Return the figures of all queries together."""
        return measures.figures(
            self.outcomes.values(), documents=self.documents, indexed_s=self.indexed_s
        )


@dataclass(frozen=True, slots=True)
class Indexed:
    """A set whose corpus is in an index; its topics are known there by numbers."""

    labelled: LabelledSet
    index: SearchIndex
    numbers: dict[str, int]  # corpus id -> topic id
    indexed_s: float

    def grades(self, query: Item) -> dict[int, int]:
        """Return the labels of a query, by topic id."""
        labels = self.labelled.labels.get(query.id, {})
        return {self.numbers[id_]: grade for id_, grade in labels.items() if id_ in self.numbers}

    def excluded(self, query: Item, *, older_only: bool) -> set[int]:
        """Return the topics that a query must not find: itself, and maybe what came later."""
        excluded = {self.numbers[query.id]} if query.id in self.numbers else set()
        asked_at = query.created
        if older_only and asked_at is not None:
            excluded |= {
                self.numbers[item.id]
                for item in self.labelled.corpus
                if item.created and item.created >= asked_at
            }
        return excluded

    def askable(self, limit: int | None = None) -> list[Item]:
        """Return the queries with a label in the corpus, or ``limit`` of them."""
        return evenly([query for query in self.labelled.queries if self.grades(query)], limit)

    def similar(
        self,
        query: Item,
        *,
        with_body: bool,
        limit: int,
        exclude: Collection[int] = (),
        among: Collection[int] | None = None,
        spaces: Spaces | None = None,
    ) -> list[Match]:
        """Ask a query on the day when it was asked, as `community.search.matching.similar` does."""
        body = query.body if with_body else ""
        question = matching.read(self.index, spaces, query.title, body, exclude=exclude)
        return self.index.similar(
            question.text,
            body=body,
            limit=limit,
            exclude=exclude,
            among=among,
            at=query.created,
            near=question.near,
        )


def documents_of(labelled: LabelledSet) -> dict[str, Document]:
    """Return the corpus of a set as topics, numbered in its order, by corpus id."""
    return {item.id: document(item, number) for number, item in enumerate(labelled.corpus, 1)}


@contextmanager
def indexed(labelled: LabelledSet, open_index: OpenIndex) -> Iterator[Indexed]:
    """Index the corpus of a set in a temporary folder."""
    documents = documents_of(labelled)
    numbers = {id_: each.topic_id for id_, each in documents.items()}
    with tempfile.TemporaryDirectory() as folder:
        index = open_index(Path(folder) / "index")
        started = time.perf_counter()
        index.rebuild(documents.values())
        yield Indexed(labelled, index, numbers, time.perf_counter() - started)


def evaluate(
    labelled: LabelledSet,
    open_index: OpenIndex,
    *,
    with_body: bool = True,
    limit: int | None = None,
    older_only: bool = False,
    rerank: bool = False,
    spaces: Spaces | None = None,
) -> Run:
    """Index the corpus in a temporary folder, ask the queries and judge what is found.

    Queries without a label in the corpus are not asked. Those with nothing but labels of 0
    count for rejected@5 alone.

    Args:
        open_index: opens an index in a folder.
        with_body: ask with title and body, else with the title alone.
        limit: queries to ask, all if None.
        older_only: leave topics out that are not older than the query.
        rerank: rank only the topics that are labelled for the query.
        spaces: the vectors of the corpus (`meanings.fill`); words alone find topics if None.
    """
    with indexed(labelled, open_index) as corpus:
        outcomes = {}
        for query in corpus.askable(limit):
            grades = corpus.grades(query)
            excluded = corpus.excluded(query, older_only=older_only)
            started = time.perf_counter()
            matches = corpus.similar(
                query,
                with_body=with_body,
                limit=DEPTH,
                exclude=excluded,
                among=set(grades) if rerank else None,
                spaces=spaces,
            )
            ms = 1000 * (time.perf_counter() - started)
            outcomes[query.id] = measures.outcome(
                [match.topic_id for match in matches], grades, unreachable=excluded, ms=ms
            )
        return Run(outcomes, len(corpus.numbers), corpus.indexed_s)
