"""The search page: hits with their words marked, ways to narrow and to widen, a correction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from babel import Locale
from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from community import search
from community.accounts.sessions import actor
from community.companies import queries as companies
from community.core.errors import SearchUnavailable
from community.core.sql import ROW_ID_MAX
from community.core.text import whole_number
from community.pages import queries
from community.pages.views import bp
from community.pages.views.asked import Asked, read_address
from community.pages.views.listing import Tab
from community.search import NOT_SAID, Order, Piece, Results
from community.topics import queries as topics
from community.topics.queries import TopicRow
from community.web.limits import SEARCH, limiter

PER_PAGE = 20  # hits
PAGE_MAX = 50  # pages; whoever needs more narrows the search
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
class Refused:
    """What somebody wanted to call a search that they keep, and why it cannot be called so."""

    name: str
    tells: bool
    why: str


@bp.app_context_processor
def trouble() -> dict[str, object]:
    """Give templates ``search_trouble()``: what an operator should know of the index, or ""."""
    return {"search_trouble": lambda: search.index().health().trouble}


@bp.get("/search", endpoint="search")
@limiter.limit(SEARCH)
def find() -> ResponseReturnValue:
    """Search all topics; without words, list them by their latest activity."""
    return page_of(read_address())


def page_of(asked: Asked, refused: Refused | None = None) -> ResponseReturnValue:
    """Return the page with what was found.

    Args:
        refused: what was typed to keep this search by, to be typed again.
    """
    page = _page_number()
    try:
        results, meant = _found(asked, page)
        elsewhere = _elsewhere(asked) if not results.total else 0
    except SearchUnavailable:
        return render_template("pages/search_off.html", asked=asked, refused=refused), 503
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
        kept=topics.kept_search(reader.id, asked.text, asked.filters) if reader else None,
        newer=asked.url(page=page - 1) if page > 1 else None,
        older=asked.url(page=page + 1) if page < min(results.page_count, PAGE_MAX) else None,
        first=(page - 1) * PER_PAGE + 1,
    )
    return shown, 422 if refused else 200


def language_name(code: str) -> str:
    """Return what the reader calls a language; the code itself if nobody has a name for it."""
    if code == NOT_SAID:
        return str(_("not said"))
    locale = get_locale() or Locale("en")
    return str(locale.languages.get(code, code))


def _page_number() -> int:
    return min(whole_number(request.args.get("page"), most=ROW_ID_MAX) or 1, PAGE_MAX)


def _found(asked: Asked, page: int) -> tuple[Results, str]:
    """Return what was found, and the words that were meant if those that were typed find nothing."""
    index = search.index()
    results = index.search(asked.text, asked.filters, order=asked.order, page=page, limit=PER_PAGE)
    if results.total or not results.correction or asked.exact:
        return results, ""
    corrected = index.search(
        results.correction, asked.filters, order=asked.order, page=page, limit=PER_PAGE
    )
    return (corrected, results.correction) if corrected.total else (results, "")


def _elsewhere(asked: Asked) -> int:
    """Return how many topics hold the words when the search is narrowed to nothing."""
    return search.index().search(asked.text, limit=1).total if asked.is_narrowed else 0


def _hits(results: Results, text: str) -> list[Hit]:
    rows = topics.rows_for([match.topic_id for match in results.matches])
    bodies = queries.plain_bodies([row.id for row in rows]) if rows else {}
    return [
        Hit(
            row,
            title=search.highlight(row.title, text, language=body.language),
            excerpt=search.excerpt(body.text, text, language=body.language),
        )
        for row in rows
        for body in [bodies[row.id]]
    ]


def _chips(asked: Asked) -> list[tuple[str, str, str]]:
    """Return what the search is narrowed to: which filter, its value, the address without it."""
    filters = asked.filters
    labels = {
        "company": asked.company.name if asked.company else "",
        "product": asked.product.name if asked.product else "",
        "kind": filters.kind,
        "status": filters.status,
        "tag": filters.tag,
        "language": language_name(filters.language) if filters.language else "",
        "official": "1" if filters.has_official else "",
        "accepted": "1" if filters.has_accepted else "",
        "unanswered": "1" if filters.is_unanswered else "",
    }
    return [(name, label, asked.url(**_without(name))) for name, label in labels.items() if label]


def _without(name: str) -> dict[str, None]:
    """Return the change that takes a filter off; a product goes with its company."""
    return {"company": None, "product": None} if name == "company" else {name: None}


def _orders(asked: Asked) -> list[Tab]:
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


def _facets(results: Results, asked: Asked) -> dict[str, list[Option]]:
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
                ("official", facets.official, asked.filters.has_official),
                ("accepted", facets.accepted, asked.filters.has_accepted),
                ("unanswered", facets.unanswered, asked.filters.is_unanswered),
            )
            if number or is_chosen
        ],
    }


def _options(asked: Asked, name: str, counts: Mapping[str, int]) -> list[Option]:
    chosen = asked.values()[name]
    return [
        Option(asked.url(**{name: None if word == chosen else word}), word, n, word == chosen)
        for word, n in list(counts.items())[:FACET_MAX]
    ]


def _languages(asked: Asked, counts: Mapping[str, int]) -> list[Option]:
    """Return the languages, unless all that could be said is that none is known."""
    if not asked.filters.language and set(counts) <= {NOT_SAID}:
        return []
    return [
        option._replace(label=language_name(option.label))
        for option in _options(asked, "language", counts)
    ]


def _companies(results: Results, asked: Asked) -> list[Option]:
    counts = dict(list(results.facets.companies.items())[:FACET_MAX])
    return [
        Option(
            asked.url(company=None if one == asked.company else one.slug, product=None),
            one.name,
            counts[one.id],
            one == asked.company,
        )
        for one in sorted(companies.by_ids(counts), key=lambda one: -counts[one.id])
    ]


def _products(results: Results, asked: Asked) -> list[Option]:
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
