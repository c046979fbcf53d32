"""The search page: hits with their words marked, ways to narrow and to widen, a correction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from babel import Locale
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from community import search
from community.accounts.sessions import actor
from community.companies import queries as companies
from community.companies.models import Company, Product
from community.core.errors import SearchUnavailable
from community.core.sql import ROW_ID_MAX
from community.core.text import whole_number
from community.pages import queries
from community.pages.views import bp
from community.pages.views.listing import Tab
from community.search import NOT_SAID, Filters, Order, Piece, Results
from community.topics import queries as topics
from community.topics.models import (
    LANGUAGE_MAX,
    QUERY_MAX,
    SEARCH_NAME_MAX,
    TAG_MAX,
    TopicKind,
    TopicStatus,
)
from community.topics.queries import TopicRow, Wanted
from community.web.limits import SEARCH, limiter

PER_PAGE = 20  # hits
PAGE_MAX = 50  # pages; whoever needs more narrows the search
FACET_MAX = 12  # options of one facet
NARROWED_BY = (
    "company",
    "product",
    "kind",
    "status",
    "tag",
    "language",
    "official",
    "accepted",
    "unanswered",
)


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
    company: Company | None = None
    product: Product | None = None
    kind: str = ""
    status: str = ""
    tag: str = ""
    language: str = ""
    official: bool = False
    accepted: bool = False
    unanswered: bool = False
    order: Order = Order.BEST
    exact: bool = False  # search for what was typed, however it is spelt

    def filters(self) -> Filters:
        """Return it as the index takes it."""
        return Filters(
            company_id=self.company.id if self.company else None,
            product_id=self.product.id if self.product else None,
            kind=self.kind,
            status=self.status,
            tag=self.tag,
            language=self.language,
            has_official=self.official,
            has_accepted=self.accepted,
            is_unanswered=self.unanswered,
        )

    def wanted(self) -> Wanted:
        """Return it as it is kept."""
        return Wanted(
            text=self.text,
            company_id=self.company.id if self.company else None,
            product_id=self.product.id if self.product else None,
            kind=TopicKind(self.kind) if self.kind else None,
            status=TopicStatus(self.status) if self.status else None,
            tag=self.tag,
            language=self.language,
            has_official=self.official,
            has_accepted=self.accepted,
            is_unanswered=self.unanswered,
        )

    def values(self) -> dict[str, str | None]:
        """Return it as an address says it."""
        return {
            "q": self.text or None,
            "company": self.company.slug if self.company else None,
            "product": self.product.slug if self.product else None,
            "kind": self.kind or None,
            "status": self.status or None,
            "tag": self.tag or None,
            "language": self.language or None,
            "official": "1" if self.official else None,
            "accepted": "1" if self.accepted else None,
            "unanswered": "1" if self.unanswered else None,
            "sort": self.order.value if self.order is not Order.BEST else None,
        }

    def url(self, **changes: str | int | None) -> str:
        """Return the address of this search with something changed, back on its first page."""
        return url_for("pages.search", **(self.values() | changes))  # type: ignore[arg-type] # words

    @property
    def name(self) -> str:
        """What it may be called: its words and what it is narrowed to."""
        things = (self.company, self.product)
        names = (self.text, *(thing.name for thing in things if thing), self.tag)
        return " · ".join(name for name in names if name)[:SEARCH_NAME_MAX]

    @property
    def is_narrowed(self) -> bool:
        """Tell whether it is narrowed to anything."""
        return self.filters() != Filters()

    @property
    def is_anything(self) -> bool:
        """Tell whether it looks for anything in particular."""
        return bool(self.text) or self.is_narrowed


@dataclass(frozen=True)
class Refused:
    """What somebody wanted to call a search that they keep, and why it cannot be called so."""

    name: str
    tells: bool
    why: str


@bp.get("/search", endpoint="search")
@limiter.limit(SEARCH)
def find() -> ResponseReturnValue:
    """Search all topics; without words, list them by their latest activity."""
    return page_of(read_address())


def page_of(asked: Narrowed, refused: Refused | None = None) -> ResponseReturnValue:
    """Return the page with what was found.

    Args:
        refused: what was typed to keep this search by, to be typed again.
    """
    page = _page_number()
    try:
        results, meant = _found(asked, page)
        elsewhere = _elsewhere(asked) if not results.total else 0
    except SearchUnavailable:
        return render_template("pages/search_off.html", asked=asked), 503
    reader = actor()
    shown = render_template(
        "pages/search.html",
        asked=asked,
        refused=refused,
        results=results,
        meant=meant,
        elsewhere=elsewhere,
        named=companies.named(asked.text) if asked.text and not asked.company else (),
        hits=_hits(results, meant or asked.text),
        facets=_facets(results, asked),
        chips=_chips(asked),
        orders=_orders(asked),
        kept=topics.kept_search(reader.id, asked.wanted()) if reader else None,
        newer=asked.url(page=page - 1) if page > 1 else None,
        older=asked.url(page=page + 1) if page < min(results.page_count, PAGE_MAX) else None,
        first=(page - 1) * PER_PAGE + 1,
    )
    return shown, 422 if refused else 200


def read_address() -> Narrowed:
    """Read the address; what it names and is not there is no filter."""
    args = request.form if request.method == "POST" else request.args
    company = companies.by_slug(args.get("company", ""))
    product = companies.product_by_slug(company.id, args.get("product", "")) if company else None
    return Narrowed(
        text=args.get("q", "").strip()[:QUERY_MAX],
        company=company,
        product=product,
        kind=args.get("kind", "") if args.get("kind") in set(TopicKind) else "",
        status=args.get("status", "") if args.get("status") in set(TopicStatus) else "",
        tag=_word(args.get("tag", ""), TAG_MAX),
        language=_word(args.get("language", ""), LANGUAGE_MAX),
        official="official" in args,
        accepted="accepted" in args,
        unanswered="unanswered" in args,
        order=Order(args.get("sort", "")) if args.get("sort") in set(Order) else Order.BEST,
        exact="exact" in args,
    )


def language_name(code: str) -> str:
    """Return what the reader calls a language; the code itself if nobody has a name for it."""
    if code == NOT_SAID:
        return str(_("not said"))
    locale = get_locale() or Locale("en")
    return str(locale.languages.get(code, code))


def _word(value: str, longest: int) -> str:
    """Return a word of an address; one that is too long or unprintable is none."""
    return value if len(value) <= longest and value.isprintable() else ""


def _page_number() -> int:
    return min(whole_number(request.args.get("page"), most=ROW_ID_MAX) or 1, PAGE_MAX)


def _found(asked: Narrowed, page: int) -> tuple[Results, str]:
    """Return what was found, and the words that were meant if those that were typed find nothing."""
    index = search.index()
    results = index.search(
        asked.text, asked.filters(), order=asked.order, page=page, limit=PER_PAGE
    )
    if results.total or not results.correction or asked.exact:
        return results, ""
    corrected = index.search(
        results.correction, asked.filters(), order=asked.order, page=page, limit=PER_PAGE
    )
    return (corrected, results.correction) if corrected.total else (results, "")


def _elsewhere(asked: Narrowed) -> int:
    """Return how many topics hold the words when the search is narrowed to nothing."""
    return search.index().search(asked.text, limit=1).total if asked.is_narrowed else 0


def _hits(results: Results, text: str) -> list[Hit]:
    rows = topics.rows_for([match.topic_id for match in results.matches])
    bodies = queries.plain_bodies([row.id for row in rows]) if rows else {}
    return [
        Hit(
            row,
            title=search.highlight(row.title, text),
            excerpt=search.excerpt(bodies[row.id], text),
        )
        for row in rows
    ]


def _chips(asked: Narrowed) -> list[tuple[str, str, str]]:
    """Return what the search is narrowed to: which filter, its value, the address without it."""
    labels = {
        "company": asked.company.name if asked.company else "",
        "product": asked.product.name if asked.product else "",
        "kind": asked.kind,
        "status": asked.status,
        "tag": asked.tag,
        "language": language_name(asked.language) if asked.language else "",
        "official": "1" if asked.official else "",
        "accepted": "1" if asked.accepted else "",
        "unanswered": "1" if asked.unanswered else "",
    }
    return [
        (name, labels[name], asked.url(**_without(name))) for name in NARROWED_BY if labels[name]
    ]


def _without(name: str) -> dict[str, None]:
    """Return the change that takes a filter off; a product goes with its company."""
    return {"company": None, "product": None} if name == "company" else {name: None}


def _orders(asked: Narrowed) -> list[Tab]:
    """Return the orders of the hits; without words none of them fits best."""
    labels = {
        Order.BEST: _("Best match"),
        Order.ACTIVITY: _("Latest activity"),
        Order.NEWEST: _("Newest"),
        Order.ME_TOO: _("Most have it too"),
    }
    if not asked.text:
        del labels[Order.BEST]
    current = asked.order if asked.text or asked.order is not Order.BEST else Order.ACTIVITY
    return [
        Tab(
            asked.url(sort=order.value if order is not Order.BEST else None),
            label,
            None,
            order is current,
        )
        for order, label in labels.items()
    ]


def _facets(results: Results, asked: Narrowed) -> dict[str, list[Option]]:
    """Return the options of each facet; a chosen one leads to the search without it."""
    facets = results.facets
    return {
        "company": _companies(results, asked),
        "product": _products(results, asked),
        "kind": _options(asked, "kind", facets.kinds),
        "status": _options(asked, "status", facets.statuses),
        "tag": _options(asked, "tag", facets.tags),
        "language": _languages(asked, facets.languages),
        "answer": [
            Option(
                asked.url(**{name: None if is_chosen else "1"}),
                name,
                number,
                is_chosen,
            )
            for name, number, is_chosen in (
                ("official", facets.official, asked.official),
                ("accepted", facets.accepted, asked.accepted),
                ("unanswered", facets.unanswered, asked.unanswered),
            )
            if number or is_chosen
        ],
    }


def _options(asked: Narrowed, name: str, counts: Mapping[str, int]) -> list[Option]:
    chosen = asked.values()[name]
    return [
        Option(asked.url(**{name: None if word == chosen else word}), word, n, word == chosen)
        for word, n in list(counts.items())[:FACET_MAX]
    ]


def _languages(asked: Narrowed, counts: Mapping[str, int]) -> list[Option]:
    """Return the languages, unless all that could be said is that none is known."""
    if not asked.language and set(counts) <= {NOT_SAID}:
        return []
    return [
        option._replace(label=language_name(option.label))
        for option in _options(asked, "language", counts)
    ]


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
