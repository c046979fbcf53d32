"""Single rows for a change to work on: only what is not hidden."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from community.core.db import db
from community.topics.models import REPLY_IS_SEEN, Reply, Tag, Topic


def visible(topic_id: int) -> Topic | None:
    """Return a topic with its company, unless it is hidden."""
    return db.session.scalar(
        select(Topic)
        .where(Topic.id == topic_id, Topic.hidden_at.is_(None))
        .options(joinedload(Topic.company))
    )


def visible_reply(reply_id: int) -> Reply | None:
    """Return a reply or comment with its topic and company, unless any of it is hidden."""
    return db.session.scalar(
        select(Reply)
        .join(Topic, Topic.id == Reply.topic_id)
        .where(Reply.id == reply_id, REPLY_IS_SEEN, Topic.hidden_at.is_(None))
        .options(joinedload(Reply.topic).joinedload(Topic.company))
    )


def tag_by_slug(slug: str) -> Tag | None:
    """Return the tag that is written like this, if a topic in sight has it."""
    return db.session.scalar(select(Tag).where(Tag.slug == slug, Tag.topic_count > 0))
