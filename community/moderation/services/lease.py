"""Leases: each case is looked at by one moderator at a time."""

from datetime import timedelta

from flask_babel import gettext, ngettext
from sqlalchemy import or_

from community.accounts.models import User
from community.companies.policies import can_moderate
from community.core import clock
from community.core.db import db
from community.core.errors import Conflict
from community.core.policy import Decision
from community.core.sql import change
from community.moderation import policies
from community.moderation.models import Case
from community.moderation.queries import judging

LEASE = timedelta(minutes=10)


def may_judge(moderator: User | None, case: Case) -> Decision:
    """Tell whether somebody may look at a case and decide it (`policies.can_judge`)."""
    now = clock.now()
    stake = judging.stake_in(moderator, case, now) if moderator is not None else None
    is_party = moderator is not None and judging.is_party(moderator, case)
    return policies.can_judge(moderator, stake=stake, is_party=is_party, at=now)


def require_judge(moderator: User | None, case: Case) -> User:
    """Return ``moderator``, who may judge a case.

    Raises:
        NotAllowed: they are no moderator, have a stake in it, or are a party to it.
    """
    may_judge(moderator, case).require()
    assert moderator is not None  # can_judge refuses None
    return moderator


def require_moderator(user: User | None) -> None:
    """Let nobody but moderators see the queue.

    Raises:
        NotAllowed: this is none.
    """
    can_moderate(user, None, clock.now()).require()


def take(moderator: User | None, case: Case) -> None:
    """Have a case to oneself for `LEASE` from now on. Taking it again makes it longer.

    Raises:
        NotAllowed: the moderator may not judge it.
        Conflict: another has it, or it is decided.
    """
    moderator, now = require_judge(moderator, case), clock.now()
    is_free = or_(
        Case.leased_by_id.is_(None), Case.leased_until <= now, Case.leased_by_id == moderator.id
    )
    taken = change(
        case,
        Case.decided_at.is_(None),
        is_free,
        leased_by_id=moderator.id,
        leased_until=now + LEASE,
    )
    if not taken:
        refuse(case)


def release(moderator: User | None, case: Case) -> None:
    """Let others have a case again; nothing happens if somebody else has it.

    Raises:
        NotAllowed: the moderator may not judge it.
    """
    moderator = require_judge(moderator, case)
    change(case, Case.leased_by_id == moderator.id, leased_by_id=None, leased_until=None)


def refuse(case: Case) -> None:
    """Say why a case cannot be had.

    Raises:
        Conflict: always.
    """
    db.session.refresh(case)
    if case.decided_at is not None or case.leased_by_id is None or case.leased_until is None:
        raise Conflict(gettext("This case is decided."))
    holder = db.session.get_one(User, case.leased_by_id)
    minutes = max(1, round((case.leased_until - clock.now()).total_seconds() / 60))
    raise Conflict(
        ngettext(
            "%(name)s is looking at this case, for %(num)s minute at most.",
            "%(name)s is looking at this case, for %(num)s minutes at most.",
            minutes,
            name=holder.name,
        )
    )
