"""Taking posts out of sight, and bringing them back exactly as they were.

What a post is, who judged it and what hangs below it stay in their rows. Only what is counted
of posts in sight is counted again: the replies of a topic and its last activity, the topics of a
tag; standings, figures and the index follow by the events ``post.hidden`` and ``post.restored``.
Comments are out of sight as long as the answer above them is, and replies as long as their topic
is; they are not hidden themselves, and their authors keep what they have earned by them.

Who may is not asked here: the caller decides cases, and writes each into the public log.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import select

from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db
from community.core.erasing import Traces
from community.core.sealing import Unreadable
from community.core.sql import change, lock
from community.pictures import services as pictures
from community.topics.models import (
    AskedBy,
    Post,
    Reply,
    Rule,
    Sight,
    Tombstone,
    Topic,
    TopicTag,
    keys_of,
)
from community.topics.queries.covered import in_force, words_of
from community.topics.services import covering, places, recount, tagging

__all__ = [
    "erase_sealed",
    "has_answers_of_others",
    "hide",
    "in_force",
    "lift",
    "replaced_by",
    "words_of",
]


def hide(post: Post, *, sight: Sight, rule: Rule, asked_by: AskedBy, log_seq: int) -> Tombstone:
    """Take ``post`` out of sight and return what stands in its place.

    A post that is out of sight already gets this tombstone in place of the one it had, and one
    `lift` brings it back; what is covered stays covered until then, in whatever way it is hidden.

    Args:
        sight: ``HELD`` only before anybody but the author can have seen it.
        log_seq: of the row in the public log that says so.
    """
    _lock(post)
    now = clock.now()
    previous = in_force(post)
    sealed = previous.sealed if previous is not None else None
    texts = covering.texts_of(post, sealed)
    if previous is not None:
        _end(previous, at=now)
    if sealed is None and sight is Sight.MASKED:
        sealed = covering.cover(post)
    _set_hidden(post, is_hidden=sight is not Sight.MASKED, at=now)
    tombstone = Tombstone(
        **keys_of(post),
        sight=sight,
        rule=rule,
        asked_by=asked_by,
        log_seq=log_seq,
        sealed=sealed,
        is_unseen=sight is Sight.HELD or (previous is not None and previous.is_unseen),
        at=now,
    )
    db.session.add(tombstone)
    db.session.flush()
    author = db.session.get_one(User, post.author_id)
    sent_by = author.id if author.deleted_at is None else None
    pictures.withhold(texts, sent_by=sent_by, because=tombstone.id)
    _tell("post.hidden", post)
    if sealed is not None:
        _tell("post.covered", post)
    return tombstone


def lift(post: Post) -> Tombstone | None:
    """Bring ``post`` back exactly as it was: its text, votes, verdicts, place and dates.

    Nobody is told once more of what they have seen. A post that was held and never seen is told
    of now, as if it had just been posted; it stands where it would have stood.

    Returns:
        what stood in its place, or None if it was in sight.

    Raises:
        Unreadable: it was covered under a key that is not there any more.
    """
    _lock(post)
    tombstone = in_force(post)
    if tombstone is None:
        return None
    now = clock.now()
    if tombstone.sealed is not None:
        covering.uncover(post, tombstone.sealed)
    _end(tombstone, at=now)
    _set_hidden(post, is_hidden=False, at=now)
    _tell("post.restored", post)
    if tombstone.is_unseen:
        _tell_posted(post)
    return tombstone


def has_answers_of_others(topic: Topic) -> bool:
    """Tell whether anybody but its author wrote what stands below ``topic`` in sight."""
    others = select(Reply.id).where(
        Reply.topic_id == topic.id,
        Reply.author_id != topic.author_id,
        Reply.hidden_at.is_(None),
    )
    return db.session.scalar(select(others.exists())) or False


def replaced_by(tombstone: Tombstone) -> Tombstone | None:
    """Return what stood in place of the post until ``tombstone`` took its place; None: nothing."""
    return db.session.scalar(
        select(Tombstone)
        .filter_by(topic_id=tombstone.topic_id, reply_id=tombstone.reply_id)
        .where(Tombstone.id < tombstone.id, Tombstone.lifted_at == tombstone.at)
        .order_by(Tombstone.id.desc())
        .limit(1)
    )


def erase_sealed(traces: Traces) -> None:
    """Take somebody who is forgotten out of all that is sealed.

    What a lost key has sealed cannot be read by anybody, and stays as it is.
    """
    for tombstone in db.session.scalars(select(Tombstone).where(Tombstone.sealed.is_not(None))):
        with suppress(Unreadable):
            tombstone.sealed = covering.erase(tombstone.sealed or b"", traces)


def _end(tombstone: Tombstone, *, at: datetime) -> None:
    """Let nothing stand in place of the post by this tombstone any more."""
    pictures.give_back(because=tombstone.id)
    change(tombstone, lifted_at=at, sealed=None)


def _set_hidden(post: Post, *, is_hidden: bool, at: datetime) -> None:
    """Hide or show ``post``, and count again what is counted of posts in sight."""
    if (post.hidden_at is not None) == is_hidden:
        return
    change(post, hidden_at=at if is_hidden else None)
    if isinstance(post, Reply):
        recount.replies_to([post.topic_id])
        db.session.expire(db.session.get_one(Topic, post.topic_id))
        return
    tags = db.session.scalars(select(TopicTag.tag_id).where(TopicTag.topic_id == post.id))
    tagging.count_topics(dict.fromkeys(tags, -1 if is_hidden else 1))
    if not is_hidden:
        tagging.show_pages(post)


def _lock(post: Post) -> None:
    """Read ``post`` afresh and let nobody change it, or count beside us, before we are done."""
    places.lock(post, "body")
    if isinstance(post, Reply):
        lock(db.session.get_one(Topic, post.topic_id))


def _tell(event: str, post: Post) -> None:
    """Say that ``post`` went or came: figures are by company, standings by the reply's author."""
    topic = post if isinstance(post, Topic) else db.session.get_one(Topic, post.topic_id)
    reply_id = None if isinstance(post, Topic) else post.id
    outbox.publish(event, topic_id=topic.id, company_id=topic.company_id, reply_id=reply_id)


def _tell_posted(post: Post) -> None:
    """Say of a post that was held, now that it can be seen, what was said when it was posted."""
    if isinstance(post, Topic):
        outbox.publish("topic.posted", topic_id=post.id, company_id=post.company_id)
        return
    topic = db.session.get_one(Topic, post.topic_id)
    where: dict[str, Any] = {"topic_id": topic.id, "company_id": topic.company_id}
    if post.parent_id is None:
        outbox.publish("reply.posted", **where, reply_id=post.id)
    else:
        outbox.publish("comment.posted", **where, reply_id=post.parent_id, comment_id=post.id)
