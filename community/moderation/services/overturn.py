"""Taking decisions back: on appeal, or by a moderator who sees that one was wrong."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask_babel import gettext
from sqlalchemy import exists, select

from community.accounts.models import User
from community.companies.models import Company
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Conflict, DomainError
from community.moderation.models import (
    Case,
    Decision,
    DecisionAction,
    Flag,
    FlagOutcome,
    LogAction,
    LogEntry,
    LogRole,
)
from community.moderation.queries import targets
from community.moderation.queries.decisions import case_of
from community.moderation.queries.targets import Target
from community.moderation.services import cases, lease, log, restrictions
from community.topics.models import Reply, Tombstone, Topic
from community.topics.services import moving, visibility

_JUDGED = frozenset({FlagOutcome.UPHELD, FlagOutcome.DECLINED})


def overturn(
    decision: Decision,
    *,
    role: LogRole,
    texts: Mapping[str, str],
    details: Mapping[str, Any] | None = None,
    flag: Flag | None = None,
    by: User | None = None,
) -> LogEntry:
    """Undo what a decision did, and return the row of the log that says so.

    What was taken away comes back exactly as it was, unless a later decision still holds it. A post
    that was kept or released is taken away, under the rule that its first flag named, or ``flag``:
    that is a decision of its own, which its author can appeal. A topic that cannot go back, because
    its new company has spoken in it, stays where it is. Who may is not asked here: the caller has
    judged.

    Args:
        texts: for the log: "reason" and, where there is one, "moderator".
        details: for the log, besides which row is reversed.
        flag: of whoever says that what was kept should not have been.
        by: the moderator who decides so; None: a jury, or the rule for appeals that nobody judged.

    Raises:
        Conflict: it was taken back already, or nobody flagged what was kept.
    """
    db.session.refresh(decision, with_for_update=True)
    if decision.overturned_at is not None:
        raise Conflict(gettext("This decision was taken back already."))
    case = case_of(decision)
    flags = list(db.session.scalars(select(Flag).where(Flag.case_id == case.id).order_by(Flag.id)))
    target = targets.target_of(case)
    cases.hold_still(target)
    was_kept = decision.action in {DecisionAction.KEEP, DecisionAction.RELEASE}
    said = [one for one in flags if one.outcome is not FlagOutcome.WITHDRAWN]
    if was_kept and not said:
        raise Conflict(
            gettext("Nobody flagged this, so there is nothing else to be done about it.")
        )
    right = (flag or said[0]) if was_kept else None  # the flag that says what is wrong with it
    takes = _taken(target) if right is not None else None
    before = db.session.get_one(LogEntry, decision.log_seq)
    row = log.append(
        LogAction(takes.value) if takes is not None else LogAction.RESTORE,
        role=role,
        target=before.target,
        rule=right.rule if right is not None else decision.rule,
        company=before.company,
        details={"case": case.id, "reverses": decision.log_seq, **(details or {})},
        texts=texts,
    )
    decision.overturned_at = clock.now()
    if right is not None and takes is not None and not isinstance(target, User):
        _take_away(case, target, takes, right, row, by=by, texts=texts)
    else:
        _undo(decision, target)
    db.session.flush()
    reporters = _turn(case, flags, upheld=right is not None)
    outbox.publish(
        "decision.overturned",
        decision_id=decision.id,
        action=decision.action.value,
        log_seq=row.seq,
        person_id=targets.author_of(target).id,
        reporters=reporters,
        **targets.place_of(target),
    )
    return row


def reverse(moderator: User | None, decision: Decision, *, reason: str) -> LogEntry:
    """Take a decision back as a moderator: one's own, or another's that was wrong.

    Args:
        reason: 1 to `REASON_MAX` characters, which everybody reads.

    Raises:
        NotAllowed: the moderator may not judge the case.
        Invalid: there is no reason, or it is too long.
        Conflict: it was taken back already.
    """
    moderator = lease.require_judge(moderator, case_of(decision))
    texts = {"moderator": moderator.username, "reason": log.reason_said(reason)}
    return overturn(decision, role=log.role_of(moderator), texts=texts, by=moderator)


def _taken(target: Target) -> DecisionAction | None:
    """Return how a post that was kept is taken out of sight after all; None: it is a person."""
    if isinstance(target, User):
        return None
    is_answered = isinstance(target, Topic) and visibility.has_answers_of_others(target)
    return DecisionAction.MASK if is_answered else DecisionAction.REMOVE


def _take_away(
    case: Case,
    post: Topic | Reply,
    action: DecisionAction,
    right: Flag,
    row: LogEntry,
    *,
    by: User | None,
    texts: Mapping[str, str],
) -> None:
    """Take a post out of sight by a decision that its author is told of and can appeal."""
    visibility.hide(
        post,
        sight=cases.HIDES[action],
        rule=right.rule,
        asked_by=right.role,
        log_seq=row.seq,
    )
    by_jury = gettext("A jury decided so on appeal. Its reasons stand in the public log.")
    decision = Decision(
        case_id=case.id,
        moderator_id=by.id if by is not None else None,
        action=action,
        rule=right.rule,
        reason=texts.get("reason", by_jury),
        log_seq=row.seq,
        created_at=clock.now(),
    )
    db.session.add(decision)
    db.session.flush()
    outbox.publish(
        "decision.made",
        decision_id=decision.id,
        action=action.value,
        rule=right.rule.value,
        person_id=post.author_id,
        until=None,
        **targets.place_of(post),
    )


def _undo(decision: Decision, target: Target) -> None:
    """Give back what a decision took."""
    restrictions.lift(decision.id)
    if isinstance(target, User):
        return
    if decision.action in {DecisionAction.REMOVE, DecisionAction.MASK, DecisionAction.HOLD}:
        stands = visibility.in_force(target)
        if stands is not None and stands.log_seq == decision.log_seq:
            visibility.lift(target)
            _hide_as_before(target, stands)
    elif decision.action is DecisionAction.MOVE and isinstance(target, Topic):
        _move_back(target, decision)


def _hide_as_before(post: Topic | Reply, stood: Tombstone) -> None:
    """Let an earlier decision take effect again that still holds, and was only replaced.

    Whoever looks at what was held has looked: it is not held again.
    """
    before = visibility.replaced_by(stood)
    while before is not None:
        holds = exists().where(
            Decision.log_seq == before.log_seq,
            Decision.action != DecisionAction.HOLD,
            Decision.overturned_at.is_(None),
        )
        if db.session.scalar(select(holds)):
            visibility.hide(
                post,
                sight=before.sight,
                rule=before.rule,
                asked_by=before.asked_by,
                log_seq=before.log_seq,
            )
            return
        before = visibility.replaced_by(before)


def _move_back(topic: Topic, decision: Decision) -> None:
    """File a topic where it was, with the products that it was about there."""
    said = json.loads(db.session.get_one(LogEntry, decision.log_seq).details)
    company = db.session.get_one(Company, decision.moved_from_id)
    with suppress(DomainError), db.session.begin_nested():
        moving.move_topic(topic, company, product_ids=said["products"])
        cases.follow(topic)


def _turn(case: Case, flags: list[Flag], *, upheld: bool) -> list[int]:
    """Judge the flags anew, once it is clear what is left of what was decided.

    A reporter's record follows what holds in the end; those whose does are returned.

    Args:
        upheld: what was kept should not have been.
    """
    stands = exists().where(Decision.case_id == case.id, Decision.overturned_at.is_(None))
    if not upheld and db.session.scalar(select(stands)):
        return []
    outcome = FlagOutcome.UPHELD if upheld else FlagOutcome.DECLINED
    turned = [one for one in flags if one.outcome in _JUDGED and one.outcome is not outcome]
    for flag in turned:
        flag.outcome = outcome
    db.session.flush()
    return [flag.reporter_id for flag in turned]
