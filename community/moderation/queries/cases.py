"""A case with everything that helps to judge it."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup  # noqa: TID251 (wraps what was sanitised at write time)
from sqlalchemy import ColumnElement, func, select

from community.accounts.models import User
from community.core import paging
from community.core.db import db
from community.moderation.likeness import likeness, shingles
from community.moderation.models import Case, Decision, DecisionAction, Flag, FlagOutcome
from community.moderation.queries import judging, quotes, spam, targets
from community.moderation.queries.flags import records
from community.moderation.queries.queue import EXCERPT, OPENING, CaseRow, case_rows
from community.moderation.queries.targets import Target
from community.topics.models import AskedBy, Reply, Rule, Topic
from community.topics.queries.covered import words_of
from community.topics.queries.lists import excerpt

FLAGS = 50  # on one page
EARLIER = 5  # decisions shown beside a case
ALIKE_MAX = 200  # open cases that one is compared with, and at most decided together
LIKE = 0.6  # the share of phrases from which on two texts are of one wave


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
    upheld: int  # of the reporter's flags so far
    judged: int


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision, as moderators see it beside a case."""

    id: int
    action: DecisionAction
    rule: Rule | None
    reason: str
    moderator_name: str
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
    author_username: str
    author_since: datetime
    author_posts: int
    author_suspended_until: datetime | None
    flags: paging.Page[FlagView]  # the latest first
    decisions: tuple[DecisionView, ...]  # of this case, the latest first, as those below are
    about_author: tuple[DecisionView, ...]  # in other cases
    precedents: tuple[DecisionView, ...]  # in other cases, under the same rules
    alike_count: int  # open cases by the same author or with nearly the same text
    quotes: tuple[quotes.QuoteView, ...]  # by other posts of the topic
    doubt: spam.Explained | None  # why an automatic rule is not sure of it


def case_view(
    case: Case,
    target: Target,
    moderator: User,
    *,
    at: datetime,
    after: paging.Place | None = None,
    before: paging.Place | None = None,
) -> CaseView:
    """Return a case with what helps to judge it, for a moderator who may.

    Args:
        target: what it is about.
        after: the place among its flags to go on from; ``before``, the place to go back from.
    """
    [row] = case_rows([case.id], moderator, at)
    author, topic = targets.author_of(target), targets.topic_of(target)
    of_case = Decision.case_id == case.id
    return CaseView(
        row=row,
        seen=judging.seen(case),
        # Also what is covered: somebody has to judge whether it stays so.
        html=Markup("" if isinstance(target, User) else words_of(target).body_html),  # noqa: S704 (sanitised at write time)
        about=target.about if isinstance(target, User) else "",
        topic_id=topic.id if topic is not None else None,
        topic_slug=topic.slug if topic is not None else "",
        reply_id=case.reply_id,
        created_at=target.created_at,
        edited_at=None if isinstance(target, User) else target.edited_at,
        is_hidden=not isinstance(target, User) and target.hidden_at is not None,
        answer=_answer_above(target),
        author_username=author.username,
        author_since=author.created_at,
        author_posts=posts_of(author.id),
        author_suspended_until=author.suspended_until,
        flags=_flags_of(case, after=after, before=before),
        decisions=_decisions(of_case),
        about_author=_decisions(judging.is_about_person(author.id), ~of_case),
        precedents=_decisions(Decision.rule.in_(row.flags), ~of_case),
        alike_count=len(alike(case, target)) if case.decided_at is None else 0,
        quotes=() if isinstance(target, User) else quotes.quotes_of(target),
        doubt=None if isinstance(target, User) else spam.explained(target),
    )


def posts_of(user_id: int) -> int:
    """Return how many topics, answers and comments somebody has written, in sight or not."""
    topics = select(func.count()).where(Topic.author_id == user_id).scalar_subquery()
    replies = select(func.count()).where(Reply.author_id == user_id).scalar_subquery()
    return db.session.scalar(select(topics + replies)) or 0


def alike(case: Case, target: Target) -> list[int]:
    """Return the ids of other open cases of one wave: by the same author, or with like text.

    Args:
        target: what the case is about.
    """
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


def _text_of(target: Target) -> str:
    if isinstance(target, User):
        return target.about
    return f"{target.title}\n{target.body}" if isinstance(target, Topic) else target.body


def _answer_above(target: Target) -> str:
    if not isinstance(target, Reply) or target.parent_id is None:
        return ""
    return excerpt(db.session.get_one(Reply, target.parent_id).body_html[:OPENING], EXCERPT)


def _flags_of(
    case: Case, *, after: paging.Place | None, before: paging.Place | None
) -> paging.Page[FlagView]:
    of_it = (
        select(Flag, User)
        .join(User, User.id == Flag.reporter_id)
        .where(Flag.case_id == case.id, Flag.outcome.is_distinct_from(FlagOutcome.WITHDRAWN))
    )
    found = db.session.execute(
        paging.seek(of_it, Flag.id, limit=FLAGS, after=after, before=before)
    ).all()
    judged = records({flag.reporter_id for flag, _ in found})
    return paging.page_of(
        [_flag_view(flag, reporter, *judged[reporter.id]) for flag, reporter in found],
        limit=FLAGS,
        place=lambda one: (one.created_at, one.id),
        after=after,
        before=before,
    )


def _flag_view(flag: Flag, reporter: User, upheld: int, judged: int) -> FlagView:
    return FlagView(
        id=flag.id,
        reporter_name=reporter.name,
        reporter_username=reporter.username,
        role=flag.role,
        rule=flag.rule,
        words=flag.words,
        created_at=flag.created_at,
        upheld=upheld,
        judged=judged,
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
            action=decision.action,
            rule=decision.rule,
            reason=decision.reason,
            moderator_name=display_name or username or "",
            at=decision.created_at,
            overturned_at=decision.overturned_at,
        )
        for decision, display_name, username in found
    )
