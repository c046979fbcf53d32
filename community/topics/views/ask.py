"""Asking, first step: the one box, and the answers that exist already.

Every step works as a page; with scripts the answers come while typing. What is typed
goes along in addresses, or in a draft where it is too long for one.
"""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from community.accounts.sessions import actor
from community.companies import queries as companies
from community.companies.models import Company, Product
from community.companies.views import company_or_404
from community.core.db import transaction
from community.topics import policies, queries, services, visits
from community.topics.models import TITLE_MAX
from community.topics.queries import Look, Suggestion
from community.topics.views import bp
from community.web.forms import one_line
from community.web.limits import POST, SEARCH, SUGGEST, limiter
from community.web.redirects import see_other
from community.writing import services as drafts
from community.writing.models import ASKING

ANY = "any"  # what the asker chooses who means none of the companies that we guess
ADDRESS_MAX = 4_000  # characters of an address of ours; servers and proxies refuse from 8,000 on


@dataclass(frozen=True)
class Subject:
    """What the asker says the text is about: a company, perhaps a product, or none of ours.

    Nothing was said where both are missing: then it is guessed.
    """

    company: Company | None = None
    product: Product | None = None
    is_none: bool = False

    @property
    def key(self) -> str:
        """What stands for it in addresses."""
        if self.company is None:
            return ANY if self.is_none else ""
        return f"{self.company.slug}/{self.product.slug}" if self.product else self.company.slug


@bp.get("/ask", defaults={"company_slug": None})
@bp.get("/c/<company_slug>/ask")
@limiter.limit(SEARCH)
def ask(company_slug: str | None) -> ResponseReturnValue:
    """Show the box with the answers to what was typed, or the form with it filled in."""
    from community.topics.views import ask_form  # noqa: PLC0415

    company, text = page_of(company_slug), typed_text()
    if request.args.get("write"):
        return ask_form.begun(text, company)
    subject = said_subject(company)
    look = queries.look(text, company_id=_id(subject.company))
    page = render_template(
        "topics/ask.html",
        company=company,
        text=text,
        look=look,
        subject=subject,
        draft=request.args.get("draft", ""),
        odds=queries.odds(company.id) if company else None,
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
    page_of(company_slug)
    fields = {name: request.form.get(name, "") for name in ("about", "guessed", "write", "draft")}
    text = request.form.get("text", "").strip()[: queries.TEXT_MAX]
    return see_other(address_with(text, company_slug=company_slug, **fields))


@bp.get("/ask/suggestions")
@limiter.limit(SUGGEST)
def suggestions() -> ResponseReturnValue:
    """Answer the fragment of rows for what has been typed so far."""
    company = companies.by_slug(request.args.get("company", ""))
    text = request.args.get("text", "").strip()
    subject = said_subject(company)
    return render_template(
        "topics/_suggestions.html",
        company=company,
        text=text,
        look=queries.look(text, company_id=_id(subject.company)),
        subject=subject,
    )


# -- for every step -----------------------------------------------------------------------------


def page_of(company_slug: str | None) -> Company | None:
    """Return the company on whose page somebody asks, if it takes topics."""
    if company_slug is None:
        return None
    company = company_or_404(company_slug)
    policies.takes_topics(company).require()
    return company


def typed_text() -> str:
    """Return what was typed into the box, from the address or from the draft that it names."""
    kept = drafts.find_draft(request.args.get("draft", ""), actor())
    if kept is not None and kept.place == ASKING:
        return kept.fields.get("body") or kept.fields.get("title") or ""
    return request.args.get("text", "").strip()[: queries.TEXT_MAX]


def said_subject(company: Company | None) -> Subject:
    """Return what the asker chose. A guess that was sent along unchanged is no choice.

    Args:
        company: on whose page they ask.
    """
    about = request.args.get("about", "")
    if about == request.args.get("guessed", ""):
        about = ""
    if about == ANY and company is None:
        return Subject(is_none=True)
    slug, _slash, product_slug = about.partition("/")
    chosen = company or (companies.by_slug(slug) if slug else None)
    if chosen is None:
        return Subject()
    product = companies.product_by_slug(chosen.id, product_slug) if product_slug else None
    return Subject(chosen, product)


def as_title_and_body(text: str) -> tuple[str, str]:
    """Return a short text as a title, a long one as a title and details."""
    title = one_line(text)
    body = text if len(title) > TITLE_MAX or "\n" in text else ""
    return (title if len(title) <= TITLE_MAX else title[:TITLE_MAX].rsplit(" ", 1)[0]), body


def address_with(text: str, *, company_slug: str | None, **fields: Any) -> str:
    """Return the address of the box, or of the form, with ``text`` in it.

    A text that would make it too long is kept in a draft, which the address names.
    """
    fields = {name: value for name, value in fields.items() if value}
    address = url_for("topics.ask", company_slug=company_slug, text=text, **fields)
    if len(address) <= ADDRESS_MAX:
        return address
    title, body = as_title_and_body(text)
    words = {"title": title} | ({"body": body} if body else {})
    with transaction():
        kept = drafts.save_draft(
            words, place=ASKING, key=fields.pop("draft", None), user=actor()
        )
    return url_for("topics.ask", company_slug=company_slug, draft=kept.key, **fields)


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


__all__ = ["ANY", "Look", "Subject"]
