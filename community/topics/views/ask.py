"""Asking, first step: the one box, and the answers that exist already.

Every step works as a page; with scripts the answers come while typing. What is typed
goes along in addresses, or in a draft where it is too long for one.
"""

from http import HTTPStatus

from flask import render_template, request
from flask.typing import ResponseReturnValue

from community.accounts.sessions import actor
from community.companies import queries as companies
from community.companies.models import Company
from community.core.db import transaction
from community.topics import queries, services, visits
from community.topics.queries import Look, Suggestion
from community.topics.views import ask_form, asking, bp, drafting
from community.topics.views.asking import Subject
from community.web.hangups import has_hung_up
from community.web.language import languages_read
from community.web.limits import POST, SEARCH, SUGGEST, limiter
from community.web.redirects import see_other

# What goes along from the box to the page of answers, and on to the form.
FORWARDED = ("about", "guessed", "write", "draft", "differs_from", "reason")


@bp.get("/ask", defaults={"company_slug": None})
@bp.get("/c/<company_slug>/ask")
@limiter.limit(SEARCH)
def ask(company_slug: str | None) -> ResponseReturnValue:
    """Show the box with the answers to what was typed, or the form with it filled in."""
    company, text = asking.page_of(company_slug), asking.typed_text()
    if request.args.get("write"):
        return ask_form.begun(text, company)
    subject = asking.said_subject(company)
    look = _look(text, subject)
    page = render_template(
        "topics/ask.html",
        company=company,
        text=text,
        look=look,
        subject=subject,
        draft=request.args.get("draft", ""),
        odds=queries.odds(company.id) if company else None,
        offered=drafting.offered(),
    )
    if not look.items or not visits.is_looked_at():
        return page
    return visits.remember(page, _note_shown(look.items, text, subject.company))


@bp.post("/ask/find", defaults={"company_slug": None})
@bp.post("/c/<company_slug>/ask/find")
@limiter.limit(POST)
def find(company_slug: str | None) -> ResponseReturnValue:
    """Lead to the answers for what was typed, or on to the form.

    The box is sent here where scripts do not send it: a long text is too much for an
    address, in which each Chinese sign takes nine characters, so it is kept.
    """
    asking.page_of(company_slug)
    fields = {name: request.form.get(name, "") for name in FORWARDED}
    text = request.form.get("text", "").strip()[: queries.TEXT_MAX]
    return see_other(asking.address_with(text, company_slug=company_slug, **fields))


@bp.get("/ask/suggestions")
@limiter.limit(SUGGEST)
def suggestions() -> ResponseReturnValue:
    """Answer the fragment of rows for what has been typed so far, unless nobody waits for it."""
    if has_hung_up():
        return "", HTTPStatus.NO_CONTENT
    slug = request.args.get("company", "")
    company = companies.by_slug(slug) if slug else None
    text = request.args.get("text", "").strip()
    subject = asking.said_subject(company)
    return render_template(
        "topics/_suggestions.html",
        company=company,
        text=text,
        look=_look(text, subject),
        subject=subject,
    )


def _look(text: str, subject: Subject) -> Look:
    return queries.look(
        text,
        company_id=_id(subject.company),
        product_id=subject.product.id if subject.product else None,
        reads=languages_read(),
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
            company_id=_id(company),
        )
    return visit


def _id(company: Company | None) -> int | None:
    return company.id if company else None
