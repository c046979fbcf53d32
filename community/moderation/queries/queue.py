"""What moderators see: the queue by risk, and a case with everything that helps to judge it."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup  # noqa: TID251 (wraps what was sanitised at write time)
from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import aliased

from community.accounts.models import User
from community.companies import queries as companies
from community.companies.models import Company, Stake
from community.core import paging
from community.core.db import db
from community.core.sql import epoch_s
from community.moderation.likeness import likeness, shingles
from community.moderation.models import (
    Case,
    Decision,
    DecisionAction,
    Flag,
    FlagOutcome,
)
from community.moderation.queries import judging, spam, targets
from community.moderation.queries.targets import Target
from community.topics.models import AskedBy, Reply, Rule, Topic
from community.topics.queries.covered import words_of
from community.topics.queries.lists import excerpt

PAGE = 30  # cases
EXCERPT = 200  # characters
OPENING = 3 * EXCERPT  # characters of HTML in which they are found
MEASURED_OVER = timedelta(days=30)
EARLIER = 5  # decisions shown beside a case
ALIKE_MAX = 200  # open cases that one is compared with, and at most decided together
LIKE = 0.6  # the share of phrases from which on two texts are of one wave

_author = aliased(User, name="author")
_person = aliased(User, name="person")
_reply_topic = aliased(Topic, name="reply_topic")
_holder = aliased(User, name="holder")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in the queue. Of one that the reader may not judge there is no content."""

    id: int
    what: str  # "topic", "reply", "comment" or "person"
    title: str  # of the topic, or the person's name
    excerpt: str
    company_name: str
    author_name: str
    rules: tuple[tuple[Rule, int], ...]  # how many flags name each, the most first
    roles: tuple[AskedBy, ...]  # of those who flagged
    risk: float
    opened_at: datetime
    due_at: datetime
    decided_at: datetime | None
    holder_name: str  # who has the lease; "": nobody
    leased_until: datetime | None
    is_mine: bool  # whether that is the reader
    bar: Stake | None  # why the reader may not judge it


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
    goes_back = before is not None and after is None
    place = before if goes_back else after
    if place is not None:
        statement = statement.where(_beyond(key, place, is_up=decided == goes_back))
    descending = decided != goes_back
    order = (key.desc(), Case.id.desc()) if descending else (key, Case.id)
    found = db.session.execute(statement.order_by(*order).limit(limit + 1)).all()
    return paging.page_of(
        _case_rows(found, moderator, at),
        limit=limit,
        place=lambda one: (one.decided_at or one.due_at, one.id),
        after=after,
        before=before if goes_back else None,
    )


def _beyond(key: Any, place: paging.Place, *, is_up: bool) -> ColumnElement[bool]:
    moment, row_id = place
    if is_up:
        return or_(key > moment, and_(key == moment, Case.id > row_id))
    return or_(key < moment, and_(key == moment, Case.id < row_id))


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


# -- a case -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flag beside its case, with the record of who made it."""

    id: int
    reporter_name: str
    reporter_username: str
    role: AskedBy
    rule: Rule
    words: str
    created_at: datetime
    outcome: FlagOutcome | None
    upheld: int  # of the reporter's flags so far
    judged: int


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision, as moderators see it beside a case."""

    id: int
    case_id: int
    action: DecisionAction
    rule: Rule | None
    reason: str
    moderator_name: str
    log_seq: int
    until: datetime | None
    at: datetime
    overturned_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with what helps to judge it."""

    row: CaseRow
    seen: str  # `judging.seen`
    html: Markup  # the text as it stands there; of a person, nothing
    about: str  # what a person says of themselves
    topic_id: int | None
    topic_slug: str
    reply_id: int | None
    created_at: datetime
    edited_at: datetime | None
    is_hidden: bool
    answer: str  # the opening of the answer that a comment is on; else ""
    author_id: int
    author_username: str
    author_since: datetime
    author_posts: int
    author_suspended_until: datetime | None
    flags: tuple[FlagView, ...]
    about_author: tuple[DecisionView, ...]  # earlier ones, the latest first
    like: tuple[DecisionView, ...]  # under the same rules, the latest first
    decisions: tuple[DecisionView, ...]  # of this case
    alike_count: int  # open cases by the same author or with nearly the same text
    doubt: spam.Explained | None  # why an automatic rule is not sure of it


