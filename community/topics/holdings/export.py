"""Everything a person has written, judged and looked for, to be handed out."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

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
    Sight,
    StatusChange,
    Tag,
    Tombstone,
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
    gone = _tombstones(Tombstone.topic_id.in_(_ids_of(Topic, user)))
    return [
        {
            "address": absolute("topics.show", topic_id=row["id"]),
            **row,
            "tags": tags.get(row["id"], []),
            "out_of_sight": _out_of_sight(gone.get(f"topic {row['id']}")),
        }
        for row in rows
    ]


def _replies(user: User) -> Rows:
    rows = _rows(
        select(
            Reply.id,
            Reply.topic_id,
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
    own, above = _ids_of(Reply, user), select(Reply.parent_id).where(Reply.author_id == user.id)
    around = select(Reply.topic_id).where(Reply.author_id == user.id)
    gone = _tombstones(
        or_(
            Tombstone.reply_id.in_(own),
            Tombstone.reply_id.in_(above),
            Tombstone.topic_id.in_(around),
        )
    )
    return [
        {
            "address": absolute("topics.reply_link", reply_id=row["id"]),
            **row,
            "out_of_sight": _reply_out_of_sight(row, gone),
        }
        for row in rows
    ]


def _ids_of(table: type[Topic | Reply], user: User) -> Select[int]:
    return select(table.id).where(table.author_id == user.id)


def _tombstones(which: ColumnElement[bool]) -> dict[str, Tombstone]:
    """Return what stands in place of posts, or of their words, by "topic 3" or "reply 7"."""
    found = db.session.scalars(select(Tombstone).where(which, Tombstone.lifted_at.is_(None)))
    return {
        f"topic {one.topic_id}" if one.reply_id is None else f"reply {one.reply_id}": one
        for one in found
    }


def _reply_out_of_sight(
    row: Mapping[str, Any], gone: Mapping[str, Tombstone]
) -> dict[str, Any] | None:
    """Say whether an answer or comment is out of sight, by itself or with what it hangs below."""
    own = gone.get(f"reply {row['id']}")
    if own is not None:
        return _out_of_sight(own)
    for above in (f"reply {row['comments_on']}", f"topic {row['topic_id']}"):
        tombstone = gone.get(above)
        if tombstone is not None and tombstone.sight is not Sight.MASKED:
            return _out_of_sight(tombstone, with_=above)
    return None


def _out_of_sight(tombstone: Tombstone | None, *, with_: str = "") -> dict[str, Any] | None:
    """Say how and why a post is out of sight; what is masked is covered here as well."""
    if tombstone is None:
        return None
    return {
        "how": tombstone.sight,
        "together_with": with_ or None,
        "rule": tombstone.rule,
        "asked_by": tombstone.asked_by,
        "since": tombstone.at,
        "written_down_at": absolute("moderation.log_row", seq=tombstone.log_seq),
    }


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
