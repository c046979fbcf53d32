"""Opening pages for companies and products, naming them, and saying where official help is."""

from collections.abc import Sequence

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor, sign_in_first
from community.companies import policies, queries, services
from community.companies.forms import AliasForm, CompanyForm, OfficialHelpForm, ProductForm
from community.companies.hosts import website_host
from community.companies.models import ALIASES_MAX, NAME_MAX, Company
from community.companies.views import bp, company_or_404
from community.core import clock
from community.core.db import transaction
from community.core.errors import Conflict, Invalid
from community.core.sql import ROW_ID_MAX
from community.core.text import whole_number
from community.web.forms import SelectChoice, status_of
from community.web.limits import POST, SUGGEST, limiter
from community.web.redirects import see_other


@bp.route("/companies/new", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def open_company() -> ResponseReturnValue:
    """Open a page for a company, after a look at those that may already be it."""
    form = CompanyForm(name=request.args.get("name", ""))
    if actor() is None:
        return sign_in_first()
    policies.can_open_page(actor(), clock.now()).require()
    if not form.validate_on_submit():
        return render_template("companies/open.html", form=form, near=[]), status_of(form)
    host = None
    try:
        host = website_host(form.website.data or "")
        near = queries.near(form.name.data or "", host)
        if near and (near[0].same_host or "none_of_these" not in request.form):
            return render_template("companies/open.html", form=form, near=near)
        with transaction():
            company = services.open_company(
                actor(),
                name=form.name.data or "",
                website=form.website.data or "",
                about=form.about.data or "",
            )
    except Invalid as error:
        form.take(error)
        return render_template("companies/open.html", form=form, near=[]), 422
    except Conflict:  # somebody opened it a moment ago: show theirs
        near = queries.near(form.name.data or "", host)
        return render_template("companies/open.html", form=form, near=near), 409
    flash(_("The page is open. Say what happened with your first topic."))
    return see_other(url_for("pages.company", company_slug=company.slug))


@bp.route("/c/<company_slug>/products/new", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def open_product(company_slug: str) -> ResponseReturnValue:
    """Open a page for a product, after a look at those that may already be it."""
    company = company_or_404(company_slug)
    if actor() is None:
        return sign_in_first()
    policies.can_open_page(actor(), clock.now()).require()
    form = ProductForm(name=request.args.get("name", ""))
    form.parent.choices = [SelectChoice(0, _("nothing larger"))] + [
        SelectChoice(product.id, product.name) for product in queries.products_of(company.id)
    ]

    def page(status: int, near: object = ()) -> ResponseReturnValue:
        page = render_template("companies/open_product.html", form=form, company=company, near=near)
        return page, status

    if not form.validate_on_submit():
        return page(status_of(form))
    near = queries.near_products(company.id, form.name.data or "")
    if near and "none_of_these" not in request.form:
        return page(200, near)
    try:
        with transaction():
            product = services.open_product(
                actor(), company, name=form.name.data or "", parent_id=form.parent.data or None
            )
    except Invalid as error:
        form.take(error)
        return page(422)
    except Conflict:
        return page(409, near or queries.near_products(company.id, form.name.data or ""))
    flash(_("The product has its page now."))
    location = url_for("pages.product", company_slug=company.slug, product_slug=product.slug)
    return see_other(location)


@bp.route("/c/<company_slug>/official-help", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def official_help(company_slug: str) -> ResponseReturnValue:
    """Say where the company itself gives help (rule N3)."""
    company = company_or_404(company_slug)
    who = actor()
    if who is None:
        return sign_in_first()
    now = clock.now()
    ties = queries.ties_of(who, company.id, now)
    policies.can_set_official_help(who, company, ties, now).require()
    form = OfficialHelpForm(
        url=company.official_help_url or "", source=company.official_help_source or ""
    )
    if form.validate_on_submit():
        try:
            with transaction():
                services.set_official_help(
                    actor(), company, url=form.url.data or "", source=form.source.data or ""
                )
        except Invalid as error:
            form.take(error)
        else:
            flash(_("The link to the official help now stands at the top of the page."))
            return see_other(url_for("pages.company", company_slug=company.slug))
    return render_template("companies/official_help.html", form=form, company=company), status_of(
        form
    )


@bp.get("/companies/complete")
@limiter.limit(SUGGEST)
def complete() -> ResponseReturnValue:
    """Answer the names that begin like what is being typed, as options of a list."""
    found = queries.completions(request.args.get("text", "")[:NAME_MAX])
    return render_template("companies/_completions.html", found=found)


@bp.route("/c/<company_slug>/names", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def names(company_slug: str) -> ResponseReturnValue:
    """Show what else a company is called, add such a name, or take one away."""
    company = company_or_404(company_slug)
    who = actor()
    form = AliasForm()
    if request.method != "POST":
        return _names_page(company, form)
    if who is None:
        return sign_in_first()
    if request.form.get("remove"):
        return _remove_name(company)
    near: list[queries.NearCompany] = []
    if form.validate_on_submit():
        near = [one for one in queries.near(form.alias.data or "") if one.id != company.id]
        if not near or "none_of_these" in request.form:
            try:
                with transaction():
                    services.add_alias(who, company, alias=form.alias.data or "")
            except Invalid as error:
                form.take(error)
            else:
                flash(_("People find %(name)s by this name now.", name=company.name))
                return see_other(url_for(".names", company_slug=company.slug))
    return _names_page(company, form, near), status_of(form)


def _names_page(company: Company, form: AliasForm, near: Sequence[queries.NearCompany] = ()) -> str:
    who = actor()
    now = clock.now()
    return render_template(
        "companies/names.html",
        company=company,
        form=form,
        near=near,
        aliases=queries.aliases_of(company.id),
        most=ALIASES_MAX,
        may=policies.can_name(who, company, queries.ties_of(who, company.id, now), now),
    )


def _remove_name(company: Company) -> ResponseReturnValue:
    alias_id = whole_number(request.form["remove"], most=ROW_ID_MAX)
    with transaction():
        services.remove_alias(actor(), company, alias_id or 0)
    flash(_("The name is gone."))
    return see_other(url_for(".names", company_slug=company.slug))
