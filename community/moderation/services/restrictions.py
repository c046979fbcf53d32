"""Restrictions on persons: laid on by a decision, lifted when it is overturned.

Who may is not asked here, and nothing is written into the public log: whoever decides a case does
both, once, for the whole decision.
"""

from datetime import datetime

from flask_babel import gettext
from sqlalchemy import func, select, update

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.core.errors import Invalid
from community.core.sql import change, changed, lock
from community.moderation.models import Restriction, RestrictionKind
from community.moderation.queries.restrictions import is_in_force


def restrict(
    person: User, *, kind: RestrictionKind, until: datetime, decision_id: int
) -> Restriction:
    """Let ``person`` do less until then. Several restrictions hold side by side.

    Raises:
        Invalid: ``until`` is not in the future.
    """
    if until <= clock.now():
        raise Invalid(gettext("Choose an end that is still to come."), field="until")
    lock(person)
    row = Restriction(user_id=person.id, kind=kind, until=until, decision_id=decision_id)
    db.session.add(row)
    db.session.flush()
    follow_suspensions(person)
    return row


def lift(decision_id: int) -> int:
    """End whatever restrictions a decision laid on somebody. Return how many were in force.

    What another decision laid on the same person stays.
    """
    now = clock.now()
    mine = (Restriction.decision_id == decision_id, is_in_force(now))
    people = set(db.session.scalars(select(Restriction.user_id).where(*mine)))
    lifted = 0
    for user_id in people:
        person = db.session.get_one(User, user_id)
        lock(person)
        one = update(Restriction).where(*mine, Restriction.user_id == user_id)
        lifted += changed(one.values(lifted_at=now))
        follow_suspensions(person)
    return lifted


def follow_suspensions(person: User) -> None:
    """Set `User.suspended_until` to the latest end of the suspensions that were not lifted."""
    until = db.session.scalar(
        select(func.max(Restriction.until)).where(
            Restriction.user_id == person.id,
            Restriction.kind == RestrictionKind.SUSPENDED,
            Restriction.lifted_at.is_(None),
        )
    )
    change(person, suspended_until=until)
