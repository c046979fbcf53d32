"""Reads that span features, for the screens here."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from community.companies.models import Company, CompanyState
from community.core import markup
from community.core.db import db
from community.topics.models import (
    CompanyFigures,
    Reply,
    Standing,
    Topic,
)
from community.topics.queries.shapes import Level, level

COMPANIES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company in the list of all. ``answered_share`` is 0 to 1, or None without questions."""

    slug: str
    name: str
    about: str
    state: CompanyState
    topic_count: int
    answered_share: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody has done at one company."""

    company_slug: str
    company_name: str
    level: Level
    reply_count: int
    solved_count: int


@dataclass(frozen=True, slots=True)
class Deeds:
    """What somebody has done in all."""

    topic_count: int
    reply_count: int
    solved_count: int
    places: tuple[Place, ...]


def companies_by_name(after: str = "", like: str = "") -> list[CompanyRow]:
    """Return companies by slug, beginning behind the slug ``after``, one more than shown.

    Args:
        like: keep names that hold these folded characters.
    """
    statement = (
        select(Company, CompanyFigures)
        .outerjoin(CompanyFigures, CompanyFigures.company_id == Company.id)
        .order_by(Company.slug)
        .limit(COMPANIES_SHOWN + 1)
    )
    if after:
        statement = statement.where(Company.slug > after)
    if like:
        statement = statement.where(Company.name_key.contains(like, autoescape=True))
    return [_company_row(company, figures) for company, figures in db.session.execute(statement)]


def busiest_companies(limit: int) -> list[CompanyRow]:
    """Return the companies with the most topics."""
    statement = (
        select(Company, CompanyFigures)
        .join(CompanyFigures, CompanyFigures.company_id == Company.id)
        .order_by(CompanyFigures.topic_count.desc(), Company.id)
        .limit(limit)
    )
    return [_company_row(company, figures) for company, figures in db.session.execute(statement)]


def deeds_of(user_id: int) -> Deeds:
    """Return what somebody has done, in all and company by company, most solved first."""
    places = db.session.execute(
        select(Company.slug, Company.name, Standing.reply_count, Standing.solved_count)
        .join(Company, Company.id == Standing.company_id)
        .where(Standing.user_id == user_id)
        .order_by(Standing.solved_count.desc(), Standing.reply_count.desc(), Company.id)
    ).all()
    topic_count = db.session.scalar(
        select(func.count())
        .select_from(Topic)
        .where(Topic.author_id == user_id, Topic.hidden_at.is_(None))
    )
    return Deeds(
        topic_count=topic_count or 0,
        reply_count=sum(place.reply_count for place in places),
        solved_count=sum(place.solved_count for place in places),
        places=tuple(
            Place(place.slug, place.name, level(place.solved_count), *place[2:]) for place in places
        ),
    )


def answered_by(user_id: int, limit: int) -> Sequence[int]:
    """Return the ids of other people's topics that somebody answered, newest answer first."""
    return db.session.scalars(
        select(Reply.topic_id)
        .join(Topic, Topic.id == Reply.topic_id)
        .where(
            Reply.author_id == user_id,
            Topic.author_id != user_id,
            Reply.parent_id.is_(None),
            Reply.hidden_at.is_(None),
            Topic.hidden_at.is_(None),
        )
        .group_by(Reply.topic_id)
        .order_by(func.max(Reply.created_at).desc(), Reply.topic_id.desc())
        .limit(limit)
    ).all()


def plain_bodies(topic_ids: Sequence[int]) -> dict[int, str]:
    """Return the words of these topics' texts, on one line each, for excerpts."""
    rows = db.session.execute(
        select(Topic.id, Topic.body_html).where(Topic.id.in_(list(topic_ids)))
    )
    return {row.id: markup.plain_text(row.body_html) for row in rows}


def _company_row(company: Company, figures: CompanyFigures | None) -> CompanyRow:
    asked = figures.asked_count if figures else 0
    return CompanyRow(
        slug=company.slug,
        name=company.name,
        about=company.about,
        state=company.state,
        topic_count=figures.topic_count if figures else 0,
        answered_share=figures.answered_count / asked if figures and asked else None,
    )
