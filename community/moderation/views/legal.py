"""The register of legal requests: public to read, kept by operators."""

from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor, sign_in_first
from community.companies import queries as companies
from community.companies.models import Company
from community.core import clock
from community.core.db import transaction
from community.core.errors import Conflict, Invalid
from community.core.links import absolute
from community.core.names import slug
from community.moderation import words
from community.moderation.forms.legal import LegalAnswerForm, LegalRequestForm
from community.moderation.models import LegalOutcome, LegalRequest
from community.moderation.queries import legal as queries
from community.moderation.services import legal as services
from community.moderation.views import bp
from community.web import paging
from community.web.caching import same_for_visitors
from community.web.forms import status_of
from community.web.limits import POST, limiter
from community.web.redirects import see_other

PER_PAGE = 30  # requests


@bp.get("/legal-requests")
@same_for_visitors
def legal_requests() -> ResponseReturnValue:
    """Every request by a court, an authority or a lawyer, the newest first."""
    said = request.args.get("company", "")
    company = (companies.by_slug(said) or abort(404)) if said else None
    address: dict[str, Any] = {"company": company.slug} if company else {}
    page = queries.page_of_requests(
        limit=PER_PAGE,
        company_id=company.id if company else None,
        after=paging.from_args(request.args.get("after")),
        before=paging.from_args(request.args.get("before")),
    )
    who = actor()
    return render_template(
        "moderation/legal_requests.html",
        page=page,
        company=company,
        words=words,
        newer=url_for(".legal_requests", **address, before=page.previous)
        if page.previous
        else None,
        older=url_for(".legal_requests", **address, after=page.next) if page.next else None,
        canonical=None if company else absolute("moderation.legal_requests"),
        may_enter=who is not None and who.is_admin,
    )


@bp.get("/legal-requests/<int:request_id>")
@same_for_visitors
def legal_request(request_id: int) -> ResponseReturnValue:
    """One request, and what was done about it."""
    row = _request_or_404(request_id)
    return _page(row, LegalAnswerForm(is_text_public=row.is_text_public))


@bp.route("/legal-requests/new", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def enter_legal_request() -> ResponseReturnValue:
    """Enter a request."""
    if actor() is None:
        return sign_in_first()
    services.may_keep_register(actor(), None).require()
    form = LegalRequestForm(received_on=clock.now().date())
    if form.validate_on_submit():
        try:
            with transaction():
                entered = services.enter_request(
                    actor(),
                    received_on=form.received_on.data or clock.now().date(),
                    requester=form.requester.data or "",
                    country=form.country.data or "",
                    law=form.law.data or "",
                    company=_company_named(form.company.data or ""),
                    target=form.target.data or "",
                    request_text=form.text.data or "",
                    is_text_public=form.is_text_public.data,
                )
        except Invalid as error:
            form.take(error)
        else:
            flash(_("The request is in the register."))
            return see_other(url_for(".legal_request", request_id=entered.id))
    return render_template("moderation/legal_new.html", form=form), status_of(form)


@bp.post("/legal-requests/<int:request_id>/answer")
@limiter.limit(POST)
def answer_legal_request(request_id: int) -> ResponseReturnValue:
    """Say what was done about it."""
    row = _request_or_404(request_id)
    if actor() is None:
        return sign_in_first(url_for(".legal_request", request_id=request_id))
    services.may_keep_register(actor(), row.company_id).require()
    form = LegalAnswerForm()
    if not form.validate_on_submit():
        return _page(row, form), 422
    try:
        with transaction():
            services.answer_request(
                actor(),
                row,
                outcome=LegalOutcome(form.outcome.data),
                done=form.done.data or "",
                is_text_public=form.is_text_public.data,
            )
    except (Invalid, Conflict) as error:
        form.take(error)
        return _page(_request_or_404(request_id), form), 422 if isinstance(error, Invalid) else 409
    flash(_("The answer is in the register and in the public log."))
    return see_other(url_for(".legal_request", request_id=request_id))


def _page(row: LegalRequest, form: LegalAnswerForm) -> str:
    who = actor()
    is_operator = who is not None and who.is_admin
    return render_template(
        "moderation/legal_request.html",
        entry=queries.entry_of(row),
        withheld=row.text if is_operator and not row.is_text_public else "",
        form=form,
        may_answer=services.may_keep_register(who, row.company_id) if is_operator else None,
        words=words,
        here=url_for(".legal_request", request_id=row.id),
    )


def _request_or_404(request_id: int) -> LegalRequest:
    return queries.by_id(request_id) or abort(404, _("There is no such request."))


def _company_named(said: str) -> Company | None:
    """Return the company with this name or address.

    Raises:
        Invalid: none has.
    """
    if not said:
        return None
    company = companies.by_slug(said) or companies.by_slug(slug(said, default="-"))
    if company is None:
        raise Invalid(_("No company here has this name."), field="company")
    return company
