"""What somebody searches for, as the addresses of searches say it."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from community.companies import queries as companies
from community.companies.models import Company, Product
from community.search import Filters, Order
from community.topics.models import (
    LANGUAGE_MAX,
    QUERY_MAX,
    SEARCH_NAME_MAX,
    TAG_MAX,
    SavedSearch,
    TopicKind,
    TopicStatus,
)


@dataclass(frozen=True)
class Asked:
    """What an address asks for, with the rows that its filters name."""

    text: str
    filters: Filters
    company: Company | None
    product: Product | None
    order: Order
    exact: bool  # search for what was typed, however it is spelt

    def values(self) -> dict[str, Any]:
        """Return it as an address says it."""
        company = self.company.slug if self.company else None
        product = self.product.slug if self.product else None
        order = self.order.value if self.order is not Order.BEST else None
        return address_values(self.text, self.filters, company, product) | {"sort": order}

    def url(self, **changes: str | int | None) -> str:
        """Return the address of this search with something changed, back on its first page."""
        return url_for("pages.search", **(self.values() | changes))

    @property
    def name(self) -> str:
        """What it may be called: its words and what it is narrowed to."""
        things = (self.company, self.product)
        names = (self.text, *(thing.name for thing in things if thing), self.filters.tag)
        return " · ".join(name for name in names if name)[:SEARCH_NAME_MAX]

    @property
    def is_narrowed(self) -> bool:
        """Tell whether it is narrowed to anything."""
        return self.filters != Filters()

    @property
    def is_anything(self) -> bool:
        """Tell whether it looks for anything in particular."""
        return bool(self.text) or self.is_narrowed


def read_address() -> Asked:
    """Read the address; what it names and is not there is no filter."""
    args = request.form if request.method == "POST" else request.args
    company = companies.by_slug(args.get("company", ""))
    product = companies.product_by_slug(company.id, args.get("product", "")) if company else None
    return Asked(
        text=args.get("q", "").strip()[:QUERY_MAX],
        filters=Filters(
            company_id=company.id if company else None,
            product_id=product.id if product else None,
            kind=args.get("kind", "") if args.get("kind") in set(TopicKind) else "",
            status=args.get("status", "") if args.get("status") in set(TopicStatus) else "",
            tag=_word(args.get("tag", ""), TAG_MAX),
            language=_word(args.get("language", ""), LANGUAGE_MAX),
            has_official="official" in args,
            has_accepted="accepted" in args,
            is_unanswered="unanswered" in args,
        ),
        company=company,
        product=product,
        order=Order(args.get("sort", "")) if args.get("sort") in set(Order) else Order.BEST,
        exact="exact" in args,
    )


def address_values(
    text: str, filters: Filters | SavedSearch, company_slug: str | None, product_slug: str | None
) -> dict[str, Any]:
    """Return a search as `read_address` reads it. What narrows nothing is None."""
    return {
        "q": text or None,
        "company": company_slug,
        "product": product_slug,
        "kind": filters.kind or None,
        "status": filters.status or None,
        "tag": filters.tag or None,
        "language": filters.language or None,
        "official": "1" if filters.has_official else None,
        "accepted": "1" if filters.has_accepted else None,
        "unanswered": "1" if filters.is_unanswered else None,
    }


def _word(value: str, longest: int) -> str:
    """Return a word of an address; one that is too long or unprintable is none."""
    return value if len(value) <= longest and value.isprintable() else ""
