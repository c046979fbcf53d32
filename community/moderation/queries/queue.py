"""The queue of moderators: cases by risk, a row each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased

from community.accounts.models import User
from community.companies import queries as companies
from community.companies.models import Company, Stake
from community.core import paging
from community.core.db import db
from community.core.sql import epoch_s
from community.moderation.models import Case, Decision, Flag, FlagOutcome
from community.moderation.queries import judging
from community.topics.models import AskedBy, Reply, Rule, Topic
from community.topics.queries.lists import excerpt

PAGE = 30  # cases
EXCERPT = 200  # characters
OPENING = 3 * EXCERPT  # characters of HTML in which they are found
MEASURED_OVER = timedelta(days=30)

_author = aliased(User, name="author")
_person = aliased(User, name="person")
_reply_topic = aliased(Topic, name="reply_topic")
_holder = aliased(User, name="holder")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in the queue. Of one that the reader may not judge there is no content."""

    id: int
    kind: str  # "topic", "reply", "comment" or "person"
    title: str  # of the topic, or the person's name
    excerpt: str
    company_name: str
    author_name: str
    flags: Mapping[Rule, Mapping[AskedBy, int]]  # how many name each rule, in each role
    risk: float
    opened_at: datetime
    due_at: datetime
    decided_at: datetime | None
    is_hidden: bool  # whether nobody sees the post meanwhile
    holder_name: str  # who has the lease; "": nobody
    leased_until: datetime | None
    is_mine: bool  # whether that is the reader
    bar: Stake | None  # why the reader may not judge it

    @property
    def rules(self) -> list[tuple[Rule, int]]:
        """How many flags name each rule, the most first."""
        numbers = ((rule, sum(roles.values())) for rule, roles in self.flags.items())
        return sorted(numbers, key=lambda one: -one[1])

    @property
    def roles(self) -> list[AskedBy]:
        """In which roles it was flagged."""
        return list(dict.fromkeys(role for roles in self.flags.values() for role in roles))


def queue(
    moderator: User,
    *,
    at: datetime,
    decided: bool = False,
    after: paging.Place | None = None,
    before: paging.Place | None = None,
    limit: int = PAGE,
) -> paging.Page[CaseRow]:
    """Return a page of the cases that wait, those that cannot wait first; or of those decided.

    Args:
        decided: the cases that are decided, the latest first.
        after: the place to go on from; ``before``, the place to go back from.
    """
    key = Case.decided_at if decided else Case.due_at
    statement = _CASES.where(Case.decided_at.is_not(None) if decided else Case.decided_at.is_(None))
    statement = paging.seek(
        statement, key, Case.id, limit=limit, after=after, before=before, rising=not decided
    )
    return paging.page_of(
        _case_rows(db.session.execute(statement).all(), moderator, at),
        limit=limit,
        place=lambda one: (one.decided_at or one.due_at, one.id),
        after=after,
        before=before,
    )


def case_rows(case_ids: Collection[int], moderator: User, at: datetime) -> list[CaseRow]:
    """Return these cases as the queue shows them, the oldest first."""
    found = _CASES.where(Case.id.in_(case_ids)).order_by(Case.id)
    return _case_rows(db.session.execute(found).all(), moderator, at)


def waiting_count() -> int:
    """Return how many cases wait for a decision."""
    return db.session.scalar(select(func.count()).where(Case.decided_at.is_(None))) or 0


