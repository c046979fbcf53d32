"""What a decision was about, and whom it concerns."""

from dataclasses import dataclass

from sqlalchemy import select

from community.companies.models import Company
from community.core.db import db
from community.moderation.models import (
    Case,
    Decision,
    Flag,
    FlagOutcome,
    Restriction,
    RestrictionKind,
)
from community.moderation.queries import targets
from community.moderation.queries.targets import Target


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a decision."""

    target: Target
    author_id: int
    company_name: str  # to which it was moved, or that it is about
    limit: RestrictionKind | None  # that was laid on its author
    parties: frozenset[int]  # the author and whoever flagged it


def context_of(decision: Decision) -> Context:
    """Return what stands around a decision."""
    case = case_of(decision)
    target = targets.target_of(case)
    topic, author = targets.topic_of(target), targets.author_of(target)
    flagged = select(Flag.reporter_id).where(
        Flag.case_id == case.id, Flag.outcome.is_distinct_from(FlagOutcome.WITHDRAWN)
    )
    limit = select(Restriction.kind).where(Restriction.decision_id == decision.id).limit(1)
    return Context(
        target=target,
        author_id=author.id,
        company_name=db.session.get_one(Company, topic.company_id).name if topic else "",
        limit=db.session.scalar(limit),
        parties=frozenset([author.id, *db.session.scalars(flagged)]),
    )


def case_of(decision: Decision) -> Case:
    """Return the case that was decided."""
    return db.session.get_one(Case, decision.case_id)
