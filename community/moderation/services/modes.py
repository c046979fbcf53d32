"""Setting and ending modes. Each step is a row of the public log, with its reason."""

from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from community.accounts.models import User
from community.companies.models import Company
from community.companies.queries import bar_of
from community.core import clock, outbox, text
from community.core.db import db
from community.core.errors import Invalid
from community.core.policy import Decision
from community.core.sql import lock_word
from community.moderation import chain, policies
from community.moderation.models import LogAction, LogRole, Mode, ModeKind
from community.moderation.models.modes import FOR_MAX, REASON_MAX, SECONDS_MAX
from community.moderation.queries import modes
from community.moderation.services import log
from community.topics.models import Topic


def set_read_only(actor: User | None, *, reason: str, until: datetime | None = None) -> Mode:
    """Let nobody write anywhere for a while. A mode that is in force already is set anew.

    Args:
        reason: one line that everybody reads, 1 to `REASON_MAX` characters.
        until: at most `FOR_MAX` from now; None: until it is ended by hand.

    Raises:
        NotAllowed: the actor is no operator.
        Invalid: the reason or the end does not fit.
    """
    policies.can_set_read_only(actor, at=clock.now()).require()
    assert actor is not None  # can_set_read_only refuses None
    return _set(actor, ModeKind.READ_ONLY, LogRole.OPERATOR, None, reason=reason, until=until)


def slow_down(
    actor: User | None,
    place: Topic | Company,
    *,
    seconds: int,
    reason: str,
    until: datetime | None = None,
) -> Mode:
    """Let everybody wait between two posts in a topic, or about a company; whoever they are.

    A mode that is in force there already is set anew.

    Args:
        seconds: between two posts of one person, 1 to `SECONDS_MAX`.
        reason: one line that everybody reads, 1 to `REASON_MAX` characters.
        until: at most `FOR_MAX` from now; None: until it is ended by hand.

    Raises:
        NotAllowed: the actor does not moderate, or has a stake in the company (rule N12).
        Invalid: the wait, the reason or the end does not fit.
    """
    now = clock.now()
    stake = bar_of(actor, _company_id(place), now)
    policies.can_slow_down(actor, stake=stake, at=now).require()
    assert actor is not None  # can_slow_down refuses None
    if not 1 <= seconds <= SECONDS_MAX:
        raise Invalid(gettext("A wait is between a second and a day."), field="seconds")
    role = log.role_of(actor)
    return _set(actor, ModeKind.SLOW, role, place, reason=reason, until=until, seconds=seconds)


def end(actor: User | None, mode: Mode) -> bool:
    """End a mode before its time. Return False if it has ended already.

    Raises:
        NotAllowed: the actor may not set such a mode either.
    """
    may_end(actor, mode, at=clock.now()).require()
    place = _place_of(mode)
    assert actor is not None  # may_end refuses None
    lock_word(_key(mode.kind, place))
    db.session.refresh(mode)
    if mode.ended_at is not None:
        return False
    is_operator = mode.kind is ModeKind.READ_ONLY or not actor.is_moderator
    role = LogRole.OPERATOR if is_operator else LogRole.MODERATOR
    _end(mode, place, at=clock.now(), role=role, texts={"moderator": actor.username})
    return True


def may_end(actor: User | None, mode: Mode, *, at: datetime) -> Decision:
    """Tell whether somebody may end a mode: whoever may set one like it."""
    place = _place_of(mode)
    if place is None:
        return policies.can_set_read_only(actor, at=at)
    stake = bar_of(actor, _company_id(place), at)
    return policies.can_slow_down(actor, stake=stake, at=at)


def end_those_run_out() -> int:
    """Write down that modes have run out, and let kept pages know. Return how many there were."""
    now, count = clock.now(), 0
    for mode in modes.run_out(now):
        place = _place_of(mode)
        lock_word(_key(mode.kind, place))
        db.session.refresh(mode)
        if mode.ended_at is None:
            _end(mode, place, at=mode.until or now, role=LogRole.AUTOMATIC, texts={})
            count += 1
    return count


