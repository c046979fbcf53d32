"""Asking, second step: the form, filled in with all that is known, and what belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.companies import queries as companies
from community.companies.hosts import website_host
from community.companies.models import NAME_MAX, Company
from community.companies.queries import Guess, NearCompany
from community.core.errors import Invalid
from community.core.names import folded
from community.core.sql import ROW_ID_MAX
from community.core.text import whole_number
from community.topics import queries
from community.topics.forms.ask import NONE_OF_THESE, AskForm
from community.topics.queries import Suggestion
from community.topics.views import asking, bp, drafting
from community.web.forms import SelectChoice, one_line
from community.web.limits import SUGGEST, limiter
from community.web.redirects import see_other


@dataclass(frozen=True)
class About:
    """What the company's name in a form comes to.

    Either a page that there is, or several that it may mean, or a page that opens. Where
    the asker has not said so yet, ``must_say``.
    """

    company: Company | None = None
    near: Sequence[NearCompany] = ()
    is_new: bool = False
    must_say: bool = False

    @property
    def shares_website(self) -> bool:
        """Tell whether it is the website, and not the name, that others have as well."""
        return any(one.same_host for one in self.near)


@bp.get("/ask/about")
@limiter.limit(SUGGEST)
def about() -> ResponseReturnValue:
    """Answer the part of the form about the company, while its name or the title is typed."""
    form = AskForm(formdata=None, company=one_line(request.args.get("company"))[:NAME_MAX])
    text = request.args.get("text", "").strip()[: queries.TEXT_MAX]
    if not form.company.data and text:
        fill_in_guess(form, queries.guesses(text))
    found = about_of(form, None)
    offer(form, found)
    return render_template("topics/_about.html", form=form, about=found)


@bp.get("/ask/draft/<key>")
def draft(key: str) -> ResponseReturnValue:
    """Show the form with everything that was typed before signing in."""
    kept = drafting.question(key)
    if kept is None:
        flash(_("There is nothing kept at this address any more."), "warning")
        return see_other(url_for("topics.ask"))
    form = AskForm(formdata=None)
    form.fill_in(kept)
    company = companies.by_id(whole_number(kept.fields.get("company_id"), most=ROW_ID_MAX))
    return page(form, about_of(form, company))


def begun(text: str, company: Company | None) -> str:
    """Return the form with what was typed into the box, and what was chosen or guessed there.

    Args:
        company: on whose page somebody asks.
    """
    title, body = asking.as_title_and_body(text)
    differs = whole_number(request.args.get("differs_from"), most=ROW_ID_MAX)
    form = AskForm(
        formdata=None,
        title=title,
        body=body,
        draft=request.args.get("draft", ""),
        differs_from=str(differs) if differs else "",
        reason=one_line(request.args.get("reason")),
    )
    subject = asking.said_subject(company)
    if subject.company is not None:
        form.company.data = subject.company.name
    if subject.product is not None:
        form.product.data = subject.product.id
    elif not subject.is_none:
        company_id = subject.company.id if subject.company else None
        fill_in_guess(form, queries.guesses(text, company_id=company_id))
    return page(form, about_of(form, subject.company))


def fill_in_guess(form: AskForm, guesses: Sequence[Guess]) -> bool:
    """Fill in the likeliest company and its product. Return whether there is one."""
    if not guesses:
        return False
    likeliest = guesses[0].subject
    if not form.company.data:
        form.company.data = form.guessed.data = likeliest.company_name
    form.product.data = likeliest.product_id or 0
    return True


def about_of(form: AskForm, fixed: Company | None) -> About:
    """Find out which company the form names; what cannot be known is for the asker to say.

    Args:
        fixed: the company whose page the form came from; its name may have been changed since.
    """
    name, choice = form.company.data or "", form.company_choice.data or ""
    if fixed is not None and folded(name) == folded(fixed.name):
        return About(fixed)
    if choice and choice != NONE_OF_THESE and (chosen := companies.by_slug(choice)) is not None:
        form.company.data = chosen.name  # so that the next press need not ask again
        form.website.data = ""
        return About(chosen)
    if not name or len(name) > NAME_MAX:
        return About()
    near = companies.near(name, _host(form))
    if choice == NONE_OF_THESE:
        if any(one.same_host for one in near):
            form.website.data = ""  # a website has one page
        return About(is_new=True)
    if near and near[0].likeness == 1.0 and (len(near) == 1 or near[1].likeness < 1.0):
        return About(companies.by_id(near[0].id))
    if near:
        return About(near=near, must_say=True)
    return About(is_new=True, must_say=folded(form.opens.data or "") != folded(name))


def offer(form: AskForm, about: About) -> None:
    """Offer the companies that may be meant, and the products of the one that is."""
    if about.near:
        form.seen.data = " ".join(one.slug for one in about.near)
        form.company_choice.choices = [
            *(SelectChoice(one.slug, _described(one)) for one in about.near),
            SelectChoice(NONE_OF_THESE, _none_of_these(form, about)),
        ]
    if about.is_new:
        form.opens.data = form.company.data
    products = companies.products_of(about.company.id) if about.company else ()
    form.product.choices = [
        SelectChoice(0, _("not sure")),
        *(SelectChoice(one.id, one.name) for one in products),
    ]
    if form.product.data not in {one.id for one in products}:
        form.product.data = 0


def page(
    form: AskForm,
    about: About,
    *,
    items: Sequence[Suggestion] = (),
) -> str:
    """Return the page with the form.

    Args:
        items: answers to one more look at.
    """
    offer(form, about)
    form.email.flags.required = True  # for who asks with it; the other way does not look at it
    differs = form.differs_from_id()
    company = about.company
    return render_template(
        "topics/ask_form.html",
        form=form,
        about=about,
        company=company,
        items=items,
        as_guest=bool(request.form.get("guest")),
        differs=next(iter(queries.rows_for([differs])), None) if differs else None,
        odds=queries.odds(company.id) if company else None,
        offered=drafting.offered(form),
    )


def _host(form: AskForm) -> str | None:
    """Return the host of the website that was typed; one that is none is refused later."""
    try:
        return website_host(form.website.data or "")
    except Invalid:
        return None


def _described(one: NearCompany) -> str:
    if one.alias:
        return str(_("%(name)s, also known as %(alias)s", name=one.name, alias=one.alias))
    return f"{one.name} ({one.website_host})" if one.website_host else one.name


def _none_of_these(form: AskForm, about: About) -> str:
    name = form.company.data
    if about.shares_website:
        words = _("None of these: open a page for “%(name)s” without this website", name=name)
    else:
        words = _("None of these: open a page for “%(name)s”", name=name)
    return str(words)
