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
from community.core.sql import ROW_ID_MAX, find
from community.core.text import whole_number
from community.moderation import words
from community.moderation.forms.legal import (
    LegalAnswerForm,
    LegalCorrectionForm,
    LegalRequestForm,
)
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
    services.may_keep_register(actor()).require()
    form = LegalRequestForm(received_on=clock.now().date())
    if form.validate_on_submit():
        try:
            with transaction():
                entered = services.enter_request(actor(), **_facts(form))
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
    services.may_change(actor(), row).require()
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


@bp.route("/legal-requests/<int:request_id>/correct", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def correct_legal_request(request_id: int) -> ResponseReturnValue:
    """Put right what the register says of a request."""
    row = _request_or_404(request_id)
    if actor() is None:
        return sign_in_first()
    services.may_change(actor(), row).require()
    company = companies.by_id(row.company_id)
    form = LegalCorrectionForm(
        obj=row, company=company.slug if company else "", seen=queries.version_of(row)
    )
    answer: dict[str, Any] = {}
    if row.closed_at is None:
        del form.outcome, form.done
    if form.validate_on_submit():
        if row.closed_at is not None:
            answer = {"outcome": LegalOutcome(form.outcome.data), "done": form.done.data or ""}
        try:
            with transaction():
                services.correct_request(
                    actor(),
                    row,
                    **_facts(form),
                    **answer,
                    reason=form.reason.data or "",
                    seen=whole_number(form.seen.data, most=ROW_ID_MAX) or 0,
                )
        except (Invalid, Conflict) as error:
            form.take(error)
            if isinstance(error, Conflict):  # what was typed is sent again once the new is read
                form.seen.data = str(queries.version_of(row))
                return _correction_page(row, form), 409
        else:
            flash(_("The register is put right, and the public log says so."))
            return see_other(url_for(".legal_request", request_id=request_id))
    return _correction_page(row, form), status_of(form)


def _correction_page(row: LegalRequest, form: LegalCorrectionForm) -> str:
    return render_template(
        "moderation/legal_correct.html", form=form, entry=queries.entry_of(row), words=words
    )


def _facts(form: LegalRequestForm) -> dict[str, Any]:
    """Return what was typed of a request, as the services take it.

    Raises:
        Invalid: no company has the name that was typed.
    """
    return {
        "received_on": form.received_on.data or clock.now().date(),
        "requester": form.requester.data or "",
        "country": form.country.data or "",
        "law": form.law.data or "",
        "company": _company_named(form.company.data or ""),
        "target": form.target.data or "",
        "request_text": form.text.data or "",
        "is_text_public": form.is_text_public.data,
    }


def _page(row: LegalRequest, form: LegalAnswerForm) -> str:
    who = actor()
    is_operator = who is not None and who.is_admin
    may = services.may_change(who, row) if is_operator else None
    return render_template(
        "moderation/legal_request.html",
        entry=queries.entry_of(row),
        withheld=row.text if may and not row.is_text_public else "",
        corrections=queries.corrections_of(row),
        reads_texts=bool(may),
        form=form,
        may_change=may,
        words=words,
        here=url_for(".legal_request", request_id=row.id),
    )


def _request_or_404(request_id: int) -> LegalRequest:
    return find(LegalRequest, request_id) or abort(404, _("There is no such request."))


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
