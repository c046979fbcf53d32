"""Write people, companies, their employees and their products."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from community.accounts import digests
from community.accounts.models import User
from community.accounts.services.claims import claim
from community.companies.models import Company, CompanyState, Mandate, MandateKind, Product
from community.companies.services import write_alias
from community.core.db import db
from community.core.names import folded
from community.demo import shapes
from community.demo.shapes import Role
from community.demo.site import Site

SOURCE = "demo:"  # how the source keys of the demonstration's people and topics begin
PERSONAL_HOST = "mail.example"  # where people have their mail who have none at a company


def write_people(site: Site, password_hashes: Mapping[str, str]) -> None:
    """Write everybody. Who has an account has a confirmed address that no mail can reach.

    Offices are given later, each at its moment (`community.demo.moderating`).

    Args:
        site: to write to.
        password_hashes: by user name, of those who can sign in.
    """
    hosts = {
        employee.username: company.website_host
        for company in site.content.companies
        for employee in company.employees
        if employee.until is None
    }
    for person in site.content.people:
        joined = site.calendar.at(person.joined)
        address = f"{person.username}@{hosts.get(person.username, PERSONAL_HOST)}"
        is_imported = person.role is Role.IMPORTED
        site.users[person.username] = User(
            username=person.username,
            username_key=folded(person.username),
            display_name=person.name,
            about=person.about,
            email=address if person.has_account else None,
            email_verified_at=joined if person.has_account else None,
            password_hash=password_hashes.get(person.username),
            source_key=f"{SOURCE}{person.username}" if is_imported else None,
            source_email_digest=digests.of_source_email(address) if is_imported else None,
            time_zone=person.time_zone,
            created_at=joined,
        )
    db.session.add_all(site.users.values())
    db.session.flush()


def write_claims(site: Site) -> None:
    """Write down whose address waits to be confirmed: of guests, since they asked."""
    for _company, topic in site.content.topics():
        if site.people[topic.author].role is Role.GUEST:
            row = site.topics[topic.key]
            guest = site.users[topic.author]
            waiting = claim(
                guest,
                email=f"{guest.username}@{PERSONAL_HOST}",
                return_to=f"/t/{row.id}/{row.slug}",
            )
            waiting.asked_at = row.created_at
    db.session.flush()


def write_companies(site: Site) -> None:
    """Write the companies' pages."""
    for one in site.content.companies:
        site.companies[one.slug] = _company(site, one)
    db.session.add_all(site.companies.values())
    db.session.flush()
    for one in site.content.companies:
        company = site.companies[one.slug]
        db.session.add_all(_mandate(site, company, employee) for employee in one.employees)
        for alias in one.also_known_as:
            write_alias(
                company,
                alias,
                added_by_id=company.created_by_id,
                created_at=company.created_at,
            )
        for product in one.products:  # a parent comes before its children
            _write_product(site, company, product)


def _company(site: Site, one: shapes.Company) -> Company:
    """Return a page that somebody opened shortly before the first topic."""
    first = min(topic.at for topic in one.topics)
    opened = site.calendar.at(first) - timedelta(hours=1)
    return Company(
        slug=one.slug,
        name=one.name,
        name_key=folded(one.name),
        website_host=one.website_host,
        about=one.about,
        state=one.state,
        proved_at=_proved_at(one, opened),
        official_help_url=one.official_help_url or None,
        official_help_source=one.official_help_source or None,
        official_help_by_id=site.user_id(one.opened_by) if one.official_help_url else None,
        official_help_at=opened if one.official_help_url else None,
        created_by_id=site.user_id(one.opened_by),
        created_at=opened,
    )


def _proved_at(one: shapes.Company, opened: datetime) -> datetime | None:
    return None if one.state is CompanyState.UNCLAIMED else opened + timedelta(minutes=30)


def _mandate(site: Site, company: Company, employee: shapes.Employee) -> Mandate:
    return Mandate(
        company_id=company.id,
        user_id=site.user_id(employee.username),
        kind=MandateKind.EMPLOYEE,
        title=employee.title,
        scope=employee.scope,
        since=site.calendar.at(employee.since),
        valid_until=None if employee.until is None else site.calendar.at(employee.until),
    )


def _write_product(site: Site, company: Company, one: shapes.Product) -> None:
    parent = site.products[company.slug, one.parent] if one.parent else None
    product = Product(
        company_id=company.id,
        parent_id=None if parent is None else parent.id,
        slug=one.slug,
        name=one.name,
        name_key=folded(one.name),
        created_by_id=company.created_by_id,
        created_at=company.created_at,
    )
    db.session.add(product)
    db.session.flush()  # assigns the id that its children carry
    site.products[company.slug, one.slug] = product
