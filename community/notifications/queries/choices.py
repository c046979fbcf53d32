"""When each kind of news comes by mail."""

from sqlalchemy import select

from community.core.db import db
from community.notifications.models import (
    DEFAULTS,
    Delivery,
    MailState,
    NotificationKind,
    NotificationMail,
    NotificationPreference,
)


def deliveries_of(user_id: int) -> dict[NotificationKind, Delivery]:
    """Return when each kind comes to somebody: as they chose, or else as it does by itself."""
    chosen = db.session.execute(
        select(NotificationPreference.kind, NotificationPreference.delivery).where(
            NotificationPreference.user_id == user_id
        )
    )
    return {**DEFAULTS, **{row.kind: row.delivery for row in chosen}}


def stuck_mails() -> list[NotificationMail]:
    """Return the mails of which nobody knows whether they were sent, oldest first."""
    return list(
        db.session.scalars(
            select(NotificationMail)
            .where(NotificationMail.state == MailState.SENDING)
            .order_by(NotificationMail.id)
        )
    )
