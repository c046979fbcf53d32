"""Flags: somebody's own, what came of each, and how often people were right."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased

from community.accounts.models import User
from community.core import paging
from community.core.db import db
from community.moderation.models import Decision, Flag, FlagOutcome
from community.moderation.queries import targets
from community.moderation.queries.targets import Target
from community.topics.models import Reply, Rule, Topic

PAGE = 30  # flags

_reply_topic = aliased(Topic, name="reply_topic")
_person = aliased(User, name="person")


@dataclass(frozen=True, slots=True)
class OwnFlag:
    """A flag, as whoever made it sees it."""

    id: int
    topic_id: int | None
    reply_id: int | None
    username: str  # of the person who was flagged; else ""
    title: str  # of the topic, or the person's name
    rule: Rule
    words: str
    outcome: FlagOutcome | None
    created_at: datetime
    closed_at: datetime | None
    decision_id: int | None  # the first of its case


_OWN = (
    select(
        Flag,
        func.coalesce(Topic.title, _reply_topic.title).label("title"),
        _person.display_name,
        _person.username,
        select(func.min(Decision.id))
        .where(Decision.case_id == Flag.case_id)
        .scalar_subquery()
        .label("decision_id"),
    )
    .outerjoin(Topic, Topic.id == Flag.topic_id)
    .outerjoin(Reply, Reply.id == Flag.reply_id)
    .outerjoin(_reply_topic, _reply_topic.id == Reply.topic_id)
    .outerjoin(_person, _person.id == Flag.person_id)
)


def page_of_flags(
    user: User,
    *,
    after: paging.Place | None = None,
    before: paging.Place | None = None,
    limit: int = PAGE,
) -> paging.Page[OwnFlag]:
    """Return a page of somebody's flags, the latest first."""
    statement = _OWN.where(Flag.reporter_id == user.id)
    statement = paging.seek(statement, Flag.id, limit=limit, after=after, before=before)
    return paging.page_of(
        [_own_flag(row) for row in db.session.execute(statement)],
        limit=limit,
        place=lambda one: (one.created_at, one.id),
        after=after,
        before=before,
    )


def _own_flag(row: Row[Any]) -> OwnFlag:
    flag: Flag = row.Flag
    return OwnFlag(
        id=flag.id,
        topic_id=flag.topic_id,
        reply_id=flag.reply_id,
        username=row.username or "",
        title=row.title or row.display_name or row.username,
        rule=flag.rule,
        words=flag.words,
        outcome=flag.outcome,
        created_at=flag.created_at,
        closed_at=flag.closed_at,
        decision_id=row.decision_id,
    )


def open_flag(user: User, target: Target) -> Flag | None:
    """Return the flag of somebody that waits for its judgement, if they have made one."""
    mine = select(Flag).filter_by(**targets.keys_of(target), reporter_id=user.id)
    return db.session.scalar(mine.where(Flag.outcome.is_(None)))


def records(reporter_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return of each of these people how many flags were upheld, and how many judged."""
    upheld: Counter[int] = Counter()
    judged: Counter[int] = Counter()
    rows = db.session.execute(
        select(Flag.reporter_id, Flag.outcome, func.count())
        .where(
            Flag.reporter_id.in_(reporter_ids),
            Flag.outcome.in_((FlagOutcome.UPHELD, FlagOutcome.DECLINED)),
        )
        .group_by(Flag.reporter_id, Flag.outcome)
    )
    for reporter_id, outcome, number in rows:
        judged[reporter_id] += number
        upheld[reporter_id] += number * (outcome is FlagOutcome.UPHELD)
    return {one: (upheld[one], judged[one]) for one in reporter_ids}
