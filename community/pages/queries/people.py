"""What people know: where they help, what they answer, which answers helped most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, or_, select, tuple_

from community.accounts.models import User
from community.companies.models import Company, Mandate, Product
from community.core import clock
from community.core.db import db
from community.core.paging import Page, Place, page_of
from community.topics.models import (
    OfficialAnswer,
    Reply,
    Standing,
    Tag,
    Topic,
    TopicKind,
    TopicProduct,
    TopicTag,
    slug_of,
)
from community.topics.queries import Helper, excerpt
from community.topics.queries.lists import OPENING
from community.topics.queries.shapes import Level, level

PEOPLE_SHOWN = 50
KNOWN_SHOWN = 12  # products, and tags, of one person


@dataclass(frozen=True, slots=True)
class AtCompany:
    """What somebody has done at one company."""

    company_slug: str
    company_name: str
    level: Level
    reply_count: int
    solved_count: int


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """A product of which somebody has solved topics."""

    slug: str
    name: str
    company_slug: str
    company_name: str
    solved_count: int


@dataclass(frozen=True, slots=True)
class KnownTag:
    """A tag of topics that somebody has answered."""

    slug: str
    topic_count: int


@dataclass(frozen=True, slots=True)
class Deeds:
    """What somebody has done in all. ``helped_count``: "this fixed it" by who then need not ask."""

    topic_count: int
    reply_count: int
    solved_count: int
    helped_count: int
    places: tuple[AtCompany, ...]
    products: tuple[KnownProduct, ...]
    tags: tuple[KnownTag, ...]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer in a list, with the topic it is to."""

    id: int
    topic_title: str
    topic_kind: TopicKind
    topic_id: int
    topic_slug: str
    language: str | None  # of the topic
    company_name: str
    company_slug: str
    excerpt: str  # plain text
    created_at: datetime
    is_official: bool
    accepted_count: int
    worked_count: int
    helped_count: int


_ANSWERS: Select[*tuple[Any, ...]] = (
    select(
        Reply.id,
        Reply.topic_id,
        Topic.title,
        Topic.language,
        Topic.kind,
        Company.name.label("company_name"),
        Company.slug.label("company_slug"),
        func.substr(Reply.body_html, 1, OPENING).label("opening"),
        Reply.created_at,
        exists().where(OfficialAnswer.reply_id == Reply.id).label("is_official"),
        Reply.accepted_count,
        Reply.worked_count,
        Reply.helped_count,
    )
    .join(Topic, Topic.id == Reply.topic_id)
    .join(Company, Company.id == Topic.company_id)
)


def deeds_of(user_id: int) -> Deeds:
    """Return what somebody has done, in all and place by place, most solved first."""
    places = db.session.execute(
        select(Company.slug, Company.name, Standing.reply_count, Standing.solved_count)
        .join(Company, Company.id == Standing.company_id)
        .where(Standing.user_id == user_id, Standing.reply_count > 0)
        .order_by(Standing.solved_count.desc(), Standing.reply_count.desc(), Company.id)
    ).all()
    asked = select(func.count()).where(Topic.author_id == user_id, Topic.hidden_at.is_(None))
    helped = select(func.coalesce(func.sum(Reply.helped_count), 0)).where(
        Reply.author_id == user_id, Reply.hidden_at.is_(None)
    )
    topic_count, helped_count = db.session.execute(
        select(asked.scalar_subquery(), helped.scalar_subquery())
    ).one()
    return Deeds(
        topic_count=topic_count,
        reply_count=sum(place.reply_count for place in places),
        solved_count=sum(place.solved_count for place in places),
        helped_count=int(helped_count),
        places=tuple(
            AtCompany(place.slug, place.name, level(place.solved_count), *place[2:])
            for place in places
        ),
        products=_products_of(user_id),
        tags=_tags_of(user_id),
    )


def answers_of(
    user_id: int, *, after: Place | None = None, before: Place | None = None, limit: int
) -> Page[AnswerRow]:
    """Return a page of somebody's answers to others, the newest first."""
    before = None if after else before
    key = tuple_(Reply.created_at, Reply.id)
    chosen = select(Reply.id).join(Topic, Topic.id == Reply.topic_id).where(*_answers_by(user_id))
    if place := after or before:
        chosen = chosen.where(key > tuple_(*place) if before else key < tuple_(*place))
    order = (
        (Reply.created_at.asc(), Reply.id.asc())
        if before
        else (Reply.created_at.desc(), Reply.id.desc())
    )
    page = chosen.order_by(*order).limit(limit + 1).subquery()
    rows = db.session.execute(_ANSWERS.join(page, page.c.id == Reply.id).order_by(*order))
    return page_of(
        [_answer_row(row) for row in rows],
        limit=limit,
        place=lambda row: (row.created_at, row.id),
        after=after,
        before=before,
    )


