"""Home, companies, products, people and tags."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import queries as people
from community.accounts.sessions import actor, sign_in_first
from community.companies import queries as companies
from community.companies.models import NAME_MAX, Company, CompanyState
from community.companies.views import company_or_404
from community.core.names import folded
from community.core.paging import Page
from community.pages import queries
from community.pages.views import bp
from community.topics import queries as topics
from community.topics.models import SOLVED_STATUSES, TopicKind, TopicStatus
from community.topics.queries import TopicRow
from community.web import cookies, paging
from community.web.caching import same_for_visitors
from community.web.redirects import local_path, see_other

LATELY = 15  # topics on the home page
BUSIEST = 8  # companies on the home page
PER_PAGE = 20  # topics in a list
ANSWERED = 20  # topics on a person's page
HELPERS = 5  # people beside a company's topics
THEMES = ("light", "dark")

Choice = TypeVar("Choice", TopicKind, TopicStatus)
Counts = Mapping[tuple[TopicKind, TopicStatus], int]


class Tab(NamedTuple):
    """One view of a list, as the macro `tabs` takes it."""

    url: str
    label: str
    number: int | None
    is_current: bool


@bp.get("/")
@same_for_visitors
def home() -> ResponseReturnValue:
    """The one box, and what is going on."""
    return render_template(
        "pages/home.html",
        lately=topics.page_of_topics(limit=LATELY),
        companies=queries.busiest_companies(BUSIEST),
    )


@bp.get("/topics")
@same_for_visitors
def latest() -> ResponseReturnValue:
    """All topics, newest activity first."""
    return render_template("pages/latest.html", tabs=_tabs("pages.latest"), page=_topics())


@bp.get("/companies", endpoint="companies")
@same_for_visitors
def all_companies() -> ResponseReturnValue:
    """All companies, by name."""
    after, like = request.args.get("after", ""), request.args.get("q", "").strip()[:NAME_MAX]
    rows = queries.companies_by_name(after, folded(like))
    shown = rows[: queries.COMPANIES_SHOWN]
    older = None
    if len(rows) > len(shown):
        older = url_for("pages.companies", after=shown[-1].slug, q=like or None)
    return render_template(
        "pages/companies.html", companies=shown, like=like, older=older, is_first=not after
    )


@bp.get("/c/<company_slug>")
@same_for_visitors
def company(company_slug: str) -> ResponseReturnValue:
    """A company's page: its state, the box, its topics, who helps there."""
    found = company_or_404(company_slug)
    counts = topics.counts_of(found.id)
    page = _topics(company_id=found.id)
    return render_template(
        "pages/company.html",
        company=found,
        odds=topics.odds(found.id),
        tabs=_tabs("pages.company", counts, company_slug=found.slug),
        page=page,
        products=companies.products_of(found.id),
        speakers=companies.speakers_of(found.id) if found.state is CompanyState.LISTENING else (),
        helpers=topics.who_answers(found.id, HELPERS),
        is_indexed=_is_indexed(found, counts),
    )


@bp.get("/c/<company_slug>/p/<product_slug>")
@same_for_visitors
def product(company_slug: str, product_slug: str) -> ResponseReturnValue:
    """A product's page: the box and its topics."""
    found = company_or_404(company_slug)
    made = companies.product_by_slug(found.id, product_slug)
    if made is None:
        abort(404, _("%(company)s has no such product here.", company=found.name))
    return render_template(
        "pages/product.html",
        company=found,
        product=made,
        odds=topics.odds(found.id),
        tabs=_tabs("pages.product", company_slug=found.slug, product_slug=made.slug),
        page=_topics(product_id=made.id),
        is_indexed=_is_indexed(found, topics.counts_of(found.id)),
    )


@bp.get("/tags/<slug>")
@same_for_visitors
def tag(slug: str) -> ResponseReturnValue:
    """The topics with a tag."""
    tag_id = topics.tag_id(slug)
    if tag_id is None:
        abort(404, _("Nothing has this tag."))
    return render_template(
        "pages/tag.html", slug=slug, tabs=_tabs("pages.tag", slug=slug), page=_topics(tag_id=tag_id)
    )


@bp.get("/people/<username>")
@same_for_visitors
def person(username: str) -> ResponseReturnValue:
    """What somebody has written here, and where they help."""
    user = people.by_username(username)
    if user is None or user.deleted_at is not None:
        abort(404, _("There is nobody of this name."))
    if user.username != username:
        return redirect(url_for("pages.person", username=user.username), 301)
    asks = "topics" in request.args
    return render_template(
        "pages/person.html",
        person=user,
        deeds=queries.deeds_of(user.id),
        asks=asks,
        page=_topics(author_id=user.id) if asks else None,
        answered=() if asks else topics.rows_for(queries.answered_by(user.id, ANSWERED)),
    )


@bp.get("/following")
def following() -> ResponseReturnValue:
    """The topics that the reader follows, newest activity first."""
    user = actor()
    if user is None:
        return sign_in_first()
    return render_template("pages/following.html", page=_topics(follower_id=user.id))


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


def _topics(**scope: int) -> Page[TopicRow]:
    """Return the page of the list that the address asks for."""
    kind, status = _chosen(TopicKind, "kind"), _chosen(TopicStatus, "status")
    return topics.page_of_topics(
        kind=kind,
        statuses=(status,) if status else (),
        unanswered="unanswered" in request.args,
        after=paging.from_args(request.args.get("after")),
        before=paging.from_args(request.args.get("before")),
        limit=PER_PAGE,
        **scope,
    )


def _chosen(choices: type[Choice], name: str) -> Choice | None:
    """Return what the address names; an unknown word is no filter."""
    try:
        return choices(request.args.get(name, ""))
    except ValueError:
        return None


def _is_indexed(company: Company, counts: Counts) -> bool:
    """Rule N9: a page that nobody claimed is for search engines once it helps somebody."""
    return company.state is not CompanyState.UNCLAIMED or any(
        status in SOLVED_STATUSES for (_kind, status), n in counts.items() if n
    )


def _tabs(endpoint: str, counts: Counts | None = None, **address: Any) -> list[Tab]:
    """Return the views of a list: all, each kind, and what waits for an answer."""
    chosen, unanswered = _chosen(TopicKind, "kind"), "unanswered" in request.args
    labels = {
        TopicKind.PROBLEM: _("Problems"),
        TopicKind.QUESTION: _("Questions"),
        TopicKind.IDEA: _("Ideas"),
        TopicKind.PRAISE: _("Praise"),
    }
    everything = Tab(
        url_for(endpoint, **address),
        _("All"),
        sum(counts.values()) if counts is not None else None,
        chosen is None and not unanswered,
    )
    kinds = [
        Tab(
            url_for(endpoint, kind=kind.value, **address),
            label,
            _count(counts, kind) if counts is not None else None,
            chosen is kind,
        )
        for kind, label in labels.items()
    ]
    waiting = Tab(
        url_for(endpoint, unanswered=1, **address),
        _("Waiting for an answer"),
        None,
        unanswered,
    )
    return [everything, *kinds, waiting]


def _count(counts: Counts, wanted: TopicKind) -> int:
    return sum(n for (kind, _status), n in counts.items() if kind is wanted)
