"""Mail of news, each once: written down and committed before it is sent.

A mail is claimed (`claim`), handed to the mail server outside any transaction, and noted as
sent. A crash in between leaves it as "sending". Nobody knows whether it arrived, so it is
not sent again; ``community mail stuck`` shows it to the operator.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from community.accounts.models import User
from community.core import clock
from community.core.db import db, transaction
from community.core.errors import Conflict
from community.core.sql import changed, insert
from community.notifications.models import MailState, Notification, NotificationMail

KEEP_FOR = timedelta(days=90)  # what became of a mail
SOFT_BOUNCES_MAX = 3  # mails that may come back "for now" …
SOFT_BOUNCES_IN = timedelta(days=14)  # … within so long, before an address is given up


def claim(key: str, user_id: int, news_ids: Sequence[int]) -> int:
    """Write down that a mail is about to be sent, for good once the caller commits.

    Returns:
        Its id.

    Raises:
        Conflict: somebody else sends this news just now, or has.
    """
    mine = insert(NotificationMail).values(
        key=key, user_id=user_id, state=MailState.SENDING, created_at=clock.now()
    )
    mail_id: int | None = db.session.scalar(
        mine.on_conflict_do_update(
            index_elements=["key"],
            set_={"state": MailState.SENDING},
            where=NotificationMail.state == MailState.REFUSED,
        ).returning(NotificationMail.id)
    )
    if mail_id is None:
        raise Conflict("This mail was claimed before.")
    taken = changed(
        update(Notification)
        .where(Notification.id.in_(news_ids), Notification.mailed_at.is_(None))
        .values(mailed_at=clock.now())
    )
    if taken != len(news_ids):
        raise Conflict("Some of this news is in another mail.")
    return mail_id


def note_sent(mail_id: int) -> None:
    """Note that the mail server has taken a mail."""
    _set(mail_id, state=MailState.SENT, sent_at=clock.now())


def let_go(mail_id: int, news_ids: Sequence[int]) -> None:
    """Forget a mail that has not left: its news wait for another try."""
    db.session.execute(delete(NotificationMail).where(NotificationMail.id == mail_id))
    _wait_again(news_ids)


def note_refused(
    mail_id: int, news_ids: Sequence[int], *, is_final: bool, is_address_dead: bool
) -> None:
    """Note that the mail server did not take a mail.

    Args:
        is_final: not now and not later; else its news wait for another try.
        is_address_dead: the address is to get no news any more, until it is put right.
    """
    _set(mail_id, state=MailState.REFUSED)
    if not is_final:
        _wait_again(news_ids)
    elif is_address_dead:
        _give_up_address(mail_id)


def note_bounce(mail_id: int, *, is_hard: bool) -> bool:
    """Note that a mail came back. Return whether its address is given up for it.

    Args:
        is_hard: the address takes no mail, now or later. What comes back for another
            reason (a full mailbox, say) counts when it happens again and again.
    """
    mail = db.session.get(NotificationMail, mail_id)
    if mail is None:
        return False
    _set(mail_id, state=MailState.BOUNCED)
    since = clock.now() - SOFT_BOUNCES_IN
    came_back = db.session.scalar(
        select(func.count()).where(
            NotificationMail.user_id == mail.user_id,
            NotificationMail.state == MailState.BOUNCED,
            NotificationMail.created_at > since,
        )
    )
    if not is_hard and (came_back or 0) < SOFT_BOUNCES_MAX:
        return False
    return _give_up_address(mail_id)


def mail_nothing_waiting(user_id: int) -> None:
    """Let go of what waits to be mailed to somebody: it stays in the bell.

    For whom no mail can reach. Months of it would come at once when one can again.
    """
    db.session.execute(
        update(Notification)
        .where(Notification.user_id == user_id, Notification.mailed_at.is_(None))
        .values(mailed_at=clock.now())
    )


def try_address_again(user: User) -> None:
    """Mail news to ``user`` again, who says that the address works: what happens from now on."""
    user.email_bounced_at = None
    db.session.flush()


def prune_mails() -> int:
    """Forget what became of mails long ago; what hangs is kept for the operator."""
    with transaction():
        return changed(
            delete(NotificationMail).where(
                NotificationMail.created_at < clock.now() - KEEP_FOR,
                NotificationMail.state != MailState.SENDING,
            )
        )


def _give_up_address(mail_id: int) -> bool:
    """Mail no more news to whom a mail went, unless they have confirmed an address since."""
    mail = db.session.get_one(NotificationMail, mail_id)
    is_given_up = changed(
        update(User)
        .where(
            User.id == mail.user_id,
            User.deleted_at.is_(None),
            User.email_bounced_at.is_(None),
            User.email_verified_at <= mail.created_at,
        )
        .values(email_bounced_at=clock.now())
    )
    if is_given_up:
        mail_nothing_waiting(mail.user_id)
    return bool(is_given_up)


def _wait_again(news_ids: Sequence[int]) -> None:
    db.session.execute(
        update(Notification).where(Notification.id.in_(news_ids)).values(mailed_at=None)
    )


def _set(mail_id: int, **values: object) -> None:
    db.session.execute(
        update(NotificationMail).where(NotificationMail.id == mail_id).values(**values)
    )