def median_to_decision(at: datetime) -> tuple[timedelta | None, int]:
    """Return the median time from opening a case to its decision, and over how many cases.

    Those decided by people in the last `MEASURED_OVER` count; of an even number the sooner of the
    two in the middle.
    """
    took = (epoch_s(Case.decided_at) - epoch_s(Case.opened_at)).label("took")
    times = (
        select(took)
        .join(Decision, Decision.case_id == Case.id)
        .where(Case.decided_at >= at - MEASURED_OVER, Decision.moderator_id.is_not(None))
        .group_by(Case.id)
    )
    number = db.session.scalar(select(func.count()).select_from(times.subquery())) or 0
    if not number:
        return None, 0
    middle = db.session.scalar(times.order_by("took").offset((number - 1) // 2).limit(1))
    return timedelta(seconds=middle or 0), number


# -- rows of the queue --------------------------------------------------------------------------

_CASES = (
    select(
        Case,
        Topic.title,
        _reply_topic.title.label("reply_title"),
        Reply.parent_id,
        func.substr(func.coalesce(Topic.body_html, Reply.body_html), 1, OPENING).label("opening"),
        _author.display_name,
        _author.username,
        _person.display_name.label("person_display_name"),
        _person.username.label("person_username"),
        Company.name.label("company_name"),
        func.coalesce(Topic.hidden_at, Reply.hidden_at).label("hidden_at"),
        _holder.display_name.label("holder_display_name"),
        _holder.username.label("holder_username"),
    )
    .outerjoin(Topic, Topic.id == Case.topic_id)
    .outerjoin(Reply, Reply.id == Case.reply_id)
    .outerjoin(_reply_topic, _reply_topic.id == Reply.topic_id)
    .outerjoin(_author, _author.id == func.coalesce(Topic.author_id, Reply.author_id))
    .outerjoin(_person, _person.id == Case.person_id)
    .outerjoin(Company, Company.id == Case.company_id)
    .outerjoin(_holder, _holder.id == Case.leased_by_id)
)


def _case_rows(found: Sequence[Row[Any]], moderator: User, at: datetime) -> list[CaseRow]:
    bound = companies.stakes_of(moderator.id, at)
    flags = _flags_of([row.Case.id for row in found])
    return [_case_row(row, moderator, bound, flags.get(row.Case.id, {}), at) for row in found]


def _case_row(
    row: Row[Any],
    moderator: User,
    bound: dict[int, Stake],
    flags: Mapping[Rule, Mapping[AskedBy, int]],
    at: datetime,
) -> CaseRow:
    case: Case = row.Case
    bar = bound.get(case.company_id) if case.company_id is not None else None
    if case.company_id is None and bound:
        bar = judging.stake_in(moderator, case, at)
    is_leased = case.leased_until is not None and case.leased_until > at
    person = row.person_display_name or row.person_username
    title = row.title or row.reply_title or person or ""
    return CaseRow(
        id=case.id,
        kind=_kind(row),
        title="" if bar else title,
        excerpt="" if bar or not row.opening else excerpt(row.opening, EXCERPT),
        company_name=row.company_name or "",
        author_name="" if bar else row.display_name or row.username or person or "",
        flags={} if bar else flags,
        risk=case.risk,
        opened_at=case.opened_at,
        due_at=case.due_at,
        decided_at=case.decided_at,
        is_hidden=row.hidden_at is not None,
        holder_name=(row.holder_display_name or row.holder_username or "") if is_leased else "",
        leased_until=case.leased_until if is_leased else None,
        is_mine=is_leased and case.leased_by_id == moderator.id,
        bar=bar,
    )


def _kind(row: Row[Any]) -> str:
    if row.Case.person_id is not None:
        return "person"
    if row.Case.topic_id is not None:
        return "topic"
    return "reply" if row.parent_id is None else "comment"


def _flags_of(case_ids: Sequence[int]) -> dict[int, dict[Rule, dict[AskedBy, int]]]:
    """Return of each case how many flags name each rule, in each role; what came first, first."""
    found: dict[int, dict[Rule, dict[AskedBy, int]]] = {}
    rows = (
        select(Flag.case_id, Flag.rule, Flag.role, func.count())
        .where(Flag.case_id.in_(case_ids), Flag.outcome.is_distinct_from(FlagOutcome.WITHDRAWN))
        .group_by(Flag.case_id, Flag.rule, Flag.role)
        .order_by(func.min(Flag.id))
    )
    for case_id, rule, role, number in db.session.execute(rows):
        found.setdefault(case_id, {}).setdefault(rule, {})[role] = number
    return found
