"""Steps that several tests of notifications take."""

from datetime import timedelta
from email.message import EmailMessage

from flask import Flask
from sqlalchemy import select

from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db
from community.notifications.models import Notification
from community.notifications.services.telling import GATHER_FOR
from community.topics.models import Follow, Topic


def told(user: User) -> list[tuple[str, str]]:
    """Do what is owed; return what somebody was told, in order: kinds and what caused them."""
    outbox.deliver_due()
    db.session.expire_all()
    rows = db.session.execute(
        select(Notification.kind, Notification.source_key)
        .where(Notification.user_id == user.id)
        .order_by(Notification.id)
    )
    return [(kind.value, key) for kind, key in rows]


def kinds(user: User) -> list[str]:
    """Do what is owed; return the kinds of what somebody was told, in order."""
    return [kind for kind, _key in told(user)]


def follow(user: User, topic: Topic) -> None:
    """Let somebody follow a topic, without a service."""
    db.session.add(Follow(user_id=user.id, topic_id=topic.id))
    topic.follower_count += 1
    db.session.flush()


def mailed(app: Flask) -> list[EmailMessage]:
    """Do what is owed, also what waits for a minute, and return all mail so far."""
    outbox.deliver_due()
    with clock.frozen(clock.now() + GATHER_FOR + timedelta(seconds=1)):
        outbox.deliver_due()
    mails: list[EmailMessage] = app.extensions.get("mail_sent", [])
    return mails
