"""Asking: the one box, the answers that exist already, the form, and the post.

Every step works as a page; with scripts the suggestions come while typing. What is
typed goes along in addresses and fields, or in a draft when somebody has to sign in.
"""

from collections.abc import Collection
from dataclasses import dataclass

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor, sign_in_first
from community.companies import queries as companies
from community.companies import services as company_services
from community.companies.models import NAME_MAX, Company
from community.companies.views import company_or_404
from community.core.db import transaction
from community.core.errors import Conflict, Invalid, NotAllowed, SearchUnavailable
from community.core.names import folded
from community.topics import policies, queries, services, visits
from community.topics.forms.ask import NONE_OF_THESE, AskForm, is_id
from community.topics.models import TITLE_MAX, TopicKind
from community.topics.queries import Suggestion
from community.topics.views import bp, drafting
from community.web.forms import SelectChoice, one_line, status_of
from community.web.limits import POST, SEARCH, SUGGEST, limiter
from community.web.redirects import see_other
from community.writing import services as drafts
from community.writing.models import ASKING


@dataclass(frozen=True)
class Found:
    """What the search for answers came to; not `working` when the index cannot be read."""

    items: list[Suggestion]
    working: bool = True


def find(
    text: str, *, company: Company | None, body: str = "", exclude: Collection[int] = ()
) -> Found:
    """Look for answers; without an index there are none, and asking goes on."""
    try:
        company_id = company.id if company else None
        return Found(queries.suggestions(text, body=body, company_id=company_id, exclude=exclude))
    except SearchUnavailable:
        return Found([], working=False)


@bp.get("/ask", defaults={"company_slug": None})
@bp.get("/c/<company_slug>/ask")
@limiter.limit(SEARCH)
def ask(company_slug: str | None) -> ResponseReturnValue:
    """Show the box with the answers to what was typed, or the form with it filled in."""
    company = _company(company_slug)
    text = request.args.get("text", "").strip()
    if request.args.get("write"):
        return _form_page(_form_from_address(text, company), company)
    found = find(text, company=company)
    page = render_template(
        "topics/ask.html", company=company, text=text, found=found, odds=_odds(company)
    )
    if not found.items:
        return page
    return visits.remember(page, _note_shown(found.items, text, company))


@bp.get("/ask/suggestions")
@limiter.limit(SUGGEST)
def suggestions() -> ResponseReturnValue:
    """Answer the fragment of rows for what has been typed so far."""
    company = companies.by_slug(request.args.get("company", ""))
    text = request.args.get("text", "").strip()
    found = find(text, company=company)
    return render_template("topics/_suggestions.html", company=company, text=text, found=found)


@bp.post("/ask", defaults={"company_slug": None})
@bp.post("/c/<company_slug>/ask")
@limiter.limit(POST)
def post(company_slug: str | None) -> ResponseReturnValue:
    """Post the topic, after one more look at what is answered already."""
    company = _company(company_slug)
    form = AskForm()
    if company is not None and not form.company.data:
        form.company.data = company.name
    near = _choose_company(form, company)
    company = near.company
    _offer_products(form, company)
    if not form.validate_on_submit() or near.must_ask:
        return _form_page(form, company, near=near), status_of(form)
    if company is not None and not (decision := policies.takes_topics(company)):
        form.form_errors.append(decision.reason)
        return _form_page(form, company), 422

    found = _last_look(form, company)
    if found.items:
        seen = form.turned_down_ids() | {item.topic.id for item in found.items}
        form.turned_down.data = " ".join(str(one) for one in sorted(seen))
        # Each row has buttons of its own, which lead away: what was typed waits for a return.
        _keep(form, company)
        return _form_page(form, company, found=found)
    if actor() is None:
        return _keep_and_sign_in(form, company)
    try:
        return _post(form, company)
    except (Invalid, NotAllowed, Conflict) as error:
        form.take(error)
        return _form_page(form, company), 422


@bp.get("/ask/draft/<key>")
def draft(key: str) -> ResponseReturnValue:
    """Show the form with everything that was typed before signing in."""
    kept = drafts.find_draft(key, actor())
    if kept is None or kept.place != ASKING:
        flash(_("There is nothing kept at this address any more."), "warning")
        return see_other(url_for("topics.ask"))
    form = AskForm(formdata=None)
    form.fill_in(kept)
    company = companies.by_id(_row_id(kept.fields.get("company_id", "")) or 0)
    if company is None or folded(company.name) != folded(form.company.data or ""):
        company = _choose_company(form, None).company
    return _form_page(form, company)


# -- the parts of a step ------------------------------------------------------------------------


@dataclass(frozen=True)
class Near:
    """The company that a form is about, or those it may be about."""

    company: Company | None = None
    candidates: tuple[companies.NearCompany, ...] = ()

    @property
    def must_ask(self) -> bool:
        """Tell whether the asker has to choose before we can go on."""
        return bool(self.candidates)


