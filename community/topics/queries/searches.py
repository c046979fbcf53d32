"""The searches that somebody keeps."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from community.companies.models import Company, Product
from community.core.db import db
from community.search import Filters
from community.topics.models import SavedSearch, TopicKind, TopicStatus


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


def kept_search(user_id: int, words: str, filters: Filters) -> SavedSearch | None:
    """Return the search that somebody keeps for the same words, narrowed to the same."""
    same = columns_of(words, filters)
    return db.session.scalar(select(SavedSearch).filter_by(user_id=user_id, **same))


def columns_of(words: str, filters: Filters) -> dict[str, Any]:
    """Return what a search looks for as a `SavedSearch` keeps it."""
    return asdict(filters) | {
        "text": words,
        "kind": TopicKind(filters.kind) if filters.kind else None,
        "status": TopicStatus(filters.status) if filters.status else None,
    }
