"""Following, and "I have this too"."""

from flask_babel import gettext
from sqlalchemy import delete, select

from community.accounts.models import User
from community.accounts.policies import can_take_part
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import NotFound
from community.core.sql import add_once, change, changed
from community.topics import policies
from community.topics.models import AcceptedAnswer, Follow, FollowCause, MeToo, Reply, Topic
from community.topics.queries.following import Followed, name_of
from community.topics.services import places, verdicts


def add_me_too(user: User | None, topic: Topic) -> bool:
    """Count ``user`` as having the same issue, and let them follow. Return False if known.

    Raises:
        NotAllowed: the person may not take part, or asked it themselves.
        NotFound: the topic is hidden.
    """
    places.seen(topic)
    policies.can_say_me_too(user, topic, at=clock.now()).require()
    assert user is not None  # can_say_me_too refuses None
    db.session.flush()
    if not add_once(MeToo, topic_id=topic.id, user_id=user.id):
        return False
    follows = add_once(Follow, topic_id=topic.id, user_id=user.id, cause=FollowCause.ME_TOO)
    change(
        topic,
        me_too_count=Topic.me_too_count + 1,
        follower_count=Topic.follower_count + int(follows),
    )
    outbox.publish("me_too.said", topic_id=topic.id, company_id=topic.company_id, user_id=user.id)
    return True


def remove_me_too(user: User | None, topic: Topic) -> bool:
    """Take "I have this too" back, with what rested on it. Return False if never said.

    That is following for this cause only, and accepted answers: those are for the
    people who have the issue.

    Raises:
        NotAllowed: the person may not take part.
        NotFound: the topic is hidden.
    """
    places.seen(topic)
    can_take_part(user, clock.now()).require()
    assert user is not None  # can_take_part refuses None
    if not changed(delete(MeToo).where(MeToo.topic_id == topic.id, MeToo.user_id == user.id)):
        return False
    follows = changed(
        delete(Follow).where(
            Follow.topic_id == topic.id,
            Follow.user_id == user.id,
            Follow.cause == FollowCause.ME_TOO,
        )
    )
    change(
        topic,
        me_too_count=Topic.me_too_count - 1,
        follower_count=Topic.follower_count - follows,
    )
    if user.id != topic.author_id:
        for reply in _accepted_by(user, topic):
            verdicts.unaccept(user, topic, reply)
    outbox.publish(
        "me_too.taken_back", topic_id=topic.id, company_id=topic.company_id, user_id=user.id
    )
    return True


def follow(user: User | None, target: Followed, cause: FollowCause = FollowCause.CHOSEN) -> bool:
    """Let ``user`` hear of what happens in, at or with ``target``. Return False if they did.

    Raises:
        NotAllowed: the person may not take part, or wants to follow themselves.
        NotFound: the topic is hidden, or the person has left.
    """
    _there(target)
    policies.can_follow(user, target, at=clock.now()).require()
    assert user is not None  # can_follow refuses None
    db.session.flush()
    if not add_once(Follow, user_id=user.id, cause=cause, **_is(target)):
        return False
    if isinstance(target, Topic):
        change(target, follower_count=Topic.follower_count + 1)
    return True


def unfollow(user: User | None, target: Followed) -> bool:
    """Let ``user`` hear no more of ``target``. Return False if they did not anyway.

    Raises:
        NotAllowed: the person may not take part.
        NotFound: the topic is hidden, or the person has left.
    """
    _there(target)
    policies.can_follow(user, target, at=clock.now()).require()
    assert user is not None  # can_follow refuses None
    if not changed(delete(Follow).filter_by(user_id=user.id, **_is(target))):
        return False
    if isinstance(target, Topic):
        change(target, follower_count=Topic.follower_count - 1)
    return True


def _is(target: Followed) -> dict[str, int]:
    """Return the column of `Follow` that names what is followed, with its value."""
    return {f"{name_of(target)}_id": target.id}


def _there(target: Followed) -> None:
    if isinstance(target, Topic):
        places.seen(target)
    elif isinstance(target, User) and target.deleted_at is not None:
        raise NotFound(gettext("There is nobody of this name."))


def _accepted_by(user: User, topic: Topic) -> list[Reply]:
    return list(
        db.session.scalars(
            select(Reply)
            .join(AcceptedAnswer, AcceptedAnswer.reply_id == Reply.id)
            .where(AcceptedAnswer.topic_id == topic.id, AcceptedAnswer.accepted_by_id == user.id)
        )
    )
