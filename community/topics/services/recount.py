"""Count again what is kept as a number, from the rows that it counts.

Nothing should ever differ. It does after somebody has changed rows by hand, or after
an import that left the counting for the end.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, case, func, select, text, update
from sqlalchemy.orm import InstrumentedAttribute

from community.core.db import db
from community.core.sql import changed
from community.topics.models import (
    REPLY_IS_SEEN,
    AcceptedAnswer,
    DeflectionEvent,
    DeflectionStep,
    Follow,
    MeToo,
    Outcome,
    Reply,
    Tag,
    Topic,
    TopicTag,
    Vote,
)
from community.topics.services import figures, standings

EXAMPLES = 3

Truth = tuple[InstrumentedAttribute[Any], ColumnElement[Any]]  # a number, and what it should be

_SOLVED = DeflectionEvent.step == DeflectionStep.SOLVED


@dataclass(frozen=True, slots=True)
class Example:
    """One row that was wrong."""

    id: int
    was: object
    now: object


@dataclass(frozen=True, slots=True)
class Correction:
    """What was wrong with one number, in how many rows."""

    name: str  # "topics.reply_count"
    rows: int
    examples: tuple[Example, ...] = ()


def steps() -> Iterator[tuple[str, Callable[[], Correction]]]:
    """Yield each number's name and what counts it again; run each in its own transaction.

    Standings and figures come last, because they are measured from the numbers before.
    """
    for column, truth in _truths():
        yield _name(column), _corrector(column, truth)
    yield "standings", lambda: Correction("standings", standings.refresh_all())
    yield "company_figures", lambda: Correction("company_figures", figures.refresh_all())


def replies_to(topic_ids: Collection[int]) -> None:
    """Set what topics keep of their replies, after many were added at once.

    The caller holds the topics locked, or has just made them.
    """
    kept = (
        Topic.reply_count,
        Topic.first_reply_at,
        Topic.first_company_reply_at,
        Topic.last_activity_at,
    )
    values = {column.key: truth for column, truth in _truths() if column in kept}
    changed(update(Topic).where(Topic.id.in_(list(topic_ids))).values(values))


def some_topics(topic_ids: Collection[int]) -> None:
    """Count again what a few topics keep, after rows that they count have changed hands."""
    _count_again(Topic, topic_ids)


def some_replies(reply_ids: Collection[int]) -> None:
    """Count again what a few replies keep, after rows that they count have changed hands."""
    _count_again(Reply, reply_ids)


def _count_again(table: type[Topic] | type[Reply], ids: Collection[int]) -> None:
    values = {column.key: truth for column, truth in _truths() if column.class_ is table}
    changed(update(table).where(table.id.in_(list(ids))).values(values))


def _corrector(
    column: InstrumentedAttribute[Any], truth: ColumnElement[Any]
) -> Callable[[], Correction]:
    def correct() -> Correction:
        table = column.class_
        wrong = column.is_distinct_from(truth)
        _keep_others_from_counting(table.__tablename__)
        rows = db.session.execute(
            select(table.id, column, truth).where(wrong).order_by(table.id).limit(EXAMPLES)
        ).all()
        if not rows:
            return Correction(_name(column), 0)
        corrected = changed(update(table).where(wrong).values({column.key: truth}))
        examples = tuple(Example(id=row[0], was=row[1], now=row[2]) for row in rows)
        return Correction(_name(column), corrected, examples)

    return correct


def _name(column: InstrumentedAttribute[Any]) -> str:
    return f"{column.class_.__tablename__}.{column.key}"


def _keep_others_from_counting(table: str) -> None:
    """Let no one count beside us: what we count must not change between our look and our write.

    SQLite has one writer anyway. On PostgreSQL a count that somebody has begun is waited
    for, and one that begins waits for our transaction's end; readers wait for nothing.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))


def _truths() -> list[Truth]:
    """Return every number that is kept beside the rows that it counts, and how to count them."""
    tagged = (TopicTag.tag_id == Tag.id, TopicTag.topic_id == Topic.id, Topic.hidden_at.is_(None))
    return [*_of_topics(), *_of_replies(), (Tag.topic_count, _count(TopicTag, *tagged))]


def _of_topics() -> list[Truth]:
    answers = (Reply.topic_id == Topic.id, Reply.parent_id.is_(None), Reply.hidden_at.is_(None))
    by_another = (*answers, Reply.author_id != Topic.author_id)
    helped = (DeflectionEvent.topic_id == Topic.id, _SOLVED)
    return [
        (Topic.reply_count, _count(Reply, *answers)),
        (Topic.me_too_count, _count(MeToo, MeToo.topic_id == Topic.id)),
        (Topic.follower_count, _count(Follow, Follow.topic_id == Topic.id)),
        (Topic.helped_count, _count(DeflectionEvent, *helped)),
        (Topic.first_reply_at, _one(select(func.min(Reply.created_at)).where(*by_another))),
        (
            Topic.first_company_reply_at,
            _one(select(func.min(Reply.created_at)).where(*by_another, Reply.speaks_for_company)),
        ),
        (Topic.last_activity_at, _last_activity()),
    ]


def _of_replies() -> list[Truth]:
    votes, worked = Vote.reply_id == Reply.id, (Outcome.reply_id == Reply.id, Outcome.worked)
    helped = (DeflectionEvent.reply_id == Reply.id, _SOLVED)
    return [
        (
            Reply.helpful_count,
            Reply.imported_helpful_count + _count(Vote, votes, Vote.value == 1),
        ),
        (
            Reply.unhelpful_count,
            Reply.imported_unhelpful_count + _count(Vote, votes, Vote.value == -1),
        ),
        (Reply.worked_count, _count(Outcome, *worked)),
        (Reply.failed_count, _count(Outcome, Outcome.reply_id == Reply.id, ~Outcome.worked)),
        (Reply.last_worked_at, _one(select(func.max(Outcome.created_at)).where(*worked))),
        (Reply.accepted_count, _count(AcceptedAnswer, AcceptedAnswer.reply_id == Reply.id)),
        (Reply.helped_count, _count(DeflectionEvent, *helped)),
    ]


def _last_activity() -> ColumnElement[Any]:
    """The moment of the newest reply or comment in sight, or else of the topic itself.

    Only words move a topic up: a company that sets a status re-orders nothing (rule N5).
    """
    newest = _one(
        select(func.max(Reply.created_at)).where(Reply.topic_id == Topic.id, REPLY_IS_SEEN)
    )
    return case((newest > Topic.created_at, newest), else_=Topic.created_at)


def _count(table: Any, *conditions: SQLColumnExpression[bool]) -> ColumnElement[Any]:
    return _one(select(func.count()).select_from(table).where(*conditions))


def _one(statement: Select[Any]) -> ColumnElement[Any]:
    return statement.scalar_subquery()
