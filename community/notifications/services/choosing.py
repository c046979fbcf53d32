"""When each kind of news comes by mail, and what has been read."""

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, select, update

from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db
from community.core.sql import changed, insert
from community.notifications import queries
from community.notifications.models import (
    Delivery,
    Notification,
    NotificationKind,
    NotificationPreference,
)
from community.notifications.services.telling import GATHER_FOR


def choose(user_id: int, deliveries: Mapping[NotificationKind, Delivery]) -> None:
    """Mail some kinds of news as it is said here.

    What waits for its day is let go if it is never wanted, and sent if it is wanted at once.
    """
    rows = [
        {"user_id": user_id, "kind": kind, "delivery": delivery}
        for kind, delivery in deliveries.items()
    ]
    if not rows:
        return
    before = queries.deliveries_of(user_id)
    statement = insert(NotificationPreference)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "kind"], set_={"delivery": statement.excluded.delivery}
        ),
        rows,
    )
    unwanted = [kind for kind, delivery in deliveries.items() if delivery is Delivery.NEVER]
    waiting = (Notification.user_id == user_id, Notification.mailed_at.is_(None))
    db.session.execute(
        update(Notification)
        .where(*waiting, Notification.kind.in_(unwanted))
        .values(mailed_at=clock.now())
    )
    hurried = [
        kind
        for kind, delivery in deliveries.items()
        if delivery is Delivery.AT_ONCE and before[kind] is Delivery.DAILY
    ]
    topic_ids = db.session.scalars(
        select(Notification.topic_id)
        .where(*waiting, Notification.kind.in_(hurried), Notification.topic_id.is_not(None))
        .distinct()
        .order_by(Notification.topic_id)
    )
    outbox.publish_all(
        "news.waiting",
        [{"user_id": user_id, "topic_id": topic_id} for topic_id in topic_ids],
        after=GATHER_FOR,  # the choice can be taken back
    )


def stop_mails(user_id: int, kinds: Iterable[NotificationKind]) -> dict[NotificationKind, Delivery]:
    """Mail nothing of ``kinds`` any more. Return how those came that did, for taking it back.

    Args:
        kinds: none of them means all that come in the daily mail.
    """
    now = queries.deliveries_of(user_id)
    stopped = list(kinds) or [kind for kind, way in now.items() if way is Delivery.DAILY]
    before = {kind: now[kind] for kind in stopped if now[kind] is not Delivery.NEVER}
    choose(user_id, dict.fromkeys(before, Delivery.NEVER))
    return before


def open_news(user: User, notification_id: int) -> queries.News | None:
    """Return one thing that ``user`` was told; it and all of its topic so far are read now."""
    news = queries.one_of(user.id, notification_id)
    if news is not None and news.is_unread:
        _read(
            Notification.user_id == user.id,
            Notification.topic_id == news.topic_id,
        )
    return news


def read_all(user: User, *, until: int) -> int:
    """Mark what ``user`` was told up to the notification ``until`` as read. Return how many."""
    return _read(Notification.user_id == user.id, Notification.id <= until)


def _read(*which: ColumnElement[bool]) -> int:
    unread = update(Notification).where(*which, Notification.read_at.is_(None))
    return changed(unread.values(read_at=clock.now()))
