"""What lies behind a tombstone: the companies that its post concerns, and who judges it."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, or_, select, union

from community.core.db import db
from community.moderation.models import Appeal, AppealState, Case, Decision, Juror
from community.topics.models import Reply, Tombstone, Topic

_SAME_POST = or_(Case.topic_id == Tombstone.topic_id, Case.reply_id == Tombstone.reply_id)


def companies_behind(tombstone_ids: Collection[int]) -> Sequence[int]:
    """Return the companies that posts behind some tombstones concern. One statement.

    That is the company of each topic, and those of its cases: the topic may have moved since.
    """
    behind = Tombstone.id.in_(tombstone_ids)
    topics = (
        select(Topic.company_id)
        .join(Tombstone, behind)
        .outerjoin(Reply, Reply.id == Tombstone.reply_id)
        .where(Topic.id == func.coalesce(Tombstone.topic_id, Reply.topic_id))
    )
    cases = select(Case.company_id).join(Tombstone, behind).where(_SAME_POST)
    found = db.session.scalars(union(topics, cases.where(Case.company_id.is_not(None))))
    return sorted(one for one in found if one is not None)


def seats_at(user_id: int, tombstone_ids: Collection[int]) -> Sequence[tuple[int, Appeal]]:
    """Return the open appeals about posts behind some tombstones that somebody is a juror of.

    Each comes with its tombstone.
    """
    rows = db.session.execute(
        select(Tombstone.id, Appeal)
        .join(Case, _SAME_POST)
        .join(Decision, Decision.case_id == Case.id)
        .join(Appeal, Appeal.decision_id == Decision.id)
        .join(Juror, Juror.appeal_id == Appeal.id)
        .where(
            Tombstone.id.in_(tombstone_ids),
            Appeal.state == AppealState.OPEN,
            Juror.user_id == user_id,
        )
    )
    return [(tombstone_id, appeal) for tombstone_id, appeal in rows]