def case_view(case: Case, moderator: User, *, at: datetime) -> CaseView:
    """Return a case with what helps to judge it, for a moderator who may."""
    (row,) = _case_rows(db.session.execute(_CASES.where(Case.id == case.id)).all(), moderator, at)
    target = targets.target_of(case)
    author, topic = targets.author_of(target), targets.topic_of(target)
    flags = _flags_of(case)
    of_case = Decision.case_id == case.id
    return CaseView(
        row=row,
        seen=judging.seen(case),
        # Also what is covered: somebody has to judge whether it stays so.
        html=Markup("" if isinstance(target, User) else words_of(target).body_html),  # noqa: S704
        about=target.about if isinstance(target, User) else "",
        topic_id=topic.id if topic is not None else None,
        topic_slug=topic.slug if topic is not None else "",
        reply_id=case.reply_id,
        created_at=target.created_at,
        edited_at=None if isinstance(target, User) else target.edited_at,
        is_hidden=not isinstance(target, User) and target.hidden_at is not None,
        answer=_answer_above(target),
        author_id=author.id,
        author_username=author.username,
        author_since=author.created_at,
        author_posts=posts_of(author.id),
        author_suspended_until=author.suspended_until,
        flags=flags,
        about_author=_decisions(_about_person(author.id), ~of_case),
        like=_decisions(Decision.rule.in_({flag.rule for flag in flags}), ~of_case),
        decisions=_decisions(of_case),
        alike_count=len(alike(case)) if case.decided_at is None else 0,
        doubt=None if isinstance(target, User) else spam.explained(target),
    )


def posts_of(user_id: int) -> int:
    """Return how many topics, answers and comments somebody has written, in sight or not."""
    topics = select(func.count()).where(Topic.author_id == user_id).scalar_subquery()
    replies = select(func.count()).where(Reply.author_id == user_id).scalar_subquery()
    return db.session.scalar(select(topics + replies)) or 0


def alike(case: Case) -> list[int]:
    """Return the ids of other open cases of one wave: by the same author, or with like text."""
    target = targets.target_of(case)
    author_id, text = targets.author_of(target).id, _text_of(target)
    others = (
        select(
            Case.id,
            func.coalesce(Topic.author_id, Reply.author_id).label("author_id"),
            Topic.title,
            func.coalesce(Topic.body, Reply.body).label("body"),
        )
        .outerjoin(Topic, Topic.id == Case.topic_id)
        .outerjoin(Reply, Reply.id == Case.reply_id)
        .where(Case.id != case.id, Case.decided_at.is_(None), Case.person_id.is_(None))
        .order_by(Case.id.desc())
        .limit(ALIKE_MAX)
    )
    mine = shingles(text)
    return [
        row.id
        for row in db.session.execute(others)
        if row.author_id == author_id
        or likeness(mine, shingles(f"{row.title or ''}\n{row.body}")) >= LIKE
    ]


def case_rows(case_ids: Collection[int], moderator: User, at: datetime) -> list[CaseRow]:
    """Return these cases as the queue shows them, the oldest first."""
    found = _CASES.where(Case.id.in_(case_ids)).order_by(Case.id)
    return _case_rows(db.session.execute(found).all(), moderator, at)


def _text_of(target: Target) -> str:
    if isinstance(target, User):
        return target.about
    return f"{target.title}\n{target.body}" if isinstance(target, Topic) else target.body


def _answer_above(target: Target) -> str:
    if not isinstance(target, Reply) or target.parent_id is None:
        return ""
    return excerpt(db.session.get_one(Reply, target.parent_id).body_html[:OPENING], EXCERPT)


