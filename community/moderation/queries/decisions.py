"""A decision, as those whom it concerns see it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from community.accounts.models import User
from community.companies.models import Company
from community.core.db import db
from community.moderation.models import (
    Case,
    Decision,
    DecisionAction,
    Flag,
    FlagOutcome,
    Restriction,
    RestrictionKind,
)
from community.moderation.queries import targets
from community.moderation.queries.targets import Target
from community.topics.models import Reply, Rule, Topic


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """What was decided about a post or a person, and why."""

    id: int
    what: str  # "topic", "reply", "comment" or "person"
    title: str  # of the topic, or the person's name
    topic_id: int | None
    reply_id: int | None
    author_id: int
    company_name: str  # to which it was moved, or that it is about
    action: DecisionAction
    rule: Rule | None
    reason: str
    until: datetime | None
    limit: RestrictionKind | None
    log_seq: int
    at: datetime
    overturned_at: datetime | None
    parties: frozenset[int]  # the author and whoever flagged it


def decision_page(decision: Decision) -> DecisionPage:
    """Return a decision with what it is about."""
    case = case_of(decision)
    target = targets.target_of(case)
    topic, author = targets.topic_of(target), targets.author_of(target)
    flagged = select(Flag.reporter_id).where(
        Flag.case_id == case.id, Flag.outcome.is_distinct_from(FlagOutcome.WITHDRAWN)
    )
    limit = select(Restriction.kind).where(Restriction.decision_id == decision.id).limit(1)
    return DecisionPage(
        id=decision.id,
        what=what(target),
        title=title(target),
        topic_id=topic.id if topic is not None else None,
        reply_id=case.reply_id,
        author_id=author.id,
        company_name=db.session.get_one(Company, topic.company_id).name if topic else "",
        action=decision.action,
        rule=decision.rule,
        reason=decision.reason,
        until=decision.until,
        limit=db.session.scalar(limit),
        log_seq=decision.log_seq,
        at=decision.created_at,
        overturned_at=decision.overturned_at,
        parties=frozenset([author.id, *db.session.scalars(flagged)]),
    )


def case_of(decision: Decision) -> Case:
    """Return the case that was decided."""
    return db.session.get_one(Case, decision.case_id)


def what(target: Target) -> str:
    """Return what a target is: "topic", "reply", "comment" or "person"."""
    if isinstance(target, User):
        return "person"
    if isinstance(target, Topic):
        return "topic"
    return "reply" if target.parent_id is None else "comment"


def title(target: Target) -> str:
    """Return the title of the topic that a target is or belongs to, or the person's name."""
    if isinstance(target, User):
        return target.name
    return target.topic.title if isinstance(target, Reply) else target.title
