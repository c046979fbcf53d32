"""Where a change happens: topics and replies that can be seen, held still, and who speaks there."""

from datetime import datetime

from flask_babel import gettext

from community.accounts.models import User
from community.companies import queries as companies
from community.companies.models import Mandate, Stake
from community.core.db import db
from community.core.errors import NotFound
from community.topics.models import Post, Reply, Topic


def seen(topic: Topic) -> Topic:
    """Return ``topic``.

    Raises:
        NotFound: it is hidden.
    """
    if topic.hidden_at is not None:
        raise NotFound(gettext("There is no such topic."))
    return topic


def lock(post: Post, *columns: str) -> None:
    """Let nobody else change ``post`` before our transaction ends; read these columns afresh.

    Whether it is hidden is always read.
    """
    db.session.flush()
    db.session.refresh(post, ["hidden_at", *columns], with_for_update={"key_share": True})


def topic_of(reply: Reply) -> Topic:
    """Return the topic of ``reply``, which is usually in the session already.

    Raises:
        NotFound: the reply, the answer that it comments on, or its topic is hidden.
    """
    topic = db.session.get_one(Topic, reply.topic_id)
    answer = db.session.get_one(Reply, reply.parent_id) if reply.parent_id is not None else reply
    if reply.hidden_at is not None or answer.hidden_at is not None:
        raise NotFound(gettext("There is no such reply."))
    return seen(topic)


def reply_in(topic: Topic, reply: Reply) -> Reply:
    """Return ``reply``.

    Raises:
        NotFound: it or the topic is hidden, or it belongs to another topic.
    """
    seen(topic)
    if reply.topic_id != topic.id or reply.hidden_at is not None:
        raise NotFound(gettext("There is no such reply in this topic."))
    return reply


def mandate_of(actor: User | None, topic: Topic) -> Mandate | None:
    """Return the mandate under which ``actor`` speaks for the topic's company just now."""
    return companies.mandate_of(actor.id, topic.company_id) if actor is not None else None


def bar_of(actor: User | None, topic: Topic, at: datetime) -> Stake | None:
    """Return what keeps ``actor`` from moderating what is about the topic's company (rule N12)."""
    return companies.bar_of(actor, topic.company_id, at)
