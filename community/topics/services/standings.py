"""What each person has done at each company, counted from the rows.

Replies are the visible ones to somebody else's topic, without comments. Solved are topics in which somebody
*else* accepted an answer of theirs, however many people or answers.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, case, delete, distinct, func, or_, select, tuple_

from community.core.db import db
from community.core.sql import changed, insert
from community.topics.models import AcceptedAnswer, Reply, Standing, Topic


def refresh_authors(reply_ids: Collection[int]) -> None:
    """Count again for the authors of these replies, at the companies these are about."""
    pairs = db.session.execute(
        select(Topic.company_id, Reply.author_id)
        .join(Topic, Topic.id == Reply.topic_id)
        .where(Reply.id.in_(list(reply_ids)))
        .distinct()
    ).all()
    if pairs:
        wanted = [tuple(pair) for pair in pairs]
        _refresh(
            tuple_(Topic.company_id, Reply.author_id).in_(wanted),
            tuple_(Standing.company_id, Standing.user_id).in_(wanted),
        )


def refresh_people(user_ids: Collection[int]) -> None:
    """Count again for these people, at every company."""
    wanted = list(user_ids)
    _refresh(Reply.author_id.in_(wanted), Standing.user_id.in_(wanted))


def refresh_companies(company_ids: Collection[int]) -> None:
    """Count again for everybody at these companies."""
    wanted = list(company_ids)
    _refresh(Topic.company_id.in_(wanted), Standing.company_id.in_(wanted))


def refresh_all() -> int:
    """Count everything again. Return how many standings were wrong."""
    return _refresh(None, None)


def _refresh(replies: ColumnElement[bool] | None, standings: ColumnElement[bool] | None) -> int:
    """Write what the rows say, where it differs. Return how many standings did."""
    stale = delete(Standing).where(
        ~select(Reply.id)
        .join(Topic, Topic.id == Reply.topic_id)
        .where(
            Topic.company_id == Standing.company_id,
            Reply.author_id == Standing.user_id,
            *_counted(),
        )
        .exists()
    )
    if standings is not None:
        stale = stale.where(standings)
    fresh = insert(Standing).from_select(
        ["company_id", "user_id", "reply_count", "solved_count"], _standings(replies)
    )
    new = fresh.excluded
    return changed(stale) + changed(
        fresh.on_conflict_do_update(
            index_elements=["company_id", "user_id"],
            set_={"reply_count": new.reply_count, "solved_count": new.solved_count},
            where=or_(
                Standing.reply_count != new.reply_count, Standing.solved_count != new.solved_count
            ),
        )
    )


def _standings(which: ColumnElement[bool] | None) -> Select[int, int, int, int]:
    accepted_by_another = (
        select(AcceptedAnswer.reply_id)
        .where(
            AcceptedAnswer.topic_id == Reply.topic_id,
            AcceptedAnswer.reply_id == Reply.id,
            AcceptedAnswer.accepted_by_id != Reply.author_id,
        )
        .exists()
    )
    counts = (
        select(
            Topic.company_id,
            Reply.author_id,
            func.count(Reply.id),
            func.count(distinct(case((accepted_by_another, Reply.topic_id)))),
        )
        .join(Topic, Topic.id == Reply.topic_id)
        .where(*_counted())
        .group_by(Topic.company_id, Reply.author_id)
    )
    return counts if which is None else counts.where(which)


def _counted() -> tuple[ColumnElement[bool], ...]:
    return (
        Reply.parent_id.is_(None),
        Reply.hidden_at.is_(None),
        Topic.hidden_at.is_(None),
        Reply.author_id != Topic.author_id,
    )
