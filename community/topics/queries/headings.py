"""How topics and replies are called where others speak of them, many in one statement."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from community.accounts.models import User
from community.core.db import db
from community.topics.models import REPLY_IS_SEEN, Reply, Topic, slug_of


@dataclass(frozen=True, slots=True)
class Heading:
    """A topic in a sentence about it, or the topic of a reply."""

    topic_id: int
    title: str
    author: str = ""  # of the reply; empty for a former member

    @property
    def slug(self) -> str:
        """Return the title as the last part of the topic's address."""
        return slug_of(self.title)


def headings(topic_ids: Collection[int]) -> Mapping[int, Heading]:
    """Return the headings of the visible topics among these, by their ids."""
    if not topic_ids:
        return {}
    found = select(Topic.id, Topic.title).where(Topic.id.in_(topic_ids), Topic.hidden_at.is_(None))
    return {row.id: Heading(row.id, row.title) for row in db.session.execute(found)}


def reply_headings(reply_ids: Collection[int]) -> Mapping[int, Heading]:
    """Return whose answers these are, and to what, by their ids; hidden ones are left out."""
    if not reply_ids:
        return {}
    found = (
        select(
            Reply.id, Reply.topic_id, Topic.title, User.username, User.display_name, User.deleted_at
        )
        .join(Topic, Topic.id == Reply.topic_id)
        .join(User, User.id == Reply.author_id)
        .where(Reply.id.in_(reply_ids), REPLY_IS_SEEN, Topic.hidden_at.is_(None))
    )
    return {
        row.id: Heading(
            row.topic_id, row.title, "" if row.deleted_at else row.display_name or row.username
        )
        for row in db.session.execute(found)
    }
