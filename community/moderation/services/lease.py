"""Leases: each case is looked at by one moderator at a time."""

from datetime import datetime, timedelta

from flask_babel import gettext, ngettext

from community.accounts.models import User
from community.companies.policies import can_moderate
from community.core import clock
from community.core.db import db
from community.core.errors import Conflict
from community.core.policy import Decision
from community.core.sql import change
from community.moderation import policies
from community.moderation.models import Case
from community.moderation.queries import judging, targets
from community.moderation.services import cases

LEASE = timedelta(minutes=10)
LEASES = timedelta(minutes=60)  # by one moderator, one after the other
PAUSE = timedelta(minutes=10)  # before they can have it again


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

    In a row that is `LEASES` at most; then it is free for `PAUSE`, so that others can have it.

    Raises:
        NotAllowed: the moderator may not judge it.
        Conflict: another has it, it was theirs for long enough, or it is decided.
    """
    moderator, now = require_judge(moderator, case), clock.now()
    db.session.refresh(case, with_for_update=True)
    if case.decided_at is not None or not has(moderator, case, now):
        refuse(case)
    since = _had_since(moderator, case, now)
    if since + LEASES <= max(now, case.leased_until or now):
        _refuse_longer(case, now)
    cases.hold_still(targets.target_of(case))  # what its author is changing just now is in it
    change(
        case,
        leased_by_id=moderator.id,
        leased_since=since,
        leased_until=min(now + LEASE, since + LEASES),
    )


def has(moderator: User, case: Case, at: datetime) -> bool:
    """Tell whether a case is the moderator's, or anybody's for the taking."""
    is_free = case.leased_until is None or case.leased_until <= at
    return is_free or case.leased_by_id == moderator.id


def _had_since(moderator: User, case: Case, at: datetime) -> datetime:
    """Return since when a case has been the moderator's without a pause; ``at`` if it was not."""
    if case.leased_by_id != moderator.id or case.leased_since is None or case.leased_until is None:
        return at
    return case.leased_since if at < case.leased_until + PAUSE else at


def _refuse_longer(case: Case, at: datetime) -> None:
    """Say when whoever has or had a case for `LEASES` can take it again.

    Raises:
        Conflict: always.
    """
    assert case.leased_until is not None  # it was theirs
    minutes = max(1, -(-(case.leased_until + PAUSE - at) // timedelta(minutes=1)))
    raise Conflict(
        ngettext(
            "Nobody has a case for longer than an hour, so that others can take it too. If nobody "
            "does, you can again in %(num)s minute.",
            "Nobody has a case for longer than an hour, so that others can take it too. If nobody "
            "does, you can again in %(num)s minutes.",
            minutes,
        )
    )


def release(moderator: User | None, case: Case) -> None:
    """Let others have a case again; nothing happens if somebody else has it.

    Raises:
        NotAllowed: the moderator may not judge it.
    """
    moderator = require_judge(moderator, case)
    now = clock.now()
    # Who had it stays known: giving it up and taking it again is no pause.
    change(case, Case.leased_by_id == moderator.id, Case.leased_until > now, leased_until=now)


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