# -- the parts of a change ----------------------------------------------------------------------


def _set(
    actor: User,
    kind: ModeKind,
    role: LogRole,
    place: Topic | Company | None,
    *,
    reason: str,
    until: datetime | None,
    seconds: int = 0,
) -> Mode:
    reason, until = _reason(reason), _end_of(until)
    lock_word(_key(kind, place))
    before = _open(kind, place)
    details: dict[str, Any] = {"seconds": seconds} if seconds else {}
    if until is not None:
        details["until"] = chain.moment(until)
    if before is not None:
        before.ended_at = clock.now()
        details["replaces"] = before.log_seq
    entry = log.append(
        LogAction.READ_ONLY if kind is ModeKind.READ_ONLY else LogAction.SLOW,
        role=role,
        target=_target(place),
        company=_company_slug(place),
        details=details,
        texts={"reason": reason, "moderator": actor.username},
    )
    mode = Mode(
        kind=kind,
        company_id=place.id if isinstance(place, Company) else None,
        topic_id=place.id if isinstance(place, Topic) else None,
        seconds=seconds,
        reason=reason,
        set_by_id=actor.id,
        log_seq=entry.seq,
        until=until,
    )
    db.session.add(mode)
    db.session.flush()
    modes.forget()
    outbox.publish("mode.set", mode_id=mode.id)
    return mode


def _end(
    mode: Mode,
    place: Topic | Company | None,
    *,
    at: datetime,
    role: LogRole,
    texts: dict[str, str],
) -> None:
    mode.ended_at = at
    log.append(
        LogAction.REOPEN,
        role=role,
        target=_target(place),
        company=_company_slug(place),
        details={"reverses": mode.log_seq},
        texts=texts,
    )
    modes.forget()
    outbox.publish("mode.ended", mode_id=mode.id)


def _open(kind: ModeKind, place: Topic | Company | None) -> Mode | None:
    """Return the mode of that kind in that very place which has not been ended."""
    return db.session.scalar(
        select(Mode)
        .where(
            Mode.kind == kind,
            Mode.topic_id == place.id if isinstance(place, Topic) else Mode.topic_id.is_(None),
            Mode.company_id == place.id
            if isinstance(place, Company)
            else Mode.company_id.is_(None),
            Mode.ended_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )


def _place_of(mode: Mode) -> Topic | Company | None:
    if mode.topic_id is not None:
        return db.session.get_one(Topic, mode.topic_id)
    return db.session.get_one(Company, mode.company_id) if mode.company_id is not None else None


def _key(kind: ModeKind, place: Topic | Company | None) -> str:
    return f"mode {kind.value} {_target(place)}"


def _target(place: Topic | Company | None) -> str:
    """Return the place as the public log names it."""
    if place is None:
        return "site"
    return f"topic {place.id}" if isinstance(place, Topic) else f"company {place.slug}"


def _company_id(place: Topic | Company) -> int:
    return place.company_id if isinstance(place, Topic) else place.id


def _company_slug(place: Topic | Company | None) -> str:
    return db.session.get_one(Company, _company_id(place)).slug if place is not None else ""


def _reason(typed: str) -> str:
    reason = text.one_line(typed)
    if not text.is_readable(reason):
        raise Invalid(gettext("Say why; everybody reads it."), field="reason")
    if len(reason) > REASON_MAX:
        raise Invalid(gettext("At most %(limit)d characters.", limit=REASON_MAX), field="reason")
    return reason


def _end_of(until: datetime | None) -> datetime | None:
    now = clock.now()
    if until is not None and not now < until <= now + FOR_MAX:
        raise Invalid(
            gettext("Choose an end within the next %(days)s days.", days=FOR_MAX.days),
            field="until",
        )
    return until