def _flags_of(case: Case) -> tuple[FlagView, ...]:
    found = db.session.execute(
        select(Flag, User)
        .join(User, User.id == Flag.reporter_id)
        .where(Flag.case_id == case.id, Flag.outcome.is_distinct_from(FlagOutcome.WITHDRAWN))
        .order_by(Flag.id)
    ).all()
    judged = records({flag.reporter_id for flag, _ in found})
    return tuple(
        FlagView(
            id=flag.id,
            reporter_name=reporter.name,
            reporter_username=reporter.username,
            role=flag.role,
            rule=flag.rule,
            words=flag.words,
            created_at=flag.created_at,
            outcome=flag.outcome,
            upheld=judged[reporter.id][0],
            judged=judged[reporter.id][1],
        )
        for flag, reporter in found
    )


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


def _about_person(user_id: int) -> ColumnElement[bool]:
    """Return the condition for decisions about what somebody wrote, or about themselves."""
    return or_(
        Case.person_id == user_id,
        Case.topic_id.in_(select(Topic.id).where(Topic.author_id == user_id)),
        Case.reply_id.in_(select(Reply.id).where(Reply.author_id == user_id)),
    )


def _decisions(*which: ColumnElement[bool]) -> tuple[DecisionView, ...]:
    found = db.session.execute(
        select(Decision, User.display_name, User.username)
        .join(Case, Case.id == Decision.case_id)
        .outerjoin(User, User.id == Decision.moderator_id)
        .where(*which)
        .order_by(Decision.id.desc())
        .limit(EARLIER)
    )
    return tuple(
        DecisionView(
            id=decision.id,
            case_id=decision.case_id,
            action=decision.action,
            rule=decision.rule,
            reason=decision.reason,
            moderator_name=display_name or username or "",
            log_seq=decision.log_seq,
            until=decision.until,
            at=decision.created_at,
            overturned_at=decision.overturned_at,
        )
        for decision, display_name, username in found
    )


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
    said = _rules_of([row.Case.id for row in found])
    return [_case_row(row, moderator, bound, said.get(row.Case.id, []), at) for row in found]


def _case_row(
    row: Row[Any],
    moderator: User,
    bound: dict[int, Stake],
    said: list[tuple[Rule, AskedBy]],
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
        what=_what(row),
        title="" if bar else title,
        excerpt="" if bar or not row.opening else excerpt(row.opening, EXCERPT),
        company_name=row.company_name or "",
        author_name="" if bar else row.display_name or row.username or person or "",
        rules=() if bar else tuple(Counter(rule for rule, _ in said).most_common()),
        roles=() if bar else tuple(dict.fromkeys(role for _, role in said)),
        risk=case.risk,
        opened_at=case.opened_at,
        due_at=case.due_at,
        decided_at=case.decided_at,
        holder_name=(row.holder_display_name or row.holder_username or "") if is_leased else "",
        leased_until=case.leased_until if is_leased else None,
        is_mine=is_leased and case.leased_by_id == moderator.id,
        bar=bar,
    )


def _what(row: Row[Any]) -> str:
    if row.Case.person_id is not None:
        return "person"
    if row.Case.topic_id is not None:
        return "topic"
    return "reply" if row.parent_id is None else "comment"


def _rules_of(case_ids: Sequence[int]) -> dict[int, list[tuple[Rule, AskedBy]]]:
    """Return the rules that the flags of each case name, and the roles of those who flagged."""
    found: dict[int, list[tuple[Rule, AskedBy]]] = {}
    rows = select(Flag.case_id, Flag.rule, Flag.role).where(
        Flag.case_id.in_(case_ids), Flag.outcome.is_distinct_from(FlagOutcome.WITHDRAWN)
    )
    for case_id, rule, role in db.session.execute(rows.order_by(Flag.id)):
        found.setdefault(case_id, []).append((rule, role))
    return found
