"""Everything a person has written, judged and looked for, to be handed out."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Select, func, select

from community.accounts.models import User
from community.companies.models import Company, Product
from community.core.db import db
from community.core.links import absolute
from community.topics.models import (
    AcceptedAnswer,
    DeflectionEvent,
    Follow,
    MeToo,
    OfficialAnswer,
    Outcome,
    ReadMark,
    Reply,
    Revision,
    SavedSearch,
    StatusChange,
    Tag,
    Topic,
    TopicTag,
    Vote,
)

Rows = list[dict[str, Any]]


def count(user: User) -> int:
    """Return how many topics, answers and comments somebody has written."""
    topics = select(func.count(Topic.id)).where(Topic.author_id == user.id)
    replies = select(func.count(Reply.id)).where(Reply.author_id == user.id)
    return (db.session.scalar(topics) or 0) + (db.session.scalar(replies) or 0)


def export(user: User) -> Mapping[str, Any]:
    """Return all of it; what belongs to a topic names the topic and its address."""
    return {name: rows(user) for name, rows in _PARTS.items()}


def _topics(user: User) -> Rows:
    rows = _rows(
        select(
            Topic.id,
            Company.name.label("company"),
            Topic.kind,
            Topic.status,
            Topic.title,
            Topic.body.label("text"),
            Topic.differs_reason,
            Topic.created_at.label("posted_at"),
            Topic.edited_at,
        )
        .join(Company, Company.id == Topic.company_id)
        .where(Topic.author_id == user.id)
        .order_by(Topic.id)
    )
    tags: dict[int, list[str]] = {}
    for topic_id, slug in db.session.execute(
        select(TopicTag.topic_id, Tag.slug)
        .join(Tag, Tag.id == TopicTag.tag_id)
        .join(Topic, Topic.id == TopicTag.topic_id)
        .where(Topic.author_id == user.id)
        .order_by(Tag.slug)
    ):
        tags.setdefault(topic_id, []).append(slug)
    return [
        {
            "address": absolute("topics.show", topic_id=row["id"]),
            **row,
            "tags": tags.get(row["id"], []),
        }
        for row in rows
    ]


def _replies(user: User) -> Rows:
    rows = _rows(
        select(
            Reply.id,
            Reply.parent_id.label("comments_on"),
            Topic.title.label("topic"),
            Reply.body.label("text"),
            Reply.speaks_for_company,
            Reply.created_at.label("posted_at"),
            Reply.edited_at,
        )
        .join(Topic, Topic.id == Reply.topic_id)
        .where(Reply.author_id == user.id)
        .order_by(Reply.id)
    )
    return [{"address": absolute("topics.reply_link", reply_id=row["id"]), **row} for row in rows]


def _revisions(user: User) -> Rows:
    return _rows(
        select(
            Revision.topic_id,
            Revision.reply_id,
            Revision.number,
            Revision.about,
            Revision.body.label("text"),
            Revision.note,
            Revision.created_at.label("edited_at"),
        )
        .where(Revision.editor_id == user.id)
        .order_by(Revision.id)
    )


def _about_topics(user: User) -> Rows:
    return _rows(
        select(Topic.id.label("topic_id"), Topic.title.label("topic"), MeToo.created_at)
        .join(Topic, Topic.id == MeToo.topic_id)
        .where(MeToo.user_id == user.id)
        .order_by(MeToo.created_at, MeToo.topic_id)
    )


def _votes(user: User) -> Rows:
    return _rows(
        select(Vote.reply_id, Vote.value, Vote.created_at)
        .where(Vote.user_id == user.id)
        .order_by(Vote.reply_id)
    )


def _outcomes(user: User) -> Rows:
    return _rows(
        select(Outcome.reply_id, Outcome.worked, Outcome.version, Outcome.created_at)
        .where(Outcome.user_id == user.id)
        .order_by(Outcome.reply_id)
    )


def _accepted(user: User) -> Rows:
    return _rows(
        select(AcceptedAnswer.topic_id, AcceptedAnswer.reply_id, AcceptedAnswer.accepted_at)
        .where(AcceptedAnswer.accepted_by_id == user.id)
        .order_by(AcceptedAnswer.topic_id, AcceptedAnswer.reply_id)
    )


def _official(user: User) -> Rows:
    return _rows(
        select(OfficialAnswer.topic_id, OfficialAnswer.reply_id, OfficialAnswer.marked_at)
        .where(OfficialAnswer.marked_by_id == user.id)
        .order_by(OfficialAnswer.topic_id)
    )


def _statuses(user: User) -> Rows:
    return _rows(
        select(
            StatusChange.topic_id,
            StatusChange.role,
            StatusChange.old,
            StatusChange.new,
            StatusChange.note,
            StatusChange.created_at,
        )
        .where(StatusChange.actor_id == user.id)
        .order_by(StatusChange.id)
    )


def _follows(user: User) -> Rows:
    return _rows(
        select(
            Topic.title.label("topic"),
            Company.name.label("company"),
            Product.name.label("product"),
            Tag.slug.label("tag"),
            User.username.label("person"),
            Follow.cause,
            Follow.created_at.label("since"),
        )
        .select_from(Follow)
        .outerjoin(Topic, Topic.id == Follow.topic_id)
        .outerjoin(Company, Company.id == Follow.company_id)
        .outerjoin(Product, Product.id == Follow.product_id)
        .outerjoin(Tag, Tag.id == Follow.tag_id)
        .outerjoin(User, User.id == Follow.person_id)
        .where(Follow.user_id == user.id)
        .order_by(Follow.id)
    )


def _searches(user: User) -> Rows:
    kept = db.session.scalars(
        select(SavedSearch).where(SavedSearch.user_id == user.id).order_by(SavedSearch.id)
    )
    columns = [column.key for column in SavedSearch.__table__.columns if column.key != "user_id"]
    return [{name: getattr(search, name) for name in columns} for search in kept]


def _reading(user: User) -> Rows:
    return _rows(
        select(ReadMark.topic_id, ReadMark.read_until)
        .where(ReadMark.user_id == user.id)
        .order_by(ReadMark.topic_id)
    )


def _found(user: User) -> Rows:
    return _rows(
        select(
            DeflectionEvent.step,
            DeflectionEvent.query.label("typed"),
            DeflectionEvent.reason,
            DeflectionEvent.topic_id,
            DeflectionEvent.reply_id,
            DeflectionEvent.created_at,
        )
        .where(DeflectionEvent.user_id == user.id)
        .order_by(DeflectionEvent.id)
    )


def _rows(statement: Select[*tuple[Any, ...]]) -> Rows:
    return [dict(row) for row in db.session.execute(statement).mappings()]


_PARTS: Mapping[str, Callable[[User], Rows]] = {
    "topics": _topics,
    "answers_and_comments": _replies,
    "edits": _revisions,
    "has_this_too": _about_topics,
    "votes": _votes,
    "worked_or_not": _outcomes,
    "solved_it_for_me": _accepted,
    "marked_official": _official,
    "statuses_set": _statuses,
    "follows": _follows,
    "saved_searches": _searches,
    "read_until": _reading,
    "answers_found_while_asking": _found,
}
