"""Who can judge an appeal, and who cannot because they have to do with the case."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, or_, select, union

from community.accounts.models import User
from community.companies import queries as companies
from community.companies.models import Stake
from community.core.db import db
from community.moderation.models import MEASURES, Appeal, Case, Decision, Flag, Juror
from community.moderation.queries import judging, targets
from community.moderation.queries.targets import Target
from community.topics.models import Reply, Topic


def eligible(appeal: Appeal, case: Case, at: datetime) -> Sequence[int]:
    """Return the trusted members who have nothing to do with a case, without asking for stakes.

    Moderators and operators are left out: they do not judge their colleagues. So is who was drawn
    for an appeal about the same thing before.
    """
    drawn_before = (
        select(Juror.user_id)
        .join(Appeal, Appeal.id == Juror.appeal_id)
        .join(Decision, Decision.id == Appeal.decision_id)
        .where(Decision.case_id.in_(_cases_about(targets.target_of(case))))
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


def barred(
    decision: Decision, case: Case, user_ids: Collection[int], at: datetime
) -> dict[int, Stake]:
    """Return the stakes of those of these people that have one in what ``decision`` concerns.

    It was made in ``case``, and `judging.concerned` says which companies those are (rule N12).
    """
    is_measure = decision.action in MEASURES
    found: dict[int, Stake] = {}
    for company_id in sorted(judging.concerned(case, at, author_too=is_measure)):
        found |= companies.stakes_in(company_id, user_ids, at)
    return found


def is_involved(user_id: int, appeal: Appeal, case: Case) -> bool:
    """Tell whether somebody has to do with a case already."""
    return db.session.scalar(involved(appeal, case).where(User.id == user_id)) is not None


def involved(appeal: Appeal, case: Case) -> Select[int]:
    """Select who appealed, posted in the topic, decided about it, or flagged it or its author."""
    target = targets.target_of(case)
    same, cases = targets.keys_of(target), _cases_about(target)
    people = [
        select(Flag.reporter_id).filter_by(**same),
        select(Flag.reporter_id).where(Flag.person_id == targets.author_of(target).id),
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


def _cases_about(target: Target) -> Select[int]:
    return select(Case.id).filter_by(**targets.keys_of(target))
