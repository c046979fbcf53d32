"""Reads of companies, products and mandates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from community.companies.hosts import registrable_part
from community.companies.models import Company, CompanyState, Mandate, Product
from community.core import clock
from community.core.db import db
from community.core.names import folded

NEAR = 0.8  # likeness of two names (Ratcliff-Obershelp, 0 to 1) from which we ask
NEAR_SHOWN = 5
_FORMS = frozenset(
    [
        "ab",
        "ag",
        "as",
        "bv",
        "co",
        "company",
        "corp",
        "corporation",
        "gmbh",
        "group",
        "inc",
        "kg",
        "limited",
        "llc",
        "ltd",
        "nv",
        "oy",
        "plc",
        "pt",
        "sa",
        "sarl",
        "se",
        "spa",
        "srl",
        "tbk",
        "the",
    ]
)  # what a company's name may end or begin with, and people leave out


@dataclass(frozen=True, slots=True)
class NearCompany:
    """A page that may be the one somebody is about to open."""

    id: int
    slug: str
    name: str
    state: CompanyState
    website_host: str | None
    same_host: bool
    likeness: float  # of the names, 0 to 1


def by_slug(slug: str) -> Company | None:
    """Return the company at this address."""
    return db.session.scalar(select(Company).where(Company.slug == slug))


def by_id(company_id: int) -> Company | None:
    """Return the company with this id."""
    return db.session.get(Company, company_id)


def by_ids(company_ids: Iterable[int]) -> Sequence[Company]:
    """Return the companies with these ids, in no order."""
    return db.session.scalars(select(Company).where(Company.id.in_(list(company_ids)))).all()


def by_host(host: str) -> Company | None:
    """Return the company with this website host."""
    return db.session.scalar(select(Company).where(Company.website_host == host))


def by_name(name: str) -> Company | None:
    """Return the company of this name, however it is capitalised; the first, if there are two."""
    same = select(Company).where(Company.name_key == folded(name))
    return db.session.scalar(same.order_by(Company.id).limit(1))


def near(name: str, host: str | None = None) -> list[NearCompany]:
    """Return the pages that may already be the one for ``name`` or ``host``, likeliest first."""
    key = _core(name)
    rows = db.session.execute(
        select(
            Company.id,
            Company.slug,
            Company.name,
            Company.name_key,
            Company.state,
            Company.website_host,
        )
    )
    found = [
        NearCompany(
            row.id,
            row.slug,
            row.name,
            row.state,
            row.website_host,
            _same(row.website_host, host),
            _likeness(key, _core(row.name_key)),
        )
        for row in rows
    ]
    found = [one for one in found if one.same_host or one.likeness >= NEAR]
    found.sort(key=lambda one: (not one.same_host, -one.likeness, one.name))
    return found[:NEAR_SHOWN]


def products_of(company_id: int) -> Sequence[Product]:
    """Return the products of a company that are still made, parents before their versions."""
    return db.session.scalars(
        select(Product)
        .where(Product.company_id == company_id, Product.retired_at.is_(None))
        .order_by(Product.parent_id.is_not(None), Product.name)
    ).all()


def product_by_slug(company_id: int, slug: str) -> Product | None:
    """Return the product at this address of a company."""
    return db.session.scalar(
        select(Product).where(Product.company_id == company_id, Product.slug == slug)
    )


def product_by_name(company_id: int, name: str) -> Product | None:
    """Return the product of this name, however it is capitalised."""
    return db.session.scalar(
        select(Product).where(Product.company_id == company_id, Product.name_key == folded(name))
    )


def near_products(company_id: int, name: str) -> list[Product]:
    """Return the company's products whose name is like ``name``, likeliest first."""
    key = folded(name)
    scored = [
        (_likeness(key, product.name_key), product)
        for product in db.session.scalars(select(Product).where(Product.company_id == company_id))
    ]
    scored = sorted((one for one in scored if one[0] >= NEAR), key=lambda one: -one[0])
    return [product for _likeness_, product in scored[:NEAR_SHOWN]]


def mandate_of(user_id: int, company_id: int) -> Mandate | None:
    """Return the mandate under which somebody may speak for a company just now, if any."""
    mandate = db.session.get(Mandate, (company_id, user_id))
    return mandate if mandate is not None and mandate.is_valid(clock.now()) else None


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


def _core(name: str) -> str:
    """Return the words of a name that tell companies apart."""
    words = folded(name).replace(".", "").replace(",", " ").split()
    return " ".join(word for word in words if word not in _FORMS) or folded(name)


def _likeness(one: str, other: str) -> float:
    """Return how alike two keys are; a name within the other at a word's edge counts as near."""
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) > 2 and f" {shorter} " in f" {longer} ":
        return 0.9
    matcher = SequenceMatcher(None, one, other)
    if matcher.real_quick_ratio() < NEAR or matcher.quick_ratio() < NEAR:
        return 0.0
    return matcher.ratio()


def _same(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return False
    return registrable_part(one) == registrable_part(other)
