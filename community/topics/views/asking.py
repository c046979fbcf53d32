"""What every step of asking goes by: what was typed, and what it is said to be about."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from community.accounts.sessions import actor
from community.companies import queries as companies
from community.companies.models import Company, Product
from community.companies.views import company_or_404
from community.core.db import transaction
from community.topics import policies, queries
from community.topics.models import TITLE_MAX
from community.web.forms import one_line
from community.writing import services as drafts
from community.writing.models import ASKING

ANY = "any"  # what the asker chooses who means none of the companies that we guess
ADDRESS_MAX = 4_000  # characters of an address of ours; servers and proxies refuse from 8,000 on


@dataclass(frozen=True)
class Subject:
    """What a text is about: a company, perhaps a product, or none of those that we guess.

    What nobody has said is guessed. On a company's page the company is known without
    being said.
    """

    company: Company | None = None
    product: Product | None = None
    is_none: bool = False
    is_said: bool = False

    @property
    def key(self) -> str:
        """What stands in addresses for what was said; empty if nothing was."""
        if not self.is_said:
            return ""
        if self.company is None:
            return ANY
        return f"{self.company.slug}/{self.product.slug}" if self.product else self.company.slug


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
        return Subject(is_none=True, is_said=True)
    slug, _slash, product_slug = about.partition("/")
    chosen = company or (companies.by_slug(slug) if slug else None)
    if chosen is None or not slug:
        return Subject(chosen)
    product = companies.product_by_slug(chosen.id, product_slug) if product_slug else None
    return Subject(chosen, product, is_said=True)


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
        kept = drafts.save_draft(words, place=ASKING, key=fields.pop("draft", None), user=actor())
    return url_for("topics.ask", company_slug=company_slug, draft=kept.key, **fields)
