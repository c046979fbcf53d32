"""A decision, as those whom it concerns see it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

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
from community.topics.models import Rule


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """What was decided about a post or a person, and why."""

    id: int
    kind: str  # "topic", "reply", "comment" or "person"
    title: str  # of the topic, or the person's name
    author_id: int
    company_name: str  # to which it was moved, or that it is about
    action: DecisionAction
    rule: Rule | None
    reason: str
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
        kind=targets.kind_of(target),
        title=targets.title_of(target),
        author_id=author.id,
        company_name=db.session.get_one(Company, topic.company_id).name if topic else "",
        action=decision.action,
        rule=decision.rule,
        reason=decision.reason,
        limit=db.session.scalar(limit),
        log_seq=decision.log_seq,
        at=decision.created_at,
        overturned_at=decision.overturned_at,
        parties=frozenset([author.id, *db.session.scalars(flagged)]),
    )


def case_of(decision: Decision) -> Case:
    """Return the case that was decided."""
    return db.session.get_one(Case, decision.case_id)
