"""Appeals: what each is about, who may read what of it, and lists of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from community.accounts.models import User
from community.companies.models import Company
from community.core import paging
from community.core.db import db
from community.moderation.models import (
    Appeal,
    AppealState,
    Case,
    Decision,
    DecisionAction,
    Flag,
    Juror,
    JurorVote,
)
from community.moderation.models.cases import name_in_log
from community.topics.models import AskedBy, Revision, Rule


@dataclass(frozen=True, slots=True)
class Voice:
    """What one juror said. Jurors are not named: nobody is to be thanked or blamed for it."""

    vote: JurorVote
    reason: str


@dataclass(frozen=True, slots=True)
class FlagSaid:
    """Why somebody flagged what was judged, without their name."""

    rule: Rule
    role: AskedBy
    words: str


@dataclass(frozen=True, slots=True)
class AppealRow:
    """An appeal in a list."""

    appeal: Appeal
    decision: Decision
    target: str  # as the public log names it: "reply 7"
    company_name: str  # "" where none is concerned


@dataclass(frozen=True, slots=True)
class AppealPage(AppealRow):
    """An appeal with what led to it."""

    case: Case
    flags: tuple[FlagSaid, ...]
    voices: tuple[Voice, ...]  # in the order in which they came
    moderator: User | None  # who decided in place of a jury


def decision_in(seq: int) -> Decision | None:
    """Return the decision that a row of the public log tells of, if it tells of one."""
    return db.session.scalar(select(Decision).where(Decision.log_seq == seq))


def target_in(decision: Decision) -> str:
    """Return what a decision was about, as the public log names it."""
    return name_in_log(db.session.get_one(Case, decision.case_id))


def ended_in(seq: int) -> Appeal | None:
    """Return the appeal whose outcome a row of the public log is, if it is one."""
    return db.session.scalar(select(Appeal).where(Appeal.log_seq == seq))


def of_person(user_id: int, decision_id: int) -> Appeal | None:
    """Return somebody's appeal against a decision, if they made one."""
    mine = (Appeal.appellant_id == user_id, Appeal.decision_id == decision_id)
    return db.session.scalar(select(Appeal).where(*mine))


def open_ids() -> Sequence[int]:
    """Return the appeals that are being judged, the most urgent first."""
    return db.session.scalars(
        select(Appeal.id).where(Appeal.state == AppealState.OPEN).order_by(Appeal.due_at, Appeal.id)
    ).all()


def page_of(appeal: Appeal) -> AppealPage:
    """Return what there is to say of an appeal; who may read which part is for the caller."""
    row = _row(db.session.execute(_ROWS.where(Appeal.id == appeal.id)).one())
    case = db.session.get_one(Case, row.decision.case_id)
    flags = db.session.execute(
        select(Flag.rule, Flag.role, Flag.words).where(Flag.case_id == case.id).order_by(Flag.id)
    )
    voices = db.session.execute(
        select(Juror.vote, Juror.reason)
        .where(Juror.appeal_id == appeal.id, Juror.vote.is_not(None))
        .order_by(Juror.voted_at, Juror.user_id)
    )
    return AppealPage(
        appeal=row.appeal,
        decision=row.decision,
        target=row.target,
        company_name=row.company_name,
        case=case,
        flags=tuple(FlagSaid(*flag) for flag in flags),
        voices=tuple(Voice(vote, reason) for vote, reason in voices if vote is not None),
        moderator=db.session.get(User, appeal.moderator_id) if appeal.moderator_id else None,
    )


def ended(
    *,
    after: paging.Place | None = None,
    before: paging.Place | None = None,
    limit: int = 30,
) -> paging.Page[AppealRow]:
    """Return a page of the appeals that have ended, the newest first.

    Args:
        after: the place to go on from; ``before``, the place to go back from.
    """
    statement = _ROWS.where(Appeal.state != AppealState.OPEN)
    statement = paging.seek(statement, Appeal.id, limit=limit, after=after, before=before)
    found = [_row(row) for row in db.session.execute(statement)]
    return paging.page_of(
        found,
        limit=limit,
        place=lambda row: (row.appeal.created_at, row.appeal.id),
        after=after,
        before=before,
    )


def to_judge(user_id: int) -> Sequence[AppealRow]:
    """Return the open appeals in which somebody has a place in the jury, the most urgent first."""
    mine = exists().where(
        Juror.appeal_id == Appeal.id,
        Juror.user_id == user_id,
        Juror.vote.is_(None),
        Juror.declined_at.is_(None),
    )
    return _open(mine)


def without_jury() -> Sequence[AppealRow]:
    """Return the open appeals that wait for a moderator, the most urgent first."""
    return _open(Appeal.fallback_at.is_not(None))


def made_by(user_id: int) -> Sequence[AppealRow]:
    """Return the appeals that somebody has made, the newest first."""
    mine = _ROWS.where(Appeal.appellant_id == user_id).order_by(Appeal.id.desc())
    return [_row(row) for row in db.session.execute(mine)]


def _open(which: ColumnElement[bool]) -> Sequence[AppealRow]:
    rows = _ROWS.where(Appeal.state == AppealState.OPEN, which).order_by(Appeal.due_at, Appeal.id)
    return [_row(row) for row in db.session.execute(rows)]


_ROWS = (
    select(Appeal, Decision, Case, Company.name.label("company_name"))
    .join(Decision, Decision.id == Appeal.decision_id)
    .join(Case, Case.id == Decision.case_id)
    .outerjoin(Company, Company.id == Case.company_id)
)


def _row(row: tuple[Appeal, Decision, Case, str | None]) -> AppealRow:
    appeal, decision, case, company_name = row
    return AppealRow(appeal, decision, name_in_log(case), company_name or "")


def has_been_appealed(decision: Decision, case: Case) -> bool:
    """Tell whether there was an appeal against a decision already, whoever's it was.

    Of what was kept, also whether a jury has found that about the same text before: or each new
    flag would bring it before another jury, until one says something else.
    """
    against = exists().where(Appeal.decision_id == decision.id)
    if decision.action is not DecisionAction.KEEP:
        return db.session.scalar(select(against)) or False
    earlier, before = aliased(Decision), aliased(Case)
    changed_since = exists().where(
        or_(Revision.topic_id == before.topic_id, Revision.reply_id == before.reply_id),
        Revision.created_at > Appeal.closed_at,
    )
    upheld = (
        select(Appeal.id)
        .join(earlier, earlier.id == Appeal.decision_id)
        .join(before, before.id == earlier.case_id)
        .where(
            before.topic_id.is_not_distinct_from(case.topic_id),
            before.reply_id.is_not_distinct_from(case.reply_id),
            before.person_id.is_(None),
            earlier.action == DecisionAction.KEEP,
            Appeal.state == AppealState.UPHELD,
            ~changed_since,
        )
        .exists()
    )
    return db.session.scalar(select(against | upheld)) or False
