"""Labelled sets: a corpus of topics, queries, and which topic fits which query.

A set is a folder with ``corpus.jsonl`` (id, title, body, answers?, created?, language?),
``queries.jsonl`` (id, title, body, created?, language?), each plain or gzipped, and
``qrels.tsv`` (query_id, corpus_id, relevance, with a heading). A label above 0 is relevant;
0 says that somebody has looked and it is not.
"""

import csv
import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from community.search import languages
from community.search.documents import NOT_SAID, Document

UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
HEADING = ("query_id", "corpus_id", "relevance")

Thing = TypeVar("Thing")
Labels = dict[str, dict[str, int]]  # query id -> corpus id -> grade


class BadSet(ValueError):
    """The folder does not hold a labelled set; the message says what is wrong where."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question of the corpus or of the queries."""

    id: str
    title: str
    body: str = ""
    answers: tuple[str, ...] = ()
    created: datetime | None = None
    language: str = NOT_SAID


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A corpus, queries, and what fits what."""

    corpus: list[Item]
    queries: list[Item]
    labels: Labels


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
        corpus=list(read_items(folder, "corpus")),
        queries=list(read_items(folder, "queries")),
        labels=labels,
    )


def write_set(
    folder: Path, *, corpus: Iterable[Item], queries: Iterable[Item], labels: Labels
) -> None:
    """Write a labelled set into a folder, in place of one that is there.

    The same set gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, items in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").unlink(missing_ok=True)  # it would be read instead
        with _packed(folder / f"{name}.jsonl.gz") as lines:
            for item in items:
                row = json.dumps(_row_of(item), ensure_ascii=False)
                lines.write(f"{row}\n".encode("utf-8", "replace"))
    with (folder / "qrels.tsv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter="\t", lineterminator="\n")
        rows.writerow(HEADING)
        for query_id, grades in labels.items():
            rows.writerows((query_id, corpus_id, grade) for corpus_id, grade in grades.items())


def document(item: Item, number: int) -> Document:
    """Return a question of the corpus as a topic; answers go to the replies.

    Its language is found as when somebody posts, unless the set says it.
    """
    created = item.created or UNDATED
    return Document(
        topic_id=number,
        company_id=1,
        kind="question",
        status="open",
        title=item.title,
        body=item.body,
        best="\n\n".join(item.answers),
        language=_language(item),
        created_at=created,
        last_activity_at=created,
        confirmed_at=created,
    )


def _language(item: Item) -> str:
    if item.language != NOT_SAID:
        return item.language.partition("-")[0].lower()
    return languages.detect(f"{item.title}\n{item.body}")


def _packed(path: Path) -> gzip.GzipFile:
    return gzip.GzipFile(path, "wb", mtime=0)  # a time would make each copy differ


def _row_of(item: Item) -> dict[str, Any]:
    row: dict[str, Any] = {"id": item.id, "title": item.title, "body": item.body}
    if item.answers:
        row["answers"] = list(item.answers)
    if item.created is not None:
        row["created"] = item.created.isoformat()
    if item.language != NOT_SAID:
        row["language"] = item.language
    return row


def read_items(folder: Path, name: str) -> Iterator[Item]:
    """Yield the questions of a set's "corpus" or "queries".

    Raises:
        BadSet: the file is missing or a line does not fit.
    """
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
        language=row.get("language") or NOT_SAID,
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


def evenly(items: Sequence[Thing], limit: int | None) -> list[Thing]:
    """Return at most ``limit`` of the items, evenly spread; all if None."""
    step = -(-len(items) // limit) if limit else 1
    return list(items[:: max(step, 1)])
