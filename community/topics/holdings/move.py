"""What one person did becomes another's, as if the other had done it from the beginning.

What both did counts once, and what nobody may do with an own post, such as to vote on it, is
dropped where the two have become one. The counts are taken again from the rows.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from community.accounts.models import User
from community.core import outbox
from community.core.db import db
from community.core.sql import changed, chunks, hand_over
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
    Topic,
    TopicTag,
    Vote,
)
from community.topics.services import recount, standings
from community.topics.services.deflection import OWN_COUNTS

Column = InstrumentedAttribute[Any]

CHUNK = 500  # rows counted again in one statement

_DONE_BY: tuple[Column, ...] = (
    Topic.author_id,
    Reply.author_id,
    Revision.editor_id,
    StatusChange.actor_id,
    OfficialAnswer.marked_by_id,
    TopicTag.added_by_id,
    SavedSearch.user_id,
)
# Whose row it is, and what each person has one row of.
_ONE_EACH: tuple[tuple[Column, tuple[tuple[Column, ...], ...]], ...] = (
    (MeToo.user_id, ((MeToo.topic_id,),)),
    (Vote.user_id, ((Vote.reply_id,),)),
    (Outcome.user_id, ((Outcome.reply_id,),)),
    (AcceptedAnswer.accepted_by_id, ((AcceptedAnswer.topic_id, AcceptedAnswer.reply_id),)),
    (ReadMark.user_id, ((ReadMark.topic_id,),)),
    (DeflectionEvent.user_id, ((DeflectionEvent.topic_id, DeflectionEvent.step),)),
    (
        Follow.user_id,
        (
            (Follow.topic_id,),
            (Follow.company_id,),
            (Follow.product_id,),
            (Follow.tag_id,),
            (Follow.person_id,),
        ),
    ),
    (Follow.person_id, ((Follow.user_id,),)),
)


def move(from_user: User, to_user: User) -> None:
    """Hand everything over, and count again what rests on it."""
    topic_ids, reply_ids = _topics_touched(from_user.id), _replies_touched(from_user.id)
    _unfollow_each_other(from_user.id, to_user.id)
    hand_over(*_DONE_BY, from_id=from_user.id, to_id=to_user.id)
    for who, uniques in _ONE_EACH:
        for unique in uniques:
            changed(_delete_doubles(who, unique, from_user.id, to_user.id))
        hand_over(who, from_id=from_user.id, to_id=to_user.id)
    _drop_own(to_user.id)
    for some in chunks(topic_ids, CHUNK):
        recount.some_topics(some)
    for some in chunks(reply_ids, CHUNK):
        recount.some_replies(some)
    standings.refresh_people((from_user.id, to_user.id))
    outbox.publish_all("topic.changed", _news_of(topic_ids))


def _topics_touched(user_id: int) -> Sequence[int]:
    """Return the topics whose numbers rest on something that the person did."""
    touched = select(Topic.id).where(
        or_(
            Topic.author_id == user_id,
            *(
                Topic.id.in_(select(topic_id).where(who == user_id, topic_id.is_not(None)))
                for topic_id, who in (
                    (Reply.topic_id, Reply.author_id),
                    (MeToo.topic_id, MeToo.user_id),
                    (Follow.topic_id, Follow.user_id),
                    (AcceptedAnswer.topic_id, AcceptedAnswer.accepted_by_id),
                    (DeflectionEvent.topic_id, DeflectionEvent.user_id),
                )
            ),
        )
    )
    return db.session.scalars(touched.order_by(Topic.id)).all()


def _replies_touched(user_id: int) -> Sequence[int]:
    """Return the replies whose numbers rest on something that the person did, or asked."""
    touched = select(Reply.id).where(
        or_(
            Reply.author_id == user_id,
            Reply.topic_id.in_(select(Topic.id).where(Topic.author_id == user_id)),
            *(
                Reply.id.in_(select(reply_id).where(who == user_id, reply_id.is_not(None)))
                for reply_id, who in (
                    (Vote.reply_id, Vote.user_id),
                    (Outcome.reply_id, Outcome.user_id),
                    (AcceptedAnswer.reply_id, AcceptedAnswer.accepted_by_id),
                    (DeflectionEvent.reply_id, DeflectionEvent.user_id),
                )
            ),
        )
    )
    return db.session.scalars(touched.order_by(Reply.id)).all()


def _delete_doubles(who: Column, unique: tuple[Column, ...], from_id: int, to_id: int) -> Any:
    """Delete what the first person has one of and the second as well. NULL is no such thing."""
    other = aliased(who.class_)
    same = and_(*(getattr(other, column.key) == column for column in unique))
    return delete(who.class_).where(
        who == from_id,
        select(1).where(getattr(other, who.key) == to_id, same).exists(),
    )


def _unfollow_each_other(one: int, two: int) -> None:
    changed(
        delete(Follow).where(
            or_(
                and_(Follow.user_id == one, Follow.person_id == two),
                and_(Follow.user_id == two, Follow.person_id == one),
            )
        )
    )


def _drop_own(user_id: int) -> None:
    """Delete what nobody may say of an own post, see `community.topics.policies`."""
    own_replies = select(Reply.id).where(Reply.author_id == user_id)
    own_topics = select(Topic.id).where(Topic.author_id == user_id)
    for statement in (
        delete(Vote).where(Vote.user_id == user_id, Vote.reply_id.in_(own_replies)),
        delete(Outcome).where(Outcome.user_id == user_id, Outcome.reply_id.in_(own_replies)),
        delete(MeToo).where(MeToo.user_id == user_id, MeToo.topic_id.in_(own_topics)),
        delete(AcceptedAnswer).where(
            AcceptedAnswer.accepted_by_id == user_id,
            AcceptedAnswer.reply_id.in_(own_replies),
            AcceptedAnswer.topic_id.not_in(own_topics),  # askers may accept their own
        ),
        delete(DeflectionEvent).where(
            DeflectionEvent.user_id == user_id,
            DeflectionEvent.step.not_in(OWN_COUNTS),
            or_(
                DeflectionEvent.topic_id.in_(own_topics),
                DeflectionEvent.reply_id.in_(own_replies),
            ),
        ),
    ):
        changed(statement)


def _news_of(topic_ids: Sequence[int]) -> list[outbox.Payload]:
    return [
        {"topic_id": topic_id, "company_id": company_id}
        for some in chunks(topic_ids, CHUNK)
        for topic_id, company_id in db.session.execute(
            select(Topic.id, Topic.company_id).where(Topic.id.in_(some)).order_by(Topic.id)
        )
    ]
