"""Deciding cases: one decision by one moderator, with a rule and a reason that everybody reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import select

from community.accounts.models import User
from community.companies import queries as companies
from community.companies.models import Company
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Conflict, DomainError, Invalid
from community.core.sql import change
from community.moderation.models import (
    LET_GO,
    MEASURES,
    Case,
    Decision,
    DecisionAction,
    Flag,
    FlagOutcome,
    LogAction,
    LogEntry,
    LogRole,
    RestrictionKind,
)
from community.moderation.models.cases import name_in_log
from community.moderation.queries import judging, targets
from community.moderation.queries.targets import Target
from community.moderation.services import cases, lease, log, restrictions
from community.topics.models import AskedBy, Rule, Topic
from community.topics.services import moving, visibility

DAYS_MAX = 366  # of a limit or a suspension

_ABOUT_PERSON = (DecisionAction.KEEP,)  # and a measure
_ABOUT_REPLY = (DecisionAction.KEEP, DecisionAction.MASK, DecisionAction.REMOVE)
_ABOUT_TOPIC = (*_ABOUT_REPLY, DecisionAction.MOVE)
# Whoever answered must not pay for the asker: what hangs below a removed topic goes with it.
_ABOUT_ANSWERED = (DecisionAction.KEEP, DecisionAction.MASK, DecisionAction.MOVE)
_ABOUT_HELD = (DecisionAction.RELEASE, DecisionAction.REMOVE)
_CHANGES_NOTHING = frozenset({DecisionAction.KEEP, DecisionAction.RELEASE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a moderator makes of a case.

    Args:
        action: what becomes of the post; of a person, `DecisionAction.KEEP`.
        reason: in words that the author and everybody else reads, at most `REASON_MAX` characters.
        rule: which was broken; None: none was, and then nothing is taken from anybody.
        move_to: the company that a moved topic is about.
        measure: what besides is done about the author, or None.
        limit: which restriction, where the measure is a limit.
        days: how long it or a suspension lasts, 1 to `DAYS_MAX`.
    """

    action: DecisionAction
    reason: str
    rule: Rule | None = None
    move_to: Company | None = None
    measure: DecisionAction | None = None
    limit: RestrictionKind | None = None
    days: int = 0


def offered(target: Target) -> tuple[DecisionAction, ...]:
    """Return what can be done with a target besides measures about its author."""
    if isinstance(target, User):
        return _ABOUT_PERSON
    if cases.is_held(target):
        return _ABOUT_HELD
    if not isinstance(target, Topic):
        return _ABOUT_REPLY
    return _ABOUT_ANSWERED if visibility.has_answers_of_others(target) else _ABOUT_TOPIC


def decide(moderator: User | None, case: Case, ruling: Ruling, *, seen: str) -> list[Decision]:
    """Decide a case: what becomes of the post, and besides of its author.

    Each decision is a row of the public log, can be appealed, and is told to the author; whoever
    flagged is told what came of it.

    Args:
        seen: what the case looked like to the moderator (`queries.judging.seen`).

    Raises:
        NotAllowed: the moderator may not judge it.
        Conflict: another has it, it is decided, or it has changed since it was looked at.
        Invalid: the ruling does not hold together, or does not fit the case.
    """
    now = clock.now()
    moderator = lease.require_judge(moderator, case)
    db.session.refresh(case, with_for_update=True)
    if case.decided_at is not None or not lease.has(moderator, case, now):
        lease.refuse(case)
    target = targets.target_of(case)
    cases.hold_still(target)
    if seen != judging.seen(case):
        raise Conflict(
            gettext("This case has changed since you opened it. Look again, then decide.")
        )
    reason = checked(ruling, target)
    _refuse_stakes(moderator, case, ruling, now)

    flags = list(
        db.session.scalars(
            select(Flag).where(Flag.case_id == case.id, Flag.outcome.is_(None)).order_by(Flag.id)
        )
    )
    by = _By(moderator.id, log.role_of(moderator), moderator.username, reason, at=now)
    decisions = []
    if ruling.measure is None or ruling.action is not DecisionAction.KEEP:
        decisions.append(_act(case, target, ruling, flags, by))
    if ruling.measure is not None:
        decisions.append(_measure(case, target, ruling, by))
    _close(case, flags, ruling, now)
    _tell(case, target, decisions, flags)
    return decisions


