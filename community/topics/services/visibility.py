"""Taking posts out of sight, and bringing them back exactly as they were.

What a post is, who judged it and what hangs below it stay in their rows. Only what is counted
of posts in sight is counted again: the replies of a topic and its last activity, the topics of a
tag; standings, figures and the index follow by the events ``post.hidden`` and ``post.restored``.
Comments are out of sight as long as the answer above them is, and are not hidden themselves;
neither are the replies to a topic.

Who may is not asked here: the caller decides cases, and writes each into the public log.
"""

from typing import TypeAlias

from sqlalchemy import select

from community.core import clock, outbox
from community.core.db import db
from community.core.sql import change, lock
from community.topics.models import (
    AskedBy,
    Reply,
    Rule,
    Sight,
    Tombstone,
    Topic,
    TopicTag,
)
from community.topics.services import recount, tagging

Post: TypeAlias = Topic | Reply


def hide(post: Post, *, sight: Sight, rule: Rule, asked_by: AskedBy, log_seq: int) -> Tombstone:
    """Take ``post`` out of sight and return what stands in its place.

    A post that is hidden already gets the new tombstone in place of the one it had; one `lift`
    brings it back.

    Args:
        log_seq: of the row in the public log that says so.
    """
    _lock(post)
    now = clock.now()
    if previous := in_force(post):
        change(previous, lifted_at=now)
    _set_hidden(post, is_hidden=True)
    tombstone = Tombstone(
        **_target(post), sight=sight, rule=rule, asked_by=asked_by, log_seq=log_seq, at=now
    )
    db.session.add(tombstone)
    db.session.flush()
    _tell("post.hidden", post)
    return tombstone


def lift(post: Post) -> Tombstone | None:
    """Bring ``post`` back exactly as it was.

    Returns:
        what stood in its place, or None if it was in sight.
    """
    _lock(post)
    tombstone = in_force(post)
    if tombstone is None:
        return None
    change(tombstone, lifted_at=clock.now())
    _set_hidden(post, is_hidden=False)
    _tell("post.restored", post)
    return tombstone


def in_force(post: Post) -> Tombstone | None:
    """Return what stands in place of ``post``; None if it is in sight."""
    return db.session.scalar(
        select(Tombstone).filter_by(**_target(post)).where(Tombstone.lifted_at.is_(None))
    )


def _set_hidden(post: Post, *, is_hidden: bool) -> None:
    """Hide or show ``post``, and count again what is counted of posts in sight."""
    if (post.hidden_at is not None) == is_hidden:
        return
    change(post, hidden_at=clock.now() if is_hidden else None)
    if isinstance(post, Reply):
        recount.replies_to([post.topic_id])
        db.session.expire(db.session.get_one(Topic, post.topic_id))
        return
    tags = db.session.scalars(select(TopicTag.tag_id).where(TopicTag.topic_id == post.id))
    tagging.count_topics(dict.fromkeys(tags, -1 if is_hidden else 1))


def _lock(post: Post) -> None:
    """Read ``post`` afresh and let nobody change it, or count beside us, before we are done."""
    db.session.flush()
    db.session.refresh(post, ["hidden_at"], with_for_update={"key_share": True})
    if isinstance(post, Reply):
        lock(db.session.get_one(Topic, post.topic_id))


def _target(post: Post) -> dict[str, int]:
    return {"topic_id": post.id} if isinstance(post, Topic) else {"reply_id": post.id}


def _tell(event: str, post: Post) -> None:
    """Say that ``post`` went or came; standings are counted by the reply, figures by the company."""
    topic = post if isinstance(post, Topic) else db.session.get_one(Topic, post.topic_id)
    reply_id = None if isinstance(post, Topic) else post.id
    outbox.publish(event, topic_id=topic.id, company_id=topic.company_id, reply_id=reply_id)
