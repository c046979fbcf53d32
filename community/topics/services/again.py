"""The same words sent twice: by a button pressed twice, a page reloaded, or a slow line."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select

from community.accounts.models import PersonClaim, User
from community.companies.models import Company
from community.core.db import db
from community.core.sql import lock
from community.topics.models import Reply, Sight, Tombstone, Topic

AGAIN = timedelta(minutes=10)  # later, somebody means it


def _is_there(post: type[Topic] | type[Reply]) -> ColumnElement[bool]:
    """Return the condition for what can be seen, or waits until somebody has looked at it."""
    column = Tombstone.topic_id if post is Topic else Tombstone.reply_id
    held = exists().where(
        column == post.id, Tombstone.sight == Sight.HELD, Tombstone.lifted_at.is_(None)
    )
    return or_(post.hidden_at.is_(None), held)


def same_topic(
    author: User, company: Company, *, title: str, body: str, at: datetime
) -> Topic | None:
    """Return the topic that ``author`` has just posted in these very words."""
    lock(author)
    return db.session.scalar(
        select(Topic)
        .where(
            Topic.author_id == author.id,
            Topic.created_at > at - AGAIN,
            Topic.company_id == company.id,
            Topic.title == title,
            Topic.body == body,
            _is_there(Topic),
        )
        .limit(1)
    )


def same_guest_topic(email: str, *, title: str, body: str, at: datetime) -> Topic | None:
    """Return the topic that a guest with this address has just posted in these very words.

    Each press makes a guest of its own, so it is the address that tells.
    """
    return db.session.scalar(
        select(Topic)
        .join(PersonClaim, PersonClaim.user_id == Topic.author_id)
        .where(
            PersonClaim.email == email,
            Topic.created_at > at - AGAIN,
            Topic.title == title,
            Topic.body == body,
            _is_there(Topic),
        )
        .limit(1)
    )


def same_reply(
    author: User,
    topic: Topic,
    *,
    parent_id: int | None,
    body: str,
    as_company: bool,
    at: datetime,
) -> Reply | None:
    """Return the reply, or comment on ``parent_id``, that ``author`` has just posted like this."""
    lock(author)
    return db.session.scalar(
        select(Reply)
        .where(
            Reply.author_id == author.id,
            Reply.created_at > at - AGAIN,
            Reply.topic_id == topic.id,
            Reply.parent_id.is_(None) if parent_id is None else Reply.parent_id == parent_id,
            Reply.body == body,
            Reply.speaks_for_company == as_company,
            _is_there(Reply),
        )
        .limit(1)
    )
