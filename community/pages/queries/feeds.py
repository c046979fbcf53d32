"""What feeds are made of: posts with their whole text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from community.accounts.models import User
from community.companies.models import Company
from community.core.db import db
from community.topics.models import REPLY_IS_SEEN, Reply, Topic, slug_of
from community.topics.queries import TopicRow


@dataclass(frozen=True, slots=True)
class Entry:
    """A topic or a reply in a feed. ``author`` is None for a former member."""

    topic_id: int
    reply_id: int | None
    title: str  # of the topic
    slug: str
    company_name: str
    kind: str
    author_name: str | None
    author_username: str | None
    html: str  # rendered and sanitised when it was written
    published_at: datetime
    updated_at: datetime


_TOPICS: Select[*tuple[Any, ...]] = (
    select(
        Topic.id,
        Topic.title,
        Topic.kind,
        Topic.body_html,
        Topic.created_at,
        Topic.edited_at,
        Company.name.label("company_name"),
        User.username,
        User.display_name,
        User.deleted_at,
    )
    .join(Company, Company.id == Topic.company_id)
    .join(User, User.id == Topic.author_id)
    .where(Topic.hidden_at.is_(None))
)
_REPLIES: Select[*tuple[Any, ...]] = (
    select(
        Reply.id.label("reply_id"),
        Topic.id,
        Topic.title,
        Topic.kind,
        Reply.body_html,
        Reply.created_at,
        Reply.edited_at,
        Company.name.label("company_name"),
        User.username,
        User.display_name,
        User.deleted_at,
    )
    .join(Topic, Topic.id == Reply.topic_id)
    .join(Company, Company.id == Topic.company_id)
    .join(User, User.id == Reply.author_id)
    .where(Topic.hidden_at.is_(None), REPLY_IS_SEEN)
)


def topic_entries(topics: Sequence[TopicRow]) -> list[Entry]:
    """Return these topics as entries, in their order; an entry changes with what happens there."""
    ids = [topic.id for topic in topics]
    texts = {row.id: row for row in db.session.execute(_TOPICS.where(Topic.id.in_(ids)))}
    return [
        _entry(texts[topic.id], updated_at=topic.last_activity_at)
        for topic in topics
        if topic.id in texts
    ]


def replies_of(topic_id: int, limit: int) -> list[Entry]:
    """Return a topic and its newest replies and comments as entries, the newest first.

    Nothing is returned of a topic that cannot be seen.
    """
    topic = db.session.execute(_TOPICS.where(Topic.id == topic_id)).one_or_none()
    if topic is None:
        return []
    rows = db.session.execute(
        _REPLIES.where(Reply.topic_id == topic_id)
        .order_by(Reply.created_at.desc(), Reply.id.desc())
        .limit(limit)
    )
    return [*map(_entry, rows), _entry(topic)]


def written_by(user_id: int, limit: int) -> list[Entry]:
    """Return what somebody asked and answered as entries, the newest first."""
    topics = db.session.execute(
        _TOPICS.where(Topic.author_id == user_id)
        .order_by(Topic.created_at.desc(), Topic.id.desc())
        .limit(limit)
    )
    replies = db.session.execute(
        _REPLIES.where(Reply.author_id == user_id, Reply.parent_id.is_(None))
        .order_by(Reply.created_at.desc(), Reply.id.desc())
        .limit(limit)
    )
    found = [*map(_entry, topics), *map(_entry, replies)]
    found.sort(key=lambda entry: (entry.published_at, entry.reply_id or 0), reverse=True)
    return found[:limit]


def _entry(row: Row[*tuple[Any, ...]], updated_at: datetime | None = None) -> Entry:
    is_former = row.deleted_at is not None
    changes = [moment for moment in (row.created_at, row.edited_at, updated_at) if moment]
    return Entry(
        topic_id=row.id,
        reply_id=getattr(row, "reply_id", None),
        title=row.title,
        slug=slug_of(row.title),
        company_name=row.company_name,
        kind=row.kind.value,
        author_name=None if is_former else row.display_name or row.username,
        author_username=None if is_former else row.username,
        html=row.body_html,
        published_at=row.created_at,
        updated_at=max(changes),
    )
