"""Who can judge an appeal, and who cannot because they have to do with the case."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, or_, select, union

from community.accounts.models import User
from community.companies import queries as companies
from community.companies.models import Stake
from community.core.db import db
from community.moderation.models import Appeal, Case, Decision, Flag, Juror
from community.moderation.queries import judging, targets
from community.topics.models import Reply, Topic


def eligible(appeal: Appeal, case: Case, at: datetime) -> Sequence[int]:
    """Return the trusted members who have nothing to do with a case, without asking for stakes.

    Moderators and operators are left out: they do not judge their colleagues. So is who was drawn
    for an appeal against the same decision before.
    """
    drawn_before = (
        select(Juror.user_id)
        .join(Appeal, Appeal.id == Juror.appeal_id)
        .where(Appeal.decision_id == appeal.decision_id)
    )
    return db.session.scalars(
        select(User.id)
        .where(
            User.trusted_since <= at,
            User.deleted_at.is_(None),
            User.email_verified_at.is_not(None),
            or_(User.suspended_until.is_(None), User.suspended_until <= at),
            ~User.is_moderator,
            ~User.is_admin,
            User.id.not_in(involved(appeal, case)),
            User.id.not_in(drawn_before),
        )
        .order_by(User.id)
    ).all()


def barred(case: Case, user_ids: Collection[int], at: datetime) -> dict[int, Stake]:
    """Return the stakes of those of these people that have one in what a case concerns (rule N12).

    That is the company of the case; of a topic that was moved, the other company as well; and of
    a person, every company that they wrote about of late.
    """
    target = targets.target_of(case)
    topic = targets.topic_of(target)
    concerned = {case.company_id, topic.company_id if topic is not None else None}
    if case.person_id is not None:
        concerned |= set(targets.companies_of(case.person_id, since=at - judging.CONCERNS))
    found: dict[int, Stake] = {}
    for company_id in sorted(one for one in concerned if one is not None):
        found |= companies.stakes_in(company_id, user_ids, at)
    return found


def is_involved(user_id: int, appeal: Appeal, case: Case) -> bool:
    """Tell whether somebody has to do with a case already."""
    return db.session.scalar(involved(appeal, case).where(User.id == user_id)) is not None


def involved(appeal: Appeal, case: Case) -> Select[int]:
    """Select who appealed, posted in the topic, flagged the same thing or decided about it."""
    target = targets.target_of(case)
    same = targets.keys_of(target)
    cases = select(Case.id).filter_by(**same)
    people = [
        select(Flag.reporter_id).filter_by(**same),
        select(Decision.moderator_id).where(
            Decision.case_id.in_(cases), Decision.moderator_id.is_not(None)
        ),
        select(Appeal.moderator_id)
        .join(Decision, Decision.id == Appeal.decision_id)
        .where(Decision.case_id.in_(cases), Appeal.moderator_id.is_not(None)),
    ]
    topic = targets.topic_of(target)
    if topic is not None:
        people += [
            select(Topic.author_id).where(Topic.id == topic.id),
            select(Reply.author_id).where(Reply.topic_id == topic.id),
        ]
    author = targets.author_of(target)
    return select(User.id).where(
        or_(User.id.in_(union(*people)), User.id.in_((appeal.appellant_id, author.id)))
    )
