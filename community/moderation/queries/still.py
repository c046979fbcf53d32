"""Until when a post stays as it is, because somebody judges what it says."""

from datetime import datetime

from sqlalchemy import select

from community.core.db import db
from community.moderation.models import (
    MODERATOR_WITHIN,
    Appeal,
    AppealState,
    Case,
    Decision,
)
from community.topics.models import Post, keys_of


def leased_until(post: Post, at: datetime) -> datetime | None:
    """Return until when a moderator has the case of a post; None if nobody has."""
    return db.session.scalar(
        select(Case.leased_until)
        .filter_by(**keys_of(post))
        .where(Case.decided_at.is_(None), Case.leased_until > at)
    )


def appealed_until(post: Post) -> datetime | None:
    """Return by when what was decided about a post is judged again; None if no appeal is open."""
    open_ones = db.session.scalars(
        select(Appeal)
        .join(Decision, Decision.id == Appeal.decision_id)
        .join(Case, Case.id == Decision.case_id)
        .filter_by(**keys_of(post))
        .where(Appeal.state == AppealState.OPEN, Decision.overturned_at.is_(None))
    )
    return max((_ends_at(appeal) for appeal in open_ones), default=None)


def _ends_at(appeal: Appeal) -> datetime:
    """Return when an open appeal ends at the latest: where no jury does it, a moderator is asked."""
    has_jury = appeal.fallback_at is None
    return appeal.due_at + MODERATOR_WITHIN if has_jury else appeal.due_at
