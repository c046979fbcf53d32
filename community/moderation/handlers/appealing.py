"""Appeals go on by themselves: people are asked and reminded, and what nobody judges ends."""

from sqlalchemy import select

from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db, transaction
from community.moderation.models import Appeal, Decision
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


def ask_moderators(appeal_id: int) -> None:
    """Ask each moderator who may decide in place of a jury."""
    appeal = db.session.get_one(Appeal, appeal_id)
    now = clock.now()
    moderators = select(User).where(User.is_moderator | User.is_admin, User.deleted_at.is_(None))
    for one in db.session.scalars(moderators.order_by(User.id)).all():
        if services.may_decide(one, appeal, at=now):
            outbox.publish("moderator.asked", appeal_id=appeal_id, user_id=one.id)
