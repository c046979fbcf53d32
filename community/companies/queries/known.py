"""Companies, their names, products and speakers, by what is known of them.

Pages that nobody may see yet (`Company.held_at`) are found where it says so only.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import joinedload

from community.companies.models import Company, CompanyAlias, Mandate, Product
from community.core import clock
from community.core.db import db
from community.core.names import folded
from community.core.sql import find


def by_slug(slug: str) -> Company | None:
    """Return the company at this address."""
    return db.session.scalar(select(Company).where(Company.slug == slug, Company.held_at.is_(None)))


def is_slug_taken(slug: str) -> bool:
    """Tell whether a company, in sight or held, has this address."""
    return db.session.scalar(select(exists().where(Company.slug == slug))) or False


def by_id(company_id: int | None) -> Company | None:
    """Return the company with this id."""
    return find(Company, company_id)


def by_ids(company_ids: Iterable[int]) -> Sequence[Company]:
    """Return the companies with these ids, in no order."""
    return db.session.scalars(select(Company).where(Company.id.in_(list(company_ids)))).all()


def by_host(host: str) -> Company | None:
    """Return the company with this website host, in sight or held."""
    return db.session.scalar(select(Company).where(Company.website_host == host))


def by_name(name: str) -> Company | None:
    """Return the company of this name, however it is capitalised; the first, if there are two."""
    same = select(Company).where(Company.name_key == folded(name), Company.held_at.is_(None))
    return db.session.scalar(same.order_by(Company.id).limit(1))


def all_by_name(name: str) -> Sequence[Company]:
    """Return the companies of this name, in sight or held, in any capitals, oldest first."""
    return db.session.scalars(
        select(Company).where(Company.name_key == folded(name)).order_by(Company.id)
    ).all()


def aliases_of(company_id: int) -> Sequence[CompanyAlias]:
    """Return the other names of a company, in the order in which they were added."""
    return db.session.scalars(
        select(CompanyAlias)
        .where(CompanyAlias.company_id == company_id)
        .order_by(CompanyAlias.created_at, CompanyAlias.id)
    ).all()


def products_of(company_id: int) -> Sequence[Product]:
    """Return the products of a company that are still made, parents before their versions."""
    return db.session.scalars(
        select(Product)
        .where(
            Product.company_id == company_id,
            Product.retired_at.is_(None),
            Product.held_at.is_(None),
        )
        .order_by(Product.parent_id.is_not(None), Product.name)
    ).all()


def product_by_slug(company_id: int, slug: str) -> Product | None:
    """Return the product at this address of a company."""
    return db.session.scalar(
        select(Product).where(
            Product.company_id == company_id, Product.slug == slug, Product.held_at.is_(None)
        )
    )


def is_product_slug_taken(company_id: int, slug: str) -> bool:
    """Tell whether a product of a company, in sight or held, has this address."""
    taken = exists().where(Product.company_id == company_id, Product.slug == slug)
    return db.session.scalar(select(taken)) or False


def product_by_name(company_id: int, name: str) -> Product | None:
    """Return the product of this name, in sight or held, however it is capitalised."""
    return db.session.scalar(
        select(Product).where(Product.company_id == company_id, Product.name_key == folded(name))
    )


def mandate_of(user_id: int, company_id: int, at: datetime | None = None) -> Mandate | None:
    """Return the mandate under which somebody may speak for a company, if any.

    Args:
        at: when; None for just now.
    """
    mandate = db.session.get(Mandate, (company_id, user_id))
    return mandate if mandate is not None and mandate.is_valid(at or clock.now()) else None


def speakers_of(company_id: int) -> Sequence[Mandate]:
    """Return who speaks for a company now, the longest first, with their accounts."""
    now = clock.now()
    return db.session.scalars(
        select(Mandate)
        .where(
            Mandate.company_id == company_id,
            Mandate.since <= now,
            or_(Mandate.valid_until.is_(None), Mandate.valid_until > now),
        )
        .options(joinedload(Mandate.user))
        .order_by(Mandate.since, Mandate.user_id)
    ).all()
