"""The search page: hits with their words marked, facets, and a correction."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from community import search
from community.companies import queries as companies
from community.companies.models import Company, Product
from community.core.errors import SearchUnavailable
from community.pages import queries
from community.pages.views import bp
from community.search import Filters, Piece, Results
from community.topics import queries as topics
from community.topics.models import TopicKind, TopicStatus
from community.topics.queries import TopicRow
from community.web.limits import SEARCH, limiter

PER_PAGE = 20  # hits
PAGE_MAX = 50  # pages; whoever needs more narrows the search
QUERY_MAX = 300  # characters that are searched for
FACET_MAX = 12  # options of one facet


class Option(NamedTuple):
    """One way to narrow a search, as the macro `facet` takes it."""

    url: str
    label: str
    number: int
    is_chosen: bool


@dataclass(frozen=True)
class Hit:
    """A topic with the found words marked."""

    topic: TopicRow
    title: list[Piece]
    excerpt: list[Piece]


@dataclass(frozen=True)
class Narrowed:
    """What an address asks for, with the rows it names."""

    text: str
    company: Company | None
    product: Product | None
    kind: str
    status: str
    official: bool
    accepted: bool

    def filters(self) -> Filters:
        """Return it as the index takes it."""
        return Filters(
            company_id=self.company.id if self.company else None,
            product_id=self.product.id if self.product else None,
            kind=self.kind,
            status=self.status,
            has_official=self.official,
            has_accepted=self.accepted,
        )

    def url(self, **changes: object) -> str:
        """Return the address of this search with something changed, back on its first page."""
        values: dict[str, object] = {
            "q": self.text or None,
            "company": self.company.slug if self.company else None,
            "product": self.product.slug if self.product else None,
            "kind": self.kind or None,
            "status": self.status or None,
            "official": 1 if self.official else None,
            "accepted": 1 if self.accepted else None,
        }
        return url_for("pages.search", **(values | changes))  # type: ignore[arg-type] # plain values


@bp.get("/search", endpoint="search")
@limiter.limit(SEARCH)
def find() -> ResponseReturnValue:
    """Search all topics; without words, list them by their latest activity."""
    asked = _asked()
    page = _page_number()
    try:
        results = search.index().search(asked.text, asked.filters(), page=page, limit=PER_PAGE)
    except SearchUnavailable:
        return render_template("pages/search_off.html", asked=asked), 503
    return render_template(
        "pages/search.html",
        asked=asked,
        results=results,
        hits=_hits(results, asked.text),
        facets=_facets(results, asked),
        newer=asked.url(page=page - 1) if page > 1 else None,
        older=asked.url(page=page + 1) if page < min(results.page_count, PAGE_MAX) else None,
        first=(page - 1) * PER_PAGE + 1,
    )


def _asked() -> Narrowed:
    """Read the address; what it names and is not there is no filter."""
    args = request.args
    company = companies.by_slug(args.get("company", ""))
    product = companies.product_by_slug(company.id, args.get("product", "")) if company else None
    return Narrowed(
        text=args.get("q", "").strip()[:QUERY_MAX],
        company=company,
        product=product,
        kind=args.get("kind", "") if args.get("kind") in set(TopicKind) else "",
        status=args.get("status", "") if args.get("status") in set(TopicStatus) else "",
        official="official" in args,
        accepted="accepted" in args,
    )


def _page_number() -> int:
    word = request.args.get("page", "1")
    number = int(word) if word.isascii() and word.isdecimal() and len(word) < 4 else 1
    return max(1, min(number, PAGE_MAX))


def _hits(results: Results, text: str) -> list[Hit]:
    rows = topics.rows_for([match.topic_id for match in results.matches])
    bodies = queries.plain_bodies([row.id for row in rows])
    return [
        Hit(
            row,
            title=search.highlight(row.title, text),
            excerpt=search.excerpt(bodies[row.id], text),
        )
        for row in rows
    ]


def _facets(results: Results, asked: Narrowed) -> dict[str, list[Option]]:
    """Return the options of each facet; a chosen one leads to the search without it."""
    facets = results.facets
    return {
        "company": _companies(results, asked),
        "product": _products(results, asked),
        "kind": [
            Option(
                asked.url(kind=None if kind == asked.kind else kind), kind, n, kind == asked.kind
            )
            for kind, n in facets.kinds.items()
        ],
        "status": [
            Option(
                asked.url(status=None if status == asked.status else status),
                status,
                n,
                status == asked.status,
            )
            for status, n in facets.statuses.items()
        ],
        "answer": [
            Option(
                asked.url(official=None if asked.official else 1),
                "official",
                facets.official,
                asked.official,
            ),
            Option(
                asked.url(accepted=None if asked.accepted else 1),
                "accepted",
                facets.accepted,
                asked.accepted,
            ),
        ],
    }


def _companies(results: Results, asked: Narrowed) -> list[Option]:
    counts = dict(list(results.facets.companies.items())[:FACET_MAX])
    without_product = replace(asked, product=None)
    return [
        Option(
            without_product.url(company=None if one == asked.company else one.slug),
            one.name,
            counts[one.id],
            one == asked.company,
        )
        for one in sorted(companies.by_ids(counts), key=lambda one: -counts[one.id])
    ]


def _products(results: Results, asked: Narrowed) -> list[Option]:
    if asked.company is None:
        return []
    counts = results.facets.products
    found = [one for one in companies.products_of(asked.company.id) if one.id in counts]
    return [
        Option(
            asked.url(product=None if one == asked.product else one.slug),
            one.name,
            counts[one.id],
            one == asked.product,
        )
        for one in sorted(found, key=lambda one: -counts[one.id])[:FACET_MAX]
    ]
