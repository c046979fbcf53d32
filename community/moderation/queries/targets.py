"""What a case is about: a topic, an answer or comment, or a person; in sight or not."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import select, union
from sqlalchemy.orm import joinedload

from community.accounts.models import User
from community.core.db import db
from community.moderation.models import Case, Flag
from community.topics import models as topics
from community.topics.models import Post, Reply, Topic

Target: TypeAlias = Post | User


def target_of(row: Case | Flag) -> Target:
    """Return what a case or a flag is about, with its topic and author, hidden or not."""
    if row.topic_id is not None:
        return _topic(row.topic_id)
    if row.reply_id is not None:
        return db.session.scalars(
            select(Reply)
            .where(Reply.id == row.reply_id)
            .options(joinedload(Reply.topic).joinedload(Topic.company), joinedload(Reply.author))
        ).one()
    return db.session.get_one(User, row.person_id)


def author_of(target: Target) -> User:
    """Return who wrote it; of a person, the person."""
    if isinstance(target, User):
        return target
    return db.session.get_one(User, target.author_id)


def topic_of(target: Target) -> Topic | None:
    """Return the topic that it is or belongs to; None for a person."""
    if isinstance(target, User):
        return None
    return target if isinstance(target, Topic) else _topic(target.topic_id)


def kind_of(target: Target) -> str:
    """Return what a target is: "topic", "reply", "comment" or "person"."""
    if isinstance(target, User):
        return "person"
    if isinstance(target, Topic):
        return "topic"
    return "reply" if target.parent_id is None else "comment"


def title_of(target: Target) -> str:
    """Return the title of the topic that a target is or belongs to, or the person's name."""
    if isinstance(target, User):
        return target.name
    return target.topic.title if isinstance(target, Reply) else target.title


def place_of(target: Target) -> dict[str, Any]:
    """Return the topic and the reply that an event about a target names."""
    if isinstance(target, Reply):
        return {"topic_id": target.topic_id, "reply_id": target.id}
    return {"topic_id": target.id if isinstance(target, Topic) else None, "reply_id": None}


def keys_of(target: Target) -> dict[str, int]:
    """Return the column by which rows refer to a target, and its value."""
    return {"person_id": target.id} if isinstance(target, User) else topics.keys_of(target)


def companies_of(person_id: int, *, since: datetime) -> Collection[int]:
    """Return the companies about which somebody has written since then."""
    topics = select(Topic.company_id).where(Topic.author_id == person_id, Topic.created_at >= since)
    replies = (
        select(Topic.company_id)
        .join(Reply, Reply.topic_id == Topic.id)
        .where(Reply.author_id == person_id, Reply.created_at >= since)
    )
    return db.session.scalars(union(topics, replies)).all()


def _topic(topic_id: int) -> Topic:
    return db.session.scalars(
        select(Topic)
        .where(Topic.id == topic_id)
        .options(joinedload(Topic.company), joinedload(Topic.author))
    ).one()
