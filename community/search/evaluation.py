"""How good are the suggestions? Ask labelled questions through `SearchIndex.similar` and count.

A set is a folder with ``corpus.jsonl`` (id, title, body, answers?, created?), ``queries.jsonl``
(id, title, body, created?), each plain or gzipped, and ``qrels.tsv`` (query_id, corpus_id,
relevance, with a heading). A label above 0 is relevant. hit@k is the share of queries with a
relevant topic among the first k; MRR@10 the mean of 1/rank of the first one; nDCG@10 uses the
grades (gain 2^grade - 1, Järvelin and Kekäläinen 2002). Queries without a relevant topic in
the corpus are not asked.
"""

import csv
import gzip
import json
import math
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from community.search.documents import Document
from community.search.interface import SearchIndex

DEPTH = 10  # ranks that are looked at
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)

Labels = dict[str, dict[str, int]]  # query id -> corpus id -> grade


class BadSet(ValueError):
    """The folder does not hold a labelled set; the message says what is wrong where."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question of the corpus or of the queries."""

    id: str
    title: str
    body: str
    answers: tuple[str, ...]
    created: datetime | None


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A corpus, queries, and what fits what."""

    corpus: list[Item]
    queries: list[Item]
    labels: Labels


@dataclass(frozen=True, slots=True)
class Figures:
    """The quality and the speed of one run."""

    queries: int
    hit_at_1: float
    hit_at_5: float
    hit_at_10: float
    mrr_at_10: float
    ndcg_at_10: float
    p50_ms: float
    p95_ms: float
    documents: int
    documents_per_second: float


def read_set(folder: Path) -> LabelledSet:
    """Read a labelled set.

    Raises:
        BadSet: a file is missing or a line does not fit.
    """
    labels: Labels = {}
    for line, row in enumerate(_rows(folder / "qrels.tsv"), 2):
        try:
            query_id, corpus_id, grade = row
            labels.setdefault(query_id, {})[corpus_id] = int(grade)
        except ValueError as error:
            raise BadSet(f"{folder / 'qrels.tsv'}, line {line}: {row} is no label.") from error
    return LabelledSet(
        corpus=list(_items(folder, "corpus")),
        queries=list(_items(folder, "queries")),
        labels=labels,
    )


def evaluate(
    labelled: LabelledSet,
    open_index: Callable[[Path], SearchIndex],
    *,
    with_body: bool = True,
    limit: int | None = None,
    older_only: bool = False,
    rerank: bool = False,
) -> Figures:
    """Index the corpus in a temporary folder, ask the queries and count.

    Args:
        open_index: opens an index in a folder.
        with_body: ask with title and body, else with the title alone.
        limit: queries to ask, all if None.
        older_only: leave topics out that are not older than the query.
        rerank: rank only the topics that are labelled for the query.
    """
    numbers = {item.id: number for number, item in enumerate(labelled.corpus, 1)}
    asked = _askable(labelled, numbers)[:limit]
    with tempfile.TemporaryDirectory() as folder:
        index = open_index(Path(folder) / "index")
        started = time.perf_counter()
        index.rebuild(document(item, numbers[item.id]) for item in labelled.corpus)
        indexed_s = time.perf_counter() - started
        tally = _Tally()
        for query in asked:
            labels = labelled.labels[query.id]
            excluded = _excluded(query, labelled.corpus, numbers, older_only=older_only)
            among = {numbers[id_] for id_ in labels if id_ in numbers} if rerank else None
            started = time.perf_counter()
            matches = index.similar(
                query.title,
                body=query.body if with_body else "",
                limit=DEPTH,
                exclude=excluded,
                among=among,
            )
            tally.durations_ms.append(1000 * (time.perf_counter() - started))
            grades = {numbers[id_]: grade for id_, grade in labels.items() if id_ in numbers}
            tally.count([match.topic_id for match in matches], grades, excluded)
    return tally.figures(len(numbers), indexed_s)


def _askable(labelled: LabelledSet, numbers: dict[str, int]) -> list[Item]:
    def has_relevant(query: Item) -> bool:
        labels = labelled.labels.get(query.id, {})
        return any(grade > 0 and id_ in numbers for id_, grade in labels.items())

    return [query for query in labelled.queries if has_relevant(query)]


def _excluded(
    query: Item, corpus: Sequence[Item], numbers: dict[str, int], *, older_only: bool
) -> set[int]:
    excluded = {numbers[query.id]} if query.id in numbers else set()
    asked_at = query.created
    if older_only and asked_at is not None:
        excluded |= {
            numbers[item.id] for item in corpus if item.created and item.created >= asked_at
        }
    return excluded


class _Tally:
    """Adds queries up."""

    def __init__(self) -> None:
        self.first_ranks: list[int] = []  # 0 where none of the first ten is relevant
        self.gains: list[float] = []
        self.durations_ms: list[float] = []

    def count(self, found: list[int], grades: dict[int, int], excluded: Collection[int]) -> None:
        ranks = [rank for rank, id_ in enumerate(found, 1) if grades.get(id_, 0) > 0]
        self.first_ranks.append(ranks[0] if ranks else 0)
        attainable = sorted(
            (grade for id_, grade in grades.items() if id_ not in excluded), reverse=True
        )
        best = _discounted_gain(attainable[:DEPTH])
        gained = _discounted_gain(grades.get(id_, 0) for id_ in found)
        self.gains.append(gained / best if best else 0.0)

    def hit_at(self, depth: int) -> float:
        return _mean(1.0 if 0 < rank <= depth else 0.0 for rank in self.first_ranks)

    def figures(self, documents: int, indexed_s: float) -> Figures:
        return Figures(
            queries=len(self.first_ranks),
            hit_at_1=self.hit_at(1),
            hit_at_5=self.hit_at(5),
            hit_at_10=self.hit_at(10),
            mrr_at_10=_mean(1 / rank if rank else 0.0 for rank in self.first_ranks),
            ndcg_at_10=_mean(self.gains),
            p50_ms=quantile(self.durations_ms, 0.50),
            p95_ms=quantile(self.durations_ms, 0.95),
            documents=documents,
            documents_per_second=documents / indexed_s if indexed_s else 0.0,
        )


def _discounted_gain(grades: Iterable[int]) -> float:
    return sum(
        (math.exp2(max(grade, 0)) - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1)
    )


def _mean(values: Iterable[float]) -> float:
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else 0.0


def document(item: Item, number: int) -> Document:
    """Return a question of the corpus as a topic; answers go to the replies."""
    created = item.created or UNDATED
    return Document(
        topic_id=number,
        company_id=1,
        kind="question",
        status="open",
        title=item.title,
        body=item.body,
        best="\n\n".join(item.answers),
        created_at=created,
        last_activity_at=created,
    )


def _items(folder: Path, name: str) -> Iterator[Item]:
    path = _existing(folder, f"{name}.jsonl")
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield _item(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadSet(f"{path}, line {number}: {error!r}.") from error


def _item(row: dict[str, Any]) -> Item:
    return Item(
        id=str(row["id"]),
        title=row["title"] or "",
        body=row.get("body") or "",
        answers=tuple(row.get("answers") or ()),
        created=_moment(row.get("created")),
    )


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text.removesuffix(" UTC"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _existing(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise BadSet(f"There is no {name} or {name}.gz in {folder}.")


def _rows(path: Path) -> Iterator[list[str]]:
    path = _existing(path.parent, path.name)
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t")
        next(rows, None)
        yield from rows
