"""The searches that somebody keeps."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from community.companies.models import Company, Product
from community.core.db import db
from community.topics.models import SavedSearch


@dataclass(frozen=True, slots=True)
class KeptSearch:
    """A search that somebody keeps, with the names of what it is narrowed to."""

    search: SavedSearch
    company_slug: str | None
    company_name: str | None
    product_slug: str | None
    product_name: str | None


def searches_of(user_id: int) -> Sequence[KeptSearch]:
    """Return the searches that somebody keeps, the newest first."""
    rows = db.session.execute(
        select(SavedSearch, Company.slug, Company.name, Product.slug, Product.name)
        .outerjoin(Company, Company.id == SavedSearch.company_id)
        .outerjoin(Product, Product.id == SavedSearch.product_id)
        .where(SavedSearch.user_id == user_id)
        .order_by(SavedSearch.id.desc())
    )
    return [KeptSearch(*row) for row in rows]
