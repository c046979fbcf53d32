"""The end of an appeal: a row in the public log, and if the decision falls, the way back."""

from typing import Any

from sqlalchemy import select

from community.accounts.models import User
from community.core.db import db
from community.moderation.models import (
    Appeal,
    Case,
    Decision,
    DecisionAction,
    Flag,
    FlagOutcome,
    Juror,
    JurorVote,
    LogAction,
    LogEntry,
    LogRole,
)
from community.moderation.queries import targets
from community.moderation.services import cases, log
from community.moderation.services.overturn import overturn


def settle(appeal: Appeal, *, overturns: bool, role: LogRole) -> LogEntry:
    """Write the outcome of ``appeal`` into the public log, and undo the decision if it falls.

    Reasons are texts beside the row: of jurors as ``juror_1`` to ``juror_3``, without names, of
    a moderator with the name. A person whom a moderator found nothing against is looked at anew:
    what is to be done about somebody is for no jury to say.
    """
    decision = db.session.get_one(Decision, appeal.decision_id)
    texts, votes = _said(appeal)
    details: dict[str, Any] = {"appeal": appeal.id, "votes": votes}
    if not overturns:
        return _uphold(decision, role=role, texts=texts, details=details)
    case = db.session.get_one(Case, decision.case_id)
    entry = overturn(
        decision,
        role=role,
        texts=texts,
        details=details,
        flag=_flag_of(appeal, case),
        by=db.session.get(User, appeal.moderator_id) if appeal.moderator_id is not None else None,
    )
    if decision.action is DecisionAction.KEEP and case.person_id is not None:
        cases.weigh(cases.open_for(targets.target_of(case)))
    return entry


def _flag_of(appeal: Appeal, case: Case) -> Flag | None:
    """Return the flag for whose sake somebody appealed; None: it was the author who did."""
    return db.session.scalar(
        select(Flag)
        .where(Flag.case_id == case.id, Flag.reporter_id == appeal.appellant_id)
        .where(Flag.outcome == FlagOutcome.DECLINED)
    )


def _uphold(
    decision: Decision, *, role: LogRole, texts: dict[str, str], details: dict[str, Any]
) -> LogEntry:
    before = db.session.get_one(LogEntry, decision.log_seq)
    return log.append(
        LogAction.UPHOLD,
        role=role,
        target=before.target,
        rule=decision.rule,
        company=before.company,
        details={"upholds": decision.log_seq, **details},
        texts=texts,
    )


def _said(appeal: Appeal) -> tuple[dict[str, str], dict[str, int]]:
    """Return the reasons that were given, and how many voted for either side."""
    voted = db.session.scalars(
        select(Juror)
        .where(Juror.appeal_id == appeal.id, Juror.vote.is_not(None))
        .order_by(Juror.voted_at, Juror.user_id)
    ).all()
    texts = {f"juror_{place}": juror.reason for place, juror in enumerate(voted, start=1)}
    texts["appeal"] = appeal.words
    if appeal.moderator_id is not None:
        moderator = db.session.get_one(User, appeal.moderator_id)
        texts |= {"moderator": moderator.username, "reason": appeal.reason}
    return texts, {each.value: sum(one.vote is each for one in voted) for each in JurorVote}
