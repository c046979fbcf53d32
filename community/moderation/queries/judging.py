"""What bars somebody from judging a case (rule N12)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CompoundSelect, exists, func, or_, select, union

from community.accounts.models import User
from community.companies import queries as companies
from community.companies.models import Company, Stake
from community.core.db import db
from community.core.sql import ROW_ID_MAX
from community.core.text import whole_number
from community.moderation.models import Case, Flag
from community.moderation.queries import targets
from community.topics.models import Reply, Revision, Topic

CONCERNS = timedelta(days=180)  # a person's case concerns the companies they wrote about since


def stake_in(user: User, case: Case, at: datetime, *, author_too: bool = False) -> Stake | None:
    """Return what binds somebody to a company that a case concerns (`concerned`)."""
    bound = companies.stakes_of(user.id, at)
    if not bound:
        return None
    of = concerned(case, at, author_too=author_too)
    return next((bound[one] for one in sorted(of) if one in bound), None)


def concerned(case: Case, at: datetime, *, author_too: bool = False) -> set[int]:
    """Return the companies that a case concerns: nobody with a stake in one judges it.

    Of a post that is the company of its topic; of a topic that was moved, the one of before as
    well. Of a person it is every company that they wrote about of late: a company must not be able
    to silence its critics either.

    Args:
        author_too: what is judged is done about the author of the post, not the post alone.
    """
    target = targets.target_of(case)
    topic = targets.topic_of(target)
    of = {case.company_id, topic.company_id if topic is not None else None} - {None}
    if topic is None or author_too:
        of |= set(targets.companies_of(targets.author_of(target).id, since=at - CONCERNS))
    return {one for one in of if one is not None}


def concerned_by(names: Collection[str], *, since: datetime) -> set[int]:
    """Return the companies that things concern, as `concerned` says it of their cases.

    Args:
        names: as the public log names them: "topic 12", "reply 7", "person 3", "company acme".
        since: a person concerns the companies that they wrote about from then on.
    """
    of: set[int] = set()
    for name in names:
        kind, _, key = name.partition(" ")
        number = whole_number(key, most=ROW_ID_MAX)
        if kind == "company":
            of |= set(db.session.scalars(select(Company.id).where(Company.slug == key)))
        elif kind == "person" and number is not None:
            of |= set(targets.companies_of(number, since=since))
        elif kind in {"topic", "reply"} and number is not None:
            of |= set(db.session.scalars(_companies_of_post(kind, number)))
    return of


def _companies_of_post(kind: str, post_id: int) -> CompoundSelect[int]:
    """Return what selects the company of a post, and those of before it was moved."""
    company = select(Topic.company_id)
    if kind == "topic":
        return union(
            company.where(Topic.id == post_id),
            select(Case.company_id).where(Case.topic_id == post_id),
        )
    return union(
        company.join(Reply, Reply.topic_id == Topic.id).where(Reply.id == post_id),
        select(Case.company_id).where(Case.reply_id == post_id),
    )


def is_about_person(user_id: int) -> ColumnElement[bool]:
    """Return the condition for cases of what somebody wrote, or of themselves."""
    return or_(
        Case.person_id == user_id,
        Case.topic_id.in_(select(Topic.id).where(Topic.author_id == user_id)),
        Case.reply_id.in_(select(Reply.id).where(Reply.author_id == user_id)),
    )


def is_party(user: User, case: Case) -> bool:
    """Tell whether somebody wrote what a case is about, or flagged it."""
    if case.person_id == user.id:
        return True
    party = or_(
        exists().where(Flag.case_id == case.id, Flag.reporter_id == user.id),
        exists().where(Topic.id == case.topic_id, Topic.author_id == user.id),
        exists().where(Reply.id == case.reply_id, Reply.author_id == user.id),
    )
    return bool(db.session.scalar(select(party)))


def seen(case: Case) -> str:
    """Return what a case looks like just now: another text as soon as anything of it changes."""
    return seen_of([case.id])[case.id]


def seen_of(case_ids: Collection[int]) -> dict[int, str]:
    """Return what each of these cases looks like just now (`seen`), in one statement."""
    newest = [
        select(func.max(Revision.number)).where(revised == judged).scalar_subquery()
        for revised, judged in (
            (Revision.topic_id, Case.topic_id),
            (Revision.reply_id, Case.reply_id),
        )
    ]
    rows = db.session.execute(
        select(Case.id, Case.version, func.coalesce(*newest, 0)).where(Case.id.in_(case_ids))
    )
    return {case_id: f"{version}.{edits}" for case_id, version, edits in rows}
