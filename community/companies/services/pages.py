"""Pages of companies and products: opening them, and what stands on them."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from community.accounts.models import User
from community.companies import policies, queries
from community.companies.hosts import web_address, website_host
from community.companies.models import (
    ABOUT_MAX,
    ALIASES_MAX,
    NAME_MAX,
    SLUG_MAX,
    Company,
    CompanyAlias,
    CompanyGram,
    Product,
    Ties,
)
from community.core import clock, outbox, text
from community.core.db import db
from community.core.errors import Conflict, Invalid
from community.core.names import folded, grams, slug
from community.core.sql import add_once, change, changed, lock, lock_word

SLUG_TRIES = 50

Row = TypeVar("Row", Company, Product)


def open_company(
    actor: User | None, *, name: str, website: str = "", about: str = "", asking: bool = False
) -> Company:
    """Open a page for a company, unclaimed, run by its customers.

    Near names are for the caller to show first (`queries.near`); only the same host is refused.

    Args:
        name: 1 to `NAME_MAX` characters after trimming.
        website: a host or any address on the company's site; may be empty.
        about: one line, at most `ABOUT_MAX` characters.
        asking: the page opens with a question, and is held until one about it can be seen
            (`show_pages`).

    Raises:
        NotAllowed: the actor may not take part.
        Invalid: the name, website or line about it does not fit.
        Conflict: there is a page for this website already.
    """
    policies.can_open_page(actor, clock.now(), asking=asking).require()
    assert actor is not None  # can_open_page refuses None
    name, host = _name(name), website_host(website)
    about = _about(about)
    known = queries.by_host(host) if host is not None else None
    if known is not None and known.held_at is None:
        raise Conflict(_("There is a page for %(host)s already.", host=host))
    if known is not None:  # what nobody has seen keeps no website from others
        known.website_host = None
        db.session.flush()
    held_at = clock.now() if asking else None
    return _save_company(
        name, website_host=host, about=about, created_by_id=actor.id, held_at=held_at
    )


def company_to_ask(
    actor: User | None, *, name: str, website: str = "", others: Collection[str] = ()
) -> Company:
    """Return the page that a question about a new company goes to, opened if it must be.

    Of two people who ask about the same new company at once, one opens its page and the
    other asks there.

    Args:
        others: the slugs of pages of this name that the asker has seen and does not mean.

    Raises:
        As `open_company`.
    """
    policies.can_open_page(actor, clock.now(), asking=True).require()
    name = _name(name)
    lock_word(f"company {folded(name)}")
    for company in queries.all_by_name(name):
        if company.slug not in others:
            return company
    return open_company(actor, name=name, website=website, asking=True)


def product_to_ask(actor: User | None, company: Company, *, name: str) -> Product:
    """Return the product of this name that a question is about, opened if it must be.

    Raises:
        As `open_product`.
    """
    policies.can_open_page(actor, clock.now(), asking=True).require()
    name = _name(name, field="new_product")
    lock_word(f"product {company.id} {folded(name)}")
    known = queries.product_by_name(company.id, name)
    return known or open_product(actor, company, name=name, asking=True)


def open_product(
    actor: User | None,
    company: Company,
    *,
    name: str,
    parent_id: int | None = None,
    asking: bool = False,
) -> Product:
    """Open a page for a product of ``company``.

    Args:
        asking: the page opens with a question, as in `open_company`.

    Raises:
        NotAllowed: the actor may not take part.
        Invalid: the name does not fit, or the parent is another company's.
        Conflict: the company has a product of this name.
    """
    policies.can_open_page(actor, clock.now(), asking=asking).require()
    assert actor is not None  # can_open_page refuses None
    name = _name(name)
    if parent_id is not None:
        parent = db.session.get(Product, parent_id)
        if parent is None or parent.company_id != company.id:
            raise Invalid(
                _("That is not a product of %(name)s.", name=company.name), field="parent"
            )
    known = queries.product_by_name(company.id, name)
    if known is not None and known.held_at is not None and not asking:
        show_pages(company.id, [known.id])
        return known
    if known is not None:
        raise Conflict(
            _(
                "%(company)s has a product called %(product)s already.",
                company=company.name,
                product=name,
            )
        )
    held_at = clock.now() if asking else None
    return _save_product(
        company, name, parent_id=parent_id, created_by_id=actor.id, held_at=held_at
    )


def show_pages(company_id: int, product_ids: Collection[int]) -> None:
    """Let everybody see pages that opened with a question, now that one about them can be seen."""
    for table, ids in ((Company, [company_id]), (Product, product_ids)):
        held = table.id.in_(ids), table.held_at.is_not(None)
        for page in db.session.scalars(select(table).where(*held)):
            change(page, held_at=None)


def take_in_company(name: str) -> Company:
    """Return the company of this name, for an import; open an unclaimed page if there is none.

    Raises:
        Invalid: the name does not fit.
    """
    name = _name(name)
    company = next(iter(queries.all_by_name(name)), None) or _save_company(name)
    show_pages(company.id, ())
    return company


def take_in_product(company: Company, name: str) -> Product:
    """Return the product of ``company`` with this name, for an import; open it if there is none.

    Raises:
        Invalid: the name does not fit.
    """
    name = _name(name)
    product = queries.product_by_name(company.id, name) or _save_product(company, name)
    show_pages(company.id, [product.id])
    return product


def set_official_help(actor: User | None, company: Company, *, url: str, source: str) -> None:
    """Say where the company itself gives help, and where that can be checked (rule N3).

    Raises:
        NotAllowed: the actor may not take part, or the company says it itself.
        Invalid: an address is missing or is none.
    """
    now = clock.now()
    ties = queries.ties_of(actor, company.id, now)
    policies.can_set_official_help(actor, company, ties, now).require()
    assert actor is not None  # can_set_official_help refuses None
    company.official_help_url = web_address(url, field="url")
    company.official_help_source = web_address(source, field="source")
    company.official_help_by_id = actor.id
    company.official_help_at = now
    outbox.publish("company.official_help_set", company_id=company.id)
    _tell_if_moderated(actor, company, ties, "official_help")


def add_alias(actor: User | None, company: Company, *, alias: str) -> CompanyAlias:
    """Say what else a company is called, so that it is found by that name.

    Names like those of other companies are for the caller to show first (`queries.near`).

    Raises:
        NotAllowed: the actor may not take part, or the company says it itself.
        Invalid: the name does not fit, is known, or there are `ALIASES_MAX` already.
    """
    now = clock.now()
    ties = queries.ties_of(actor, company.id, now)
    policies.can_name(actor, company, ties, now).require()
    assert actor is not None  # can_name refuses None
    alias = _name(alias, field="alias")
    lock(company)  # whoever adds the tenth name at the same time waits
    known = queries.aliases_of(company.id)
    key = folded(alias)
    if key in {company.name_key, *(one.alias_key for one in known)}:
        raise Invalid(_("It is found by this name already."), field="alias")
    if len(known) >= ALIASES_MAX:
        raise Invalid(
            _("A company has at most %(most)s other names. Take one away first.", most=ALIASES_MAX),
            field="alias",
        )
    row = write_alias(company, alias, added_by_id=actor.id)
    outbox.publish("company.names_changed", company_id=company.id)
    _tell_if_moderated(actor, company, ties, "names")
    return row


def write_alias(company: Company, alias: str, **columns: Any) -> CompanyAlias:
    """Write another name that has been checked, with the pieces by which it is found."""
    key = folded(alias)
    row = CompanyAlias(company_id=company.id, alias=alias, alias_key=key, **columns)
    db.session.add(row)
    db.session.flush()
    for gram in sorted(grams(key)):
        add_once(CompanyGram, gram=gram, company_id=company.id)
    return row


def remove_alias(actor: User | None, company: Company, alias_id: int) -> None:
    """Take away another name of a company, if it is there.

    Raises:
        NotAllowed: the actor may not take part, or the company says it itself.
    """
    now = clock.now()
    ties = queries.ties_of(actor, company.id, now)
    policies.can_name(actor, company, ties, now).require()
    mine = CompanyAlias.company_id == company.id
    if changed(delete(CompanyAlias).where(CompanyAlias.id == alias_id, mine)):
        outbox.publish("company.names_changed", company_id=company.id)
        assert actor is not None  # can_name refuses None
        _tell_if_moderated(actor, company, ties, "names")


def _tell_if_moderated(actor: User, company: Company, ties: Ties, what: str) -> None:
    """Publish that a moderator changed what a company says itself; it goes into the public log."""
    if policies.did_as_moderator(actor, company, ties, clock.now()):
        outbox.publish("company.moderated", company_id=company.id, actor_id=actor.id, what=what)


def _name(typed: str, *, field: str = "name") -> str:
    """Return a company's or product's name as it is kept.

    Raises:
        Invalid: it is empty, too long, or has signs that cannot be seen.
    """
    name = text.one_line(typed)
    if not 1 <= len(name) <= NAME_MAX or not any(char.isalnum() for char in name):
        raise Invalid(
            _("A name has 1 to %(most)s characters, a letter or digit among them.", most=NAME_MAX),
            field=field,
        )
    if not name.isprintable():
        raise Invalid(_("A name has letters, digits and signs only."), field=field)
    return name


def _about(typed: str) -> str:
    about = text.one_line(typed)
    if len(about) > ABOUT_MAX:
        raise Invalid(
            _(
                "At most %(limit)d characters; this text has %(length)d.",
                limit=ABOUT_MAX,
                length=len(about),
            ),
            field="about",
        )
    return about


def _save_company(name: str, **columns: Any) -> Company:
    company = _with_free_slug(
        slug(name, default="company"),
        queries.is_slug_taken,
        lambda address: Company(slug=address, name=name, name_key=folded(name), **columns),
    )
    outbox.publish("company.opened", company_id=company.id)
    return company


def _save_product(company: Company, name: str, **columns: Any) -> Product:
    product = _with_free_slug(
        slug(name, default="product"),
        lambda address: queries.is_product_slug_taken(company.id, address),
        lambda address: Product(
            company_id=company.id, slug=address, name=name, name_key=folded(name), **columns
        ),
    )
    outbox.publish("product.opened", product_id=product.id, company_id=company.id)
    return product


def _with_free_slug(wanted: str, taken: Callable[[str], bool], build: Callable[[str], Row]) -> Row:
    """Save what ``build`` makes at the first free address: ``acme``, else ``acme-2`` and so on.

    Somebody may take an address between our look and our write; then the next is tried.

    Raises:
        Conflict: the row clashes with another in something else than its address.
    """
    for number in range(1, SLUG_TRIES + 1):
        address = wanted[: SLUG_MAX - 3] + (f"-{number}" if number > 1 else "")
        if taken(address):
            continue
        row = build(address)
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except IntegrityError as error:
            if taken(address):
                continue
            raise Conflict(_("Somebody has just opened this page.")) from error
        return row
    raise Conflict(_("There are too many pages of this name already."))