def decide_alike(
    moderator: User | None, seen: Mapping[Case, str], ruling: Ruling
) -> tuple[list[Decision], list[tuple[Case, str]]]:
    """Decide many cases alike, such as a wave of spam. What is held and to be kept is released.

    Returns:
        the decisions; and the cases that could not be decided so, each with the reason.
    """
    made: list[Decision] = []
    left: list[tuple[Case, str]] = []
    for case, looked in seen.items():
        try:
            with db.session.begin_nested():
                made += decide(moderator, case, _fitting(ruling, case), seen=looked)
        except DomainError as error:
            left.append((case, error.message))
    return made, left


def _fitting(ruling: Ruling, case: Case) -> Ruling:
    is_released = ruling.action is DecisionAction.KEEP and cases.is_held(targets.target_of(case))
    return replace(ruling, action=DecisionAction.RELEASE) if is_released else ruling


@dataclass(frozen=True, slots=True)
class _By:
    """Who decides, why and when."""

    moderator_id: int
    role: LogRole
    username: str
    reason: str
    at: datetime


def checked(ruling: Ruling, target: Target) -> str:
    """Return the reason of a ruling that holds together.

    Raises:
        Invalid: it does not.
    """
    reason = log.reason_said(ruling.reason)
    if ruling.action not in offered(target):
        raise Invalid(
            gettext("Others have answered here. Cover what the topic says: their answers stay.")
            if ruling.action is DecisionAction.REMOVE
            else gettext("That cannot be done here."),
            field="action",
        )
    if ruling.measure is not None and ruling.measure not in MEASURES:
        raise Invalid(gettext("That cannot be done about a person."), field="measure")
    if ruling.action is DecisionAction.RELEASE and ruling.measure is not None:
        raise Invalid(
            gettext("Whose post is released did nothing wrong: remove it, or let them be."),
            field="measure",
        )
    is_harmless = ruling.action in _CHANGES_NOTHING and ruling.measure is None
    if is_harmless != (ruling.rule is None):
        raise Invalid(
            gettext("Where nothing is done, no rule was broken.")
            if is_harmless
            else gettext("Say which rule was broken."),
            field="rule",
        )
    if (ruling.action is DecisionAction.MOVE) != (ruling.move_to is not None):
        raise Invalid(gettext("Say which company it is about."), field="company")
    if ruling.measure is DecisionAction.LIMIT and ruling.limit is None:
        raise Invalid(gettext("Say what they may not do for a while."), field="limit")
    lasts = ruling.measure in {DecisionAction.LIMIT, DecisionAction.SUSPEND}
    if lasts and not 1 <= ruling.days <= DAYS_MAX:
        raise Invalid(gettext("Say for how long: 1 to %(n)s days.", n=DAYS_MAX), field="days")
    return reason


def _refuse_stakes(moderator: User, case: Case, ruling: Ruling, at: datetime) -> None:
    """Let nobody do more than judge the post who has a stake in what that concerns (rule N12).

    Raises:
        Invalid: the ruling reaches the author, or a company that the topic would move to.
    """
    if ruling.measure is not None and judging.stake_in(moderator, case, at, author_too=True):
        raise Invalid(
            gettext(
                "They write about a company that you have a stake in, so somebody else decides about"
                " the person. Decide about the post alone, and flag the person."
            ),
            field="measure",
        )
    to = ruling.move_to
    if to is not None and companies.bar_of(moderator, to.id, at) is not None:
        raise Invalid(
            gettext("You have a stake in %(name)s, so you cannot move topics there.", name=to.name),
            field="company",
        )