def _choose_company(form: AskForm, fixed: Company | None) -> Near:
    """Find the company that the form names; several near names are for the asker to choose from.

    Args:
        fixed: the company whose page the form came from; its name may have been changed since.
    """
    name, choice = form.company.data or "", form.company_choice.data or ""
    if fixed is not None and folded(name) == folded(fixed.name):
        return Near(fixed)
    if choice and choice != NONE_OF_THESE:
        chosen = companies.by_slug(choice)
        if chosen is not None:
            form.company.data = chosen.name  # so that the next press need not ask again
        return Near(chosen)
    if not name or len(name) > NAME_MAX or choice == NONE_OF_THESE:
        return Near()
    near = companies.near(name)
    if near and near[0].likeness == 1.0 and (len(near) == 1 or near[1].likeness < 1.0):
        return Near(companies.by_id(near[0].id))
    return Near(candidates=tuple(near))


def _offer_products(form: AskForm, company: Company | None) -> None:
    """Offer the products of a known company; what was chosen before stays chosen if it is one."""
    products = companies.products_of(company.id) if company else ()
    form.product.choices = [
        SelectChoice(0, _("not sure")),
        *(SelectChoice(one.id, one.name) for one in products),
    ]
    if form.product.data not in {one.id for one in products}:
        form.product.data = 0


def _last_look(form: AskForm, company: Company | None) -> Found:
    """Look once more, now with the details, for answers that the asker has not turned down."""
    if form.kind.data == TopicKind.PRAISE.value:
        return Found([])
    if form.turned_down.data:  # they were shown for this form: the second press posts
        return Found([])
    differs = form.differs_from_id()
    return find(
        form.title.data or "",
        company=company,
        body=form.body.data or "",
        exclude={differs} if differs else set(),
    )


def _post(form: AskForm, company: Company | None) -> ResponseReturnValue:
    """Publish the topic, opening the company's page first where it is new."""
    visit = visits.current()
    with transaction():
        if company is None:
            company = company_services.open_company(actor(), name=form.company.data or "")
        topic = services.post_topic(
            actor(),
            company,
            kind=TopicKind(form.kind.data),
            title=form.title.data or "",
            body=form.body.data or "",
            product_ids=[form.product.data] if form.product.data else [],
            tags=form.tag_words(),
            differs_from_id=form.differs_from_id(),
            differs_reason=form.reason.data or "",
            visit=visit,
        )
        drafting.posted(form)
        location = url_for("topics.show", topic_id=topic.id, slug=topic.slug)
    flash(_("It is posted. Answers will stand on this page."))
    return see_other(location)


def _keep(form: AskForm, company: Company | None) -> None:
    """Keep everything in a draft, with the company that was chosen and that answers were shown."""
    form.turned_down.data = form.turned_down.data or "none"
    drafting.keep(form, ASKING, company_id=str(company.id) if company else "")


def _row_id(word: str) -> int | None:
    return int(word) if is_id(word) else None


def _keep_and_sign_in(form: AskForm, company: Company | None) -> ResponseReturnValue:
    """Keep everything in a draft, then send the visitor to sign in or join, and back."""
    _keep(form, company)
    flash(_("What you wrote is kept. Sign in or join, then press once more to post it."))
    return sign_in_first(url_for("topics.draft", key=form.draft.data))


def _form_from_address(text: str, company: Company | None) -> AskForm:
    """Begin a form with what was typed into the box: a short text is the title, a long one both."""
    title = one_line(text)
    body = text if len(title) > TITLE_MAX or "\n" in text else ""
    if len(title) > TITLE_MAX:
        title = title[:TITLE_MAX].rsplit(" ", 1)[0]
    differs = request.args.get("differs_from", "")
    return AskForm(
        formdata=None,
        title=title,
        body=body,
        company=company.name if company else one_line(request.args.get("about")),
        differs_from=differs if is_id(differs) else "",
        reason=one_line(request.args.get("reason")),
    )


def _form_page(
    form: AskForm, company: Company | None, *, near: Near | None = None, found: Found | None = None
) -> str:
    _offer_products(form, company)
    if near is not None and near.candidates:
        form.company_choice.choices = [
            *(SelectChoice(one.slug, one.name) for one in near.candidates),
            SelectChoice(
                NONE_OF_THESE,
                _("None of these: open a page for “%(name)s”", name=form.company.data),
            ),
        ]
    differs = form.differs_from_id()
    return render_template(
        "topics/ask_form.html",
        form=form,
        company=company,
        near=near.candidates if near else (),
        found=found,
        differs=next(iter(queries.rows_for([differs])), None) if differs else None,
        odds=_odds(company),
    )


def _note_shown(items: list[Suggestion], text: str, company: Company | None) -> str:
    """Record the rows of a page without scripts as shown. Return the visit."""
    visit = visits.current_or_new()
    with transaction():
        services.record_shown(
            visit=visit,
            topic_ids=[item.topic.id for item in items],
            query=text,
            user=actor(),
            company_id=company.id if company else None,
        )
    return visit


def _company(company_slug: str | None) -> Company | None:
    if company_slug is None:
        return None
    company = company_or_404(company_slug)
    policies.takes_topics(company).require()
    return company


def _odds(company: Company | None) -> object:
    return queries.odds(company.id) if company else None