def best_answers_of(user_id: int, limit: int) -> list[AnswerRow]:
    """Return the answers of somebody that helped most people, if any helped anybody."""
    helped = Reply.accepted_count + Reply.worked_count + Reply.helped_count
    order = (helped.desc(), Reply.created_at.desc(), Reply.id.desc())
    page = (
        select(Reply.id)
        .join(Topic, Topic.id == Reply.topic_id)
        .where(*_answers_by(user_id), helped > 0)
        .order_by(*order)
        .limit(limit)
        .subquery()
    )
    rows = db.session.execute(_ANSWERS.join(page, page.c.id == Reply.id).order_by(*order))
    return [_answer_row(row) for row in rows]


def top_helpers(company_id: int | None = None) -> list[tuple[Helper, str]]:
    """Return who solved most, in all or at a company, with whom they speak for, or ""."""
    solved, replies = func.sum(Standing.solved_count), func.sum(Standing.reply_count)
    most = (
        select(Standing.user_id, solved.label("solved"), replies.label("replies"))
        .join(User, User.id == Standing.user_id)
        .where(User.deleted_at.is_(None), User.source_key.is_(None) | User.email.is_not(None))
        .group_by(Standing.user_id)
        .having(solved > 0)
        .order_by(solved.desc(), replies.desc(), Standing.user_id)
        .limit(PEOPLE_SHOWN)
    )
    if company_id is not None:
        most = most.where(Standing.company_id == company_id)
    found = most.subquery()
    rows = db.session.execute(
        select(User.id, User.username, User.display_name, found.c.solved, found.c.replies)
        .join(found, found.c.user_id == User.id)
        .order_by(found.c.solved.desc(), found.c.replies.desc(), User.id)
    ).all()
    speaks_for = _speaking([row.id for row in rows])
    return [
        (
            Helper(
                user_id=row.id,
                username=row.username,
                name=row.display_name or row.username,
                level=level(row.solved) if company_id is not None else "member",
                solved_count=int(row.solved),
                reply_count=int(row.replies),
                speaks_for_company=row.id in speaks_for,
            ),
            speaks_for.get(row.id, ""),
        )
        for row in rows
    ]


def _speaking(user_ids: Sequence[int]) -> dict[int, str]:
    """Return for which company each of these people speaks now, of those who do."""
    now = clock.now()
    rows = db.session.execute(
        select(Mandate.user_id, func.min(Company.name))
        .join(Company, Company.id == Mandate.company_id)
        .where(
            Mandate.user_id.in_(user_ids),
            Mandate.since <= now,
            or_(Mandate.valid_until.is_(None), Mandate.valid_until > now),
        )
        .group_by(Mandate.user_id)
    )
    return {row[0]: row[1] for row in rows}


def _products_of(user_id: int) -> tuple[KnownProduct, ...]:
    solved = func.count(Topic.id.distinct())
    rows = db.session.execute(
        select(Product.slug, Product.name, Company.slug, Company.name, solved)
        .select_from(Reply)
        .join(Topic, Topic.id == Reply.topic_id)
        .join(TopicProduct, TopicProduct.topic_id == Topic.id)
        .join(Product, Product.id == TopicProduct.product_id)
        .join(Company, Company.id == Product.company_id)
        .where(*_answers_by(user_id), Reply.accepted_count > 0)
        .group_by(Product.id, Company.id)
        .order_by(solved.desc(), Product.id)
        .limit(KNOWN_SHOWN)
    )
    return tuple(KnownProduct(*row) for row in rows)


def _tags_of(user_id: int) -> tuple[KnownTag, ...]:
    topics = func.count(Topic.id.distinct())
    rows = db.session.execute(
        select(Tag.slug, topics)
        .select_from(Reply)
        .join(Topic, Topic.id == Reply.topic_id)
        .join(TopicTag, TopicTag.topic_id == Topic.id)
        .join(Tag, Tag.id == TopicTag.tag_id)
        .where(*_answers_by(user_id))
        .group_by(Tag.id)
        .order_by(topics.desc(), Tag.slug)
        .limit(KNOWN_SHOWN)
    )
    return tuple(KnownTag(*row) for row in rows)


def _answers_by(user_id: int) -> tuple[Any, ...]:
    """Return the conditions on what somebody answered to others, of `Reply` and its `Topic`."""
    return (
        Reply.author_id == user_id,
        Topic.author_id != user_id,
        and_(Reply.parent_id.is_(None), Reply.hidden_at.is_(None)),
        Topic.hidden_at.is_(None),
    )


def _answer_row(row: Row[*tuple[Any, ...]]) -> AnswerRow:
    return AnswerRow(
        id=row.id,
        topic_title=row.title,
        topic_kind=row.kind,
        topic_id=row.topic_id,
        topic_slug=slug_of(row.title),
        language=row.language,
        company_name=row.company_name,
        company_slug=row.company_slug,
        excerpt=excerpt(row.opening),
        created_at=row.created_at,
        is_official=bool(row.is_official),
        accepted_count=row.accepted_count,
        worked_count=row.worked_count,
        helped_count=row.helped_count,
    )