def _act(case: Case, target: Target, ruling: Ruling, flags: Sequence[Flag], by: _By) -> Decision:
    """Do to the post what was decided."""
    action, moved_from = ruling.action, None
    details: dict[str, object] = {"case": case.id, "flags": len(flags)}
    if isinstance(target, Topic) and ruling.move_to is not None:
        moved_from, to = target.company_id, ruling.move_to
        details |= {"from": db.session.get_one(Company, moved_from).slug, "to": to.slug}
        details["products"] = moving.move_topic(target, to)
        cases.follow(target, but=case)
    row = _log(case, LogAction(action.value), ruling.rule, by, details)
    if not isinstance(target, User):
        if action in cases.HIDES and ruling.rule is not None:
            visibility.hide(
                target,
                sight=cases.HIDES[action],
                rule=ruling.rule,
                asked_by=_asked_by(flags, ruling.rule),
                log_seq=row.seq,
            )
        elif action is DecisionAction.RELEASE:
            visibility.lift(target)
    return _kept(case, action, ruling, row, by=by, moved_from_id=moved_from)


def _measure(case: Case, target: Target, ruling: Ruling, by: _By) -> Decision:
    """Do about the author what was decided."""
    measure = ruling.measure
    assert measure is not None  # the caller has looked
    person = targets.author_of(target)
    kind = {DecisionAction.LIMIT: ruling.limit, DecisionAction.SUSPEND: RestrictionKind.SUSPENDED}
    restriction = kind.get(measure)
    until = by.at + timedelta(days=ruling.days) if restriction is not None else None
    details: dict[str, object] = {"case": case.id}
    if restriction is not None:
        details |= {"days": ruling.days, "restriction": restriction.value}
    row = _log(case, LogAction(measure.value), ruling.rule, by, details, person=person)
    decision = _kept(case, measure, ruling, row, by=by, until=until)
    if restriction is not None and until is not None:
        restrictions.restrict(person, kind=restriction, until=until, decision_id=decision.id)
    return decision


def _log(
    case: Case,
    action: LogAction,
    rule: Rule | None,
    by: _By,
    details: Mapping[str, object],
    *,
    person: User | None = None,
) -> LogEntry:
    return log.append(
        action,
        role=by.role,
        target=name_in_log(case) if person is None else f"person {person.id}",
        rule=rule,
        company=cases.company_slug(case),
        details=details,
        texts={"moderator": by.username, "reason": by.reason},
    )


def _kept(
    case: Case,
    action: DecisionAction,
    ruling: Ruling,
    row: LogEntry,
    *,
    by: _By,
    until: datetime | None = None,
    moved_from_id: int | None = None,
) -> Decision:
    decision = Decision(
        case_id=case.id,
        moderator_id=by.moderator_id,
        action=action,
        rule=ruling.rule,
        reason=by.reason,
        log_seq=row.seq,
        until=until,
        moved_from_id=moved_from_id,
        created_at=by.at,
    )
    db.session.add(decision)
    db.session.flush()
    return decision


def _asked_by(flags: Sequence[Flag], rule: Rule) -> AskedBy:
    """Return in what role somebody asked first, if anybody did, that a post be looked at."""
    about_it = [flag for flag in flags if flag.rule is rule] or list(flags)
    return about_it[0].role if about_it else AskedBy.AUTOMATIC


def _close(case: Case, flags: Sequence[Flag], ruling: Ruling, at: datetime) -> None:
    outcome = FlagOutcome.DECLINED if ruling.rule is None else FlagOutcome.UPHELD
    for flag in flags:
        flag.outcome, flag.closed_at = outcome, at
    db.session.flush()
    change(case, decided_at=at, **LET_GO)


def _tell(case: Case, target: Target, decisions: Sequence[Decision], flags: Sequence[Flag]) -> None:
    """Owe the news to the author and to whoever flagged; what learns from decisions hears as well."""
    place = targets.place_of(target)
    for decision in decisions:
        outbox.publish(
            "decision.made",
            decision_id=decision.id,
            action=decision.action.value,
            rule=decision.rule.value if decision.rule is not None else None,
            person_id=targets.author_of(target).id,
            until=decision.until.isoformat() if decision.until is not None else None,
            **place,
        )
    outbox.publish(
        "case.decided",
        case_id=case.id,
        decision_id=decisions[0].id,
        reporters=[flag.reporter_id for flag in flags],
        was_upheld=decisions[0].rule is not None,
        **place,
    )
