"""What notifications keep about a person: what they were told, and how they want it told."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import aliased

from community.accounts.models import User
from community.core.db import db
from community.notifications.models import (
    Notification,
    NotificationMail,
    NotificationPreference,
)
from community.topics.models import Topic


def export(user: User) -> Mapping[str, Any]:
    """Return what the person was told, what is mailed to them, and which mails went out."""
    told = db.session.execute(
        select(Notification, Topic.title)
        .outerjoin(Topic, Topic.id == Notification.topic_id)
        .where(Notification.user_id == user.id)
        .order_by(Notification.id)
    )
    chosen = db.session.scalars(
        select(NotificationPreference).where(NotificationPreference.user_id == user.id)
    )
    mails = db.session.scalars(
        select(NotificationMail)
        .where(NotificationMail.user_id == user.id)
        .order_by(NotificationMail.id)
    )
    return {
        "told": [
            {
                "kind": one.kind.value,
                "topic": title,
                "told_at": one.created_at,
                "read_at": one.read_at,
                "mailed_at": one.mailed_at,
            }
            for one, title in told
        ],
        "mailed_when": {one.kind.value: one.delivery.value for one in chosen},
        "mails": [
            {"state": one.state.value, "written_at": one.created_at, "sent_at": one.sent_at}
            for one in mails
        ],
    }


def forget(user: User) -> None:
    """Remove it all. Others keep that they were told; by whom, they read as “Somebody”."""
    for table in (Notification, NotificationPreference, NotificationMail):
        db.session.execute(delete(table).where(table.user_id == user.id))
    db.session.execute(
        update(Notification).where(Notification.actor_id == user.id).values(actor_id=None)
    )


def move(from_user: User, to_user: User) -> None:
    """Hand over what the first person was told, unless the second was told or did it."""
    twin = aliased(Notification)
    told_both = exists().where(
        twin.user_id == to_user.id,
        twin.kind == Notification.kind,
        twin.source_key == Notification.source_key,
    )
    both = {from_user.id, to_user.id}
    of_each_other = Notification.user_id.in_(both) & Notification.actor_id.in_(both)
    _remove(of_each_other | ((Notification.user_id == from_user.id) & told_both))
    for column in (Notification.user_id, Notification.actor_id):
        db.session.execute(
            update(Notification).where(column == from_user.id).values({column: to_user.id})
        )
    for table in (NotificationPreference, NotificationMail):
        db.session.execute(delete(table).where(table.user_id == from_user.id))


def _remove(which: ColumnElement[bool]) -> None:
    db.session.execute(delete(Notification).where(which))
