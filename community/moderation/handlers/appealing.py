"""Appeals go on by themselves: people are asked and reminded, and what nobody judges ends.

Each mail is a job of its own and runs outside any transaction. What was answered meanwhile is not
asked for any more.
"""

from sqlalchemy import select

from community.accounts import queries as people
from community.accounts.models import User
from community.core import clock, mail, outbox
from community.core.db import db, transaction
from community.core.links import absolute
from community.moderation.models import Appeal, AppealState, Decision, Juror
from community.moderation.queries import appeals
from community.moderation.services import appeal as services


def advance_appeals() -> None:
    """Remind, draw again, hand over and end what is due, each appeal in its own transaction."""
    for appeal_id in appeals.open_ids():
        with transaction():
            services.advance(db.session.get_one(Appeal, appeal_id))


def end_moot_appeal(decision_id: int, log_seq: int, **_: object) -> None:
    """End the appeal against a decision that was taken back before it was judged again."""
    services.end_moot(db.session.get_one(Decision, decision_id), log_seq=log_seq)


def mail_juror(appeal_id: int, user_id: int) -> None:
    """Ask somebody who was drawn to judge an appeal."""
    _mail_seat(appeal_id, user_id, "moderation/juror_drawn")


def mail_reminder(appeal_id: int, user_id: int) -> None:
    """Remind a juror who has not answered yet."""
    _mail_seat(appeal_id, user_id, "moderation/juror_reminded")


def ask_moderators(appeal_id: int) -> None:
    """Owe a mail to each moderator who may decide in place of a jury. Runs in one transaction."""
    appeal = db.session.get_one(Appeal, appeal_id)
    now = clock.now()
    moderators = select(User).where(
        User.is_moderator | User.is_admin, User.deleted_at.is_(None), User.email.is_not(None)
    )
    for one in db.session.scalars(moderators.order_by(User.id)).all():
        if services.may_decide(one, appeal, at=now):
            outbox.publish("moderator.asked", appeal_id=appeal_id, user_id=one.id)


def mail_moderator(appeal_id: int, user_id: int) -> None:
    """Ask a moderator to decide in place of a jury, if nobody has yet."""
    appeal, user = db.session.get_one(Appeal, appeal_id), people.by_id(user_id)
    if appeal.state is AppealState.OPEN:
        _send(user, "moderation/moderator_asked", appeal)


def mail_outcome(appeal_id: int, **_: object) -> None:
    """Tell whoever appealed how it ended."""
    appeal = db.session.get_one(Appeal, appeal_id)
    _send(people.by_id(appeal.appellant_id), "moderation/appeal_closed", appeal)


def _mail_seat(appeal_id: int, user_id: int, template: str) -> None:
    """Send a mail to a juror who has neither answered nor given the place back."""
    seat = db.session.get(Juror, (appeal_id, user_id))
    if seat is None or seat.vote is not None or seat.declined_at is not None:
        return
    appeal = db.session.get_one(Appeal, appeal_id)
    _send(people.by_id(user_id), template, appeal, due_at=seat.due_at)


def _send(user: User | None, template: str, appeal: Appeal, **words: object) -> None:
    if user is None or user.email is None or user.deleted_at is not None:
        return
    if user.email_bounced_at is not None:
        return  # they are told on the site that mail comes back
    mail.send(
        user.email,
        template,
        **{
            "username": user.username,
            "appeal": appeal,
            "due_at": appeal.due_at,
            "link": absolute("moderation.show_appeal", appeal_id=appeal.id),
            **words,
        },
    )
