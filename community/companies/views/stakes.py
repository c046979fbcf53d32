"""Saying whom one works for, and which companies compete."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from community.accounts.models import User
from community.accounts.sessions import actor, sign_in_first
from community.companies import policies, queries, services
from community.companies.forms import NamedCompanyForm
from community.companies.models import COOLING_OFF, Company
from community.companies.views import bp, company_or_404
from community.core import clock
from community.core.db import transaction
from community.core.errors import Invalid
from community.web.forms import status_of
from community.web.limits import POST, limiter
from community.web.redirects import see_other


@bp.route("/account/employers", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def employers() -> ResponseReturnValue:
    """Say whom one works for, and when one works there no more."""
    who = actor()
    if who is None:
        return sign_in_first()
    form = NamedCompanyForm()
    if request.method == "POST" and request.form.get("end"):
        return _end_employment(who, company_or_404(request.form["end"]))
    near: list[queries.NearCompany] = []
    if form.validate_on_submit():
        company, near = _meant(form)
        if company is not None:
            with transaction():
                services.declare_employer(who, company)
            flash(_("Everybody can read now that you work for %(company)s.", company=company.name))
            return see_other(url_for(".employers"))
    page = render_template(
        "companies/employers.html",
        form=form,
        near=near,
        employments=queries.employments_of(who.id),
        user=who,
        days=COOLING_OFF.days,
        now=clock.now(),
    )
    return page, status_of(form)


def _end_employment(who: User, company: Company) -> ResponseReturnValue:
    with transaction():
        ended = services.end_employment(who, company)
        until = ended.bars_until if ended is not None else None
    if until is not None:
        flash(
            _(
                "You work for %(company)s no more. You stay barred from its cases until %(day)s.",
                company=company.name,
                day=format_date(until),
            )
        )
    return see_other(url_for(".employers"))


@bp.route("/c/<company_slug>/rivals", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def rivals(company_slug: str) -> ResponseReturnValue:
    """Show which companies compete with one; who leads it, or moderates, says so here."""
    company = company_or_404(company_slug)
    who, form = actor(), NamedCompanyForm()
    if request.method != "POST":
        return _rivals_page(company, NamedCompanyForm(formdata=None))
    if who is None:
        return sign_in_first()
    if request.form.get("end"):
        return _end_rivalry(who, company, company_or_404(request.form["end"]))
    near: list[queries.NearCompany] = []
    if form.validate_on_submit():
        rival, near = _meant(form)
        if rival is not None:
            try:
                with transaction():
                    services.declare_rival(who, company, rival)
            except Invalid as error:
                form.take(error)
            else:
                flash(_("%(rival)s is named as a rival now.", rival=rival.name))
                return see_other(url_for(".rivals", company_slug=company.slug))
    return _rivals_page(company, form, near), status_of(form)


def _end_rivalry(who: User, company: Company, rival: Company) -> ResponseReturnValue:
    with transaction():
        services.end_rivalry(who, company, rival)
    flash(_("%(rival)s is named as a rival no more.", rival=rival.name))
    return see_other(url_for(".rivals", company_slug=company.slug))


def _rivals_page(
    company: Company, form: NamedCompanyForm, near: list[queries.NearCompany] | None = None
) -> str:
    who, now = actor(), clock.now()
    ties = queries.ties_of(who, company.id, now)
    return render_template(
        "companies/rivals.html",
        company=company,
        form=form,
        near=near or [],
        rivals=[
            (row, rival, bool(policies.can_end_rivalry(who, row, company, ties, now)))
            for row, rival in queries.rivals_of(company.id)
        ],
        may=policies.can_declare_rival(who, ties, now),
    )


def _meant(form: NamedCompanyForm) -> tuple[Company | None, list[queries.NearCompany]]:
    """Return the company that a form names, or those that may be meant."""
    chosen = request.form.get("choice")
    if chosen:
        return company_or_404(chosen), []
    name = form.company.data or ""
    same = queries.all_by_name(name)
    if len(same) == 1:
        return same[0], []
    near = queries.near(name)
    if not near:
        form.take(Invalid(_("There is no page for a company of this name."), field="company"))
    return None, near
