"""From threads to the database, batch by batch.

A batch is one transaction: whatever kills the import leaves whole batches, and the next
run goes on behind them. While one batch is written, the texts of the next are prepared
in other processes.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from community.core.db import db, reading, transaction
from community.topics.importing import writing
from community.topics.importing.interchange import Post, Thread
from community.topics.importing.looking_up import ids_by_key
from community.topics.importing.rendering import Later, Renderer
from community.topics.importing.report import Report
from community.topics.importing.texts import Prepared
from community.topics.importing.writing import Written
from community.topics.models import Reply, Topic

THREADS = 500  # of one batch, at most
POSTS = 2_500  # of one batch; one more thread may go over it
BEGUN = 3  # batches whose texts are being prepared
TRIES = 3  # of a batch that somebody else's change has made fail


class Batch(NamedTuple):
    """Threads, and the texts of those that are not all there yet."""

    threads: list[Thread]
    posts: list[Post]
    texts: Later


class Done(NamedTuple):
    """How far an import is."""

    threads: int
    posts: int


def load(threads: Iterable[Thread], *, report: Report, renderer: Renderer) -> Iterator[Done]:
    """Write threads; yield how far it is after each batch."""
    begun: deque[Batch] = deque()
    done = Done(0, 0)
    for some in _batches(threads):
        batch = _begin(some, report, renderer)
        posts = sum(thread.size() for thread in some)
        done = Done(done.threads + len(some), done.posts + posts)
        if batch.threads:
            begun.append(batch)
        if len(begun) > BEGUN:
            _end(begun.popleft(), report)
        yield done
    while begun:
        _end(begun.popleft(), report)
        yield done


def _batches(threads: Iterable[Thread]) -> Iterator[list[Thread]]:
    batch: list[Thread] = []
    size = 0
    for thread in threads:
        batch.append(thread)
        size += thread.size()
        if len(batch) >= THREADS or size >= POSTS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _begin(threads: list[Thread], report: Report, renderer: Renderer) -> Batch:
    """Leave out what is there with all that is below it, and begin to prepare the rest."""
    posts = {post.key for thread in threads for post in thread.below()}
    keys = [thread.key for thread in threads]
    with reading():
        rows = db.session.execute(
            select(Topic.source_key, Topic.created_at).where(Topic.source_key.in_(keys))
        )
        topics: dict[str | None, datetime] = dict(rows.all())
        known = ids_by_key(Reply, posts) if topics else {}
    fresh = []
    for key, thread in zip(keys, threads, strict=True):
        below = list(thread.below())
        if topics.get(key) == thread.created_at and all(post.key in known for post in below):
            report.known["topics"] += 1
            report.known["replies"] += len(thread.answers)
            report.known["comments"] += len(below) - len(thread.answers)
        else:
            fresh.append(thread)
    wanted = [post for thread in fresh for post in thread.posts()]
    return Batch(fresh, wanted, renderer.begin([post.text for post in wanted]))


def _end(batch: Batch, report: Report) -> None:
    texts = dict(zip(batch.posts, batch.texts(), strict=True))
    try:
        written = _write(batch.threads, texts)
    except (IntegrityError, DataError):
        for thread in batch.threads:  # one of them is to blame: the others shall not suffer
            try:
                _tell(_write([thread], texts), report)
            except (IntegrityError, DataError) as error:
                report.reject(thread.place, f"the database refuses it: {error.orig}")
    else:
        _tell(written, report)


def _write(threads: Sequence[Thread], texts: dict[Post, Prepared]) -> Written:
    """Write a batch, again if another import or a visitor was in the way."""
    for last_try in (*[False] * (TRIES - 1), True):
        try:
            with transaction():
                return writing.write(threads, texts)
        except (IntegrityError, OperationalError):
            if last_try:
                raise
    raise AssertionError("unreachable")


def _tell(written: Written, report: Report) -> None:
    report.added += written.added
    report.known += written.known
    report.notes += written.notes
    for place, reason in written.rejected:
        report.reject(place, reason)
