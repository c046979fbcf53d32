"""Home, all topics, a company, a product, and what the reader follows."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from flask import abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor
from community.companies import queries as companies
from community.companies.models import Company, CompanyState, Product
from community.companies.policies import can_set_official_help
from community.companies.views import company_or_404
from community.core import clock
from community.pages import queries
from community.pages.views import bp
from community.pages.views.listing import (
    Counts,
    canonical,
    is_followed,
    kind_tabs,
    page_of_topics,
)
from community.topics import queries as topics
from community.topics.models import SOLVED_STATUSES
from community.topics.queries import ListOrder
from community.web import cookies
from community.web.caching import same_for_visitors
from community.web.redirects import local_path, see_other

LATELY = 6  # topics on the home page in which something happens
WAITING = 4  # topics on the home page that nobody answered
WAITING_FOR = timedelta(days=30)  # who has waited longer is found in the queue
BUSIEST = 9  # companies on the home page
HELPERS = 5  # people beside a company's topics
THEMES = ("light", "dark")


@bp.get("/")
@same_for_visitors
def home() -> ResponseReturnValue:
    """The one box; what is being solved, what needs an answer, and how it all works."""
    return render_template(
        "pages/home.html",
        lately=topics.page_of_topics(answered=True, limit=LATELY).rows,
        waiting=topics.page_of_topics(
            unanswered=True,
            asked_after=clock.now() - WAITING_FOR,
            order=ListOrder.OLDEST,
            limit=WAITING,
        ).rows,
        companies=queries.busiest_companies(BUSIEST),
        numbers=queries.numbers(),
    )


@bp.get("/topics")
@same_for_visitors
def latest() -> ResponseReturnValue:
    """All topics, newest activity first."""
    return render_template(
        "pages/latest.html",
        tabs=kind_tabs("pages.latest"),
        page=page_of_topics(),
        canonical=canonical("pages.latest"),
    )


@bp.get("/c/<company_slug>")
@same_for_visitors
def company(company_slug: str) -> ResponseReturnValue:
    """A company's page: its state, the box, its topics, who helps there."""
    found = company_or_404(company_slug)
    counts = topics.counts_of(found.id)
    page = page_of_topics(company_id=found.id)
    return render_template(
        "pages/company.html",
        company=found,
        aliases=companies.aliases_of(found.id),
        odds=topics.odds(found.id),
        tabs=kind_tabs("pages.company", counts, company_slug=found.slug),
        page=page,
        products=_tree(companies.products_of(found.id)),
        speakers=companies.speakers_of(found.id) if found.state is CompanyState.LISTENING else (),
        may_set_help=_may_set_help(found),
        helpers=topics.who_answers(found.id, HELPERS),
        follows=is_followed(found),
        is_indexed=_is_indexed(found, counts),
        canonical=canonical("pages.company", company_slug=found.slug),
    )


def _may_set_help(company: Company) -> bool:
    """Tell whether the viewer is to be led to where the official help is set (rule N3)."""
    who, now = actor(), clock.now()
    if company.state is CompanyState.UNCLAIMED or who is None:
        return company.state is CompanyState.UNCLAIMED
    return bool(can_set_official_help(who, company, companies.ties_of(who, company.id, now), now))


@bp.get("/c/<company_slug>/p/<product_slug>")
@same_for_visitors
def product(company_slug: str, product_slug: str) -> ResponseReturnValue:
    """A product's page: the box and its topics."""
    found = company_or_404(company_slug)
    made = companies.product_by_slug(found.id, product_slug)
    if made is None:
        abort(404, _("%(company)s has no such product here.", company=found.name))
    family = companies.products_of(found.id)
    return render_template(
        "pages/product.html",
        company=found,
        product=made,
        parent=next((one for one in family if one.id == made.parent_id), None),
        versions=[one for one in family if one.parent_id == made.id],
        odds=topics.odds(found.id),
        tabs=kind_tabs("pages.product", company_slug=found.slug, product_slug=made.slug),
        page=page_of_topics(product_id=made.id),
        follows=is_followed(made),
        is_indexed=_is_indexed(found, topics.counts_of(found.id)),
        canonical=canonical("pages.product", company_slug=found.slug, product_slug=made.slug),
    )


@bp.get("/about")
@same_for_visitors
def about() -> ResponseReturnValue:
    """What this place is, and the rules that protect it."""
    return render_template("pages/about.html")


@bp.post("/theme")
def theme() -> ResponseReturnValue:
    """Keep the choice of colours in a cookie, and go back."""
    chosen = request.form.get("theme", "")
    response = make_response(
        see_other(local_path(request.form.get("next")) or url_for("pages.home"))
    )
    cookies.keep(response, "theme", chosen if chosen in THEMES else "")
    return response


@bp.app_context_processor
def chosen_theme() -> dict[str, str | None]:
    """Give templates the colours that the reader chose, or None for the system's."""
    chosen = request.cookies.get("theme")
    return {"theme": chosen if chosen in THEMES else None}


def _tree(products: Sequence[Product]) -> list[tuple[Product, int]]:
    """Return products with how deep they lie, each right behind what it is a part of."""
    below: dict[int | None, list[Product]] = {}
    known = {one.id for one in products}
    for one in products:
        below.setdefault(one.parent_id if one.parent_id in known else None, []).append(one)

    def branch(parent_id: int | None, depth: int) -> Iterator[tuple[Product, int]]:
        for one in below.get(parent_id, ()):
            yield one, depth
            yield from branch(one.id, depth + 1)

    return list(branch(None, 0))


def _is_indexed(company: Company, counts: Counts) -> bool:
    """Rule N9: a page that nobody claimed is for search engines once it helps somebody."""
    return company.state is not CompanyState.UNCLAIMED or any(
        status in SOLVED_STATUSES for (_kind, status), n in counts.items() if n
    )
