"""What notifications keep about a person: handed out, forgotten, moved."""

import json

from sqlalchemy import func, select

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.notifications import holdings, services
from community.notifications.models import (
    Delivery,
    MailState,
    Notification,
    NotificationKind,
    NotificationMail,
    NotificationPreference,
)
from community.topics.models import Reply
from tests.factories import make_reply, make_topic, make_user


def tell(user: User, reply: Reply, **columns: object) -> None:
    """Tell somebody of an answer, without a service."""
    values = {
        "kind": NotificationKind.REPLIED,
        "topic_id": reply.topic_id,
        "reply_id": reply.id,
        "actor_id": reply.author_id,
        "source_key": f"reply-{reply.id}",
        **columns,
    }
    db.session.add(Notification(user_id=user.id, **values))
    db.session.flush()


def furnish(user: User) -> Reply:
    """Give somebody one of everything."""
    reply = make_reply(make_topic(title="The router drops"))
    tell(user, reply)
    services.choose(user.id, {NotificationKind.HELPED: Delivery.NEVER})
    db.session.add(NotificationMail(key=f"news-{user.id}-1", user_id=user.id, state=MailState.SENT))
    db.session.flush()
    return reply


def counts() -> list[int]:
    return [
        db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in (Notification, NotificationPreference, NotificationMail)
    ]


def test_an_export_says_it_all() -> None:
    user = make_user()
    furnish(user)

    said = holdings.export(user)

    assert [one["topic"] for one in said["told"]] == ["The router drops"]
    assert said["mailed_when"] == {"helped": "never"}
    assert [one["state"] for one in said["mails"]] == ["sent"]
    assert json.dumps(said, default=str)


def test_who_leaves_leaves_nothing_here() -> None:
    user, other = make_user(), make_user()
    furnish(user)
    tell(other, make_reply(author=user))

    holdings.forget(user)

    assert counts() == [1, 0, 0]
    db.session.expire_all()
    assert db.session.scalars(select(Notification.actor_id)).all() == [None]


def test_what_a_guest_was_told_goes_with_them_once() -> None:
    guest, member, other = make_user(email=None), make_user(), make_user()
    same = furnish(guest)
    tell(member, same, read_at=clock.now())
    tell(guest, make_reply())
    tell(guest, make_reply(author=member))  # told of what they themselves did
    tell(other, make_reply(author=guest))

    holdings.move(guest, member)

    db.session.expire_all()
    rows = db.session.execute(
        select(Notification.user_id, Notification.actor_id, Notification.read_at)
    ).all()
    assert sorted(row.user_id for row in rows) == sorted([member.id, member.id, other.id])
    assert [row.actor_id for row in rows if row.user_id == other.id] == [member.id]
    assert sum(row.read_at is not None for row in rows) == 1  # the member's own stayed
    assert counts()[1:] == [0, 0]
