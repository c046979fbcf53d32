"""Companies in lists, and what waits for an answer at each."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import ascii_lowercase
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select

from community.companies.models import Company, CompanyAlias, CompanyState, Product
from community.core.db import db
from community.core.paging import Page, page_of, seek
from community.topics.models import CompanyFigures

COMPANIES_SHOWN = 50
PRODUCTS_SHOWN = 10
OTHER_LETTERS = "other"  # digits, and scripts that are not ours


class CompanyOrder(enum.StrEnum):
    """What the list of companies is sorted by."""

    NAME = "name"
    TOPICS = "topics"  # the most topics first
    NEWEST = "newest"  # the page opened last comes first

    @property
    def key(self) -> type[Any]:
        """What stands in the cursors of such a list."""
        return {CompanyOrder.NAME: str, CompanyOrder.TOPICS: int}.get(self, datetime)


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company in the list of all. ``answered_share`` is 0 to 1, or None without questions."""

    id: int
    slug: str
    name: str
    name_key: str
    about: str
    state: CompanyState
    created_at: datetime
    topic_count: int
    asked_count: int
    answered_share: float | None


@dataclass(frozen=True, slots=True)
class ProductHit:
    """A product whose name holds what was looked for."""

    name: str
    slug: str
    company_name: str
    company_slug: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """What has come together here, over all companies. Shares rest on ``asked_count``."""

    topic_count: int
    asked_count: int
    answered_count: int
    solved_count: int


_TOPIC_COUNT = func.coalesce(CompanyFigures.topic_count, 0)
_ROWS = (
    select(
        Company.id,
        Company.slug,
        Company.name,
        Company.name_key,
        Company.about,
        Company.state,
        Company.created_at,
        _TOPIC_COUNT.label("topic_count"),
        func.coalesce(CompanyFigures.asked_count, 0).label("asked_count"),
        CompanyFigures.answered_count,
    )
    .outerjoin(CompanyFigures, CompanyFigures.company_id == Company.id)
    .where(Company.held_at.is_(None))
)
_SORTED_BY: dict[CompanyOrder, Any] = {
    CompanyOrder.NAME: Company.name_key,
    CompanyOrder.TOPICS: _TOPIC_COUNT,
    CompanyOrder.NEWEST: Company.created_at,
}
_PLACES: dict[CompanyOrder, Callable[[CompanyRow], tuple[Any, int]]] = {
    CompanyOrder.NAME: lambda row: (row.name_key, row.id),
    CompanyOrder.TOPICS: lambda row: (row.topic_count, row.id),
    CompanyOrder.NEWEST: lambda row: (row.created_at, row.id),
}


def companies_page(
    *,
    order: CompanyOrder = CompanyOrder.NAME,
    like: str = "",
    letter: str = "",
    after: tuple[object, int] | None = None,
    before: tuple[object, int] | None = None,
) -> Page[CompanyRow]:
    """Return a page of companies.

    Args:
        like: keep those of whose names, or of the other names they are known by, one holds
            these folded characters.
        letter: keep names that begin with it; `OTHER_LETTERS`: with none of a to z.
    """
    statement = seek(
        _ROWS.where(*_named(like), *_beginning(letter)),
        _SORTED_BY[order],
        Company.id,
        limit=COMPANIES_SHOWN,
        after=after,
        before=before,
        rising=order is CompanyOrder.NAME,
    )
    found = [_company_row(row) for row in db.session.execute(statement)]
    return page_of(found, limit=COMPANIES_SHOWN, place=_PLACES[order], after=after, before=before)


def busiest_companies(limit: int) -> list[CompanyRow]:
    """Return the companies with the most topics."""
    statement = _ROWS.order_by(_TOPIC_COUNT.desc(), Company.id).limit(limit)
    return [_company_row(row) for row in db.session.execute(statement)]


def letters() -> list[str]:
    """Return with which letters names begin, in order, `OTHER_LETTERS` last."""
    first = func.substr(Company.name_key, 1, 1)
    found = set(db.session.scalars(select(first).where(Company.held_at.is_(None)).distinct()))
    ours = sorted(found & set(ascii_lowercase))
    return [*ours, OTHER_LETTERS] if found - set(ours) else ours


def products_like(like: str) -> Sequence[ProductHit]:
    """Return the first products whose names hold these folded characters."""
    rows = db.session.execute(
        select(Product.name, Product.slug, Company.name, Company.slug)
        .join(Company, Company.id == Product.company_id)
        .where(
            Product.name_key.contains(like, autoescape=True),
            Product.retired_at.is_(None),
            Product.held_at.is_(None),
            Company.held_at.is_(None),
        )
        .order_by(Product.name_key, Product.id)
        .limit(PRODUCTS_SHOWN)
    )
    return [ProductHit(*row) for row in rows]


def numbers() -> Numbers:
    """Return what has come together at all companies, as last measured."""
    row = db.session.execute(
        select(
            func.sum(CompanyFigures.topic_count),
            func.sum(CompanyFigures.asked_count),
            func.sum(CompanyFigures.answered_count),
            func.sum(CompanyFigures.solved_count),
        ).where(CompanyFigures.topic_count > 0)
    ).one()
    return Numbers(*(int(number or 0) for number in row))


def waiting_by_company(limit: int) -> Sequence[tuple[Company, int]]:
    """Return where most questions and problems wait for an answer, with how many.

    As last measured: topics that wait cannot be counted each time the queue is looked at.
    """
    rows = db.session.execute(
        select(Company, CompanyFigures.waiting_count)
        .join(CompanyFigures, CompanyFigures.company_id == Company.id)
        .where(CompanyFigures.waiting_count > 0)
        .order_by(CompanyFigures.waiting_count.desc(), CompanyFigures.company_id.desc())
        .limit(limit)
    )
    return [(company, number) for company, number in rows]


def _named(like: str) -> tuple[ColumnElement[bool], ...]:
    if not like:
        return ()
    also = select(CompanyAlias.company_id).where(
        CompanyAlias.alias_key.contains(like, autoescape=True)
    )
    return (or_(Company.name_key.contains(like, autoescape=True), Company.id.in_(also)),)


def _beginning(letter: str) -> tuple[ColumnElement[bool], ...]:
    first = func.substr(Company.name_key, 1, 1)
    if letter == OTHER_LETTERS:
        return (first.not_in(list(ascii_lowercase)),)
    return (first == letter,) if letter else ()


def _company_row(row: Row[*tuple[Any, ...]]) -> CompanyRow:
    return CompanyRow(
        id=row.id,
        slug=row.slug,
        name=row.name,
        name_key=row.name_key,
        about=row.about,
        state=row.state,
        created_at=row.created_at,
        topic_count=row.topic_count,
        asked_count=row.asked_count,
        answered_share=row.answered_count / row.asked_count if row.asked_count else None,
    )
