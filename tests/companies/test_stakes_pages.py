"""Saying whom one works for, and which companies compete."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts.models import User
from community.companies import services
from community.companies.models import (
    COOLING_OFF,
    Company,
    Employment,
    MandateKind,
    Rivalry,
    Stake,
)
from community.companies.policies import can_moderate
from community.companies.queries import bar_of, employments_of, rivals_of, stake_of
from community.core import clock
from community.core.db import db
from community.core.errors import Invalid, NotAllowed
from tests.conftest import Client, browser_for
from tests.factories import make_company, make_employee, make_user


def rivals(company: Company) -> list[str]:
    return [rival.name for _row, rival in rivals_of(company.id)]


@pytest.mark.usefixtures("app")
def test_an_employer_is_declared_once_and_its_end_is_kept() -> None:
    user, acme = make_user(), make_company("Acme")

    first = services.declare_employer(user, acme)
    assert services.declare_employer(user, acme) is first
    assert stake_of(user.id, acme.id, clock.now()) is Stake.EMPLOYER
    assert services.end_employment(user, acme)
    assert not services.end_employment(user, acme)
    assert stake_of(user.id, acme.id, clock.now()) is Stake.FORMER
    services.declare_employer(user, acme)

    assert [one.ended_at is None for one in employments_of(user.id)] == [True, False]


@pytest.mark.usefixtures("app")
def test_saying_it_anew_takes_no_day_off_the_end() -> None:
    user, acme = make_user(is_moderator=True), make_company("Acme")
    with clock.frozen(clock.now()) as move_on:
        services.declare_employer(user, acme)
        services.end_employment(user, acme)
        move_on(COOLING_OFF - timedelta(days=1))
        services.declare_employer(user, acme)
        services.end_employment(user, acme)
        services.end_employment(user, acme)
        move_on(COOLING_OFF - timedelta(days=1))
        barred = can_moderate(user, bar_of(user, acme.id, clock.now()), clock.now())
        assert "less than 90 days ago" in barred.reason
        move_on(timedelta(days=1))

        assert can_moderate(user, bar_of(user, acme.id, clock.now()), clock.now())


@pytest.mark.usefixtures("app")
def test_somebody_suspended_may_still_say_whom_they_work_for() -> None:
    user = make_user(suspended_until=clock.now() + timedelta(days=3))

    services.declare_employer(user, make_company())

    for actor in (None, make_user(email_verified_at=None), make_user(deleted_at=clock.now())):
        with pytest.raises(NotAllowed):
            services.declare_employer(actor, make_company())
        with pytest.raises(NotAllowed):
            services.end_employment(actor, make_company())


@pytest.mark.usefixtures("app")
def test_who_leads_a_company_names_its_rivals_and_takes_only_its_own_back() -> None:
    acme, bolt = make_company("Acme"), make_company("Bolt")
    owner = make_employee(acme, kind=MandateKind.OWNER)
    manager = make_employee(bolt, kind=MandateKind.MANAGER)
    bound = make_employee(acme, kind=MandateKind.REPRESENTATIVE)
    bound.is_moderator = True

    for actor in (None, make_user(), manager, bound, make_employee(acme)):
        with pytest.raises(NotAllowed):
            services.declare_rival(actor, acme, bolt)
    services.declare_rival(owner, acme, bolt)
    assert (rivals(acme), rivals(bolt)) == (["Bolt"], ["Acme"])
    with pytest.raises(Invalid, match="already"):
        services.declare_rival(manager, bolt, acme)
    with pytest.raises(NotAllowed, match="other company"):
        services.end_rivalry(manager, bolt, acme)
    services.end_rivalry(owner, acme, bolt)
    services.end_rivalry(owner, acme, bolt)

    assert db.session.scalars(select(Rivalry)).all() == []


@pytest.mark.usefixtures("app")
def test_a_moderator_names_rivals_and_takes_them_back() -> None:
    acme, bolt = make_company(), make_company()
    services.declare_rival(make_user(is_moderator=True), acme, bolt)
    owner = make_employee(acme, kind=MandateKind.OWNER)

    with pytest.raises(NotAllowed):
        services.end_rivalry(owner, acme, bolt)
    services.end_rivalry(make_user(is_moderator=True), acme, bolt)

    assert rivals(acme) == []


@pytest.mark.usefixtures("app")
def test_rivals_are_few_and_others() -> None:
    acme = make_company()
    owner = make_employee(acme, kind=MandateKind.OWNER)
    with pytest.raises(Invalid, match="itself"):
        services.declare_rival(owner, acme, acme)
    for _ in range(20):
        services.declare_rival(owner, acme, make_company())
    with pytest.raises(Invalid, match="At most 20"):
        services.declare_rival(owner, acme, make_company())


def test_employers_on_the_account_page_and_the_persons_own(
    app: Flask, sign_in: Callable[[User], Client]
) -> None:
    user = make_user("mira")
    acme, acme_too = make_company("Acme"), make_company("Acme Bikes")
    db.session.commit()
    browser = sign_in(user)

    assert "have not said" in browser.get("/account/employers").text
    assert browser.submit("/account/employers", company="Nobody Knows It").status_code == 422
    near = browser.submit("/account/employers", company="Acme Bike")
    assert f'value="{acme_too.slug}"' in near.text
    assert browser.submit("/account/employers", company="acme").status_code == 303
    assert (
        browser.submit("/account/employers", choice=acme_too.slug, company="x").status_code == 303
    )
    page = browser_for(app).get("/people/mira").text
    assert "works at" in page
    assert "Acme Bikes" in page
    assert "until 90 days after" in browser.get("/account/employers").text
    with clock.frozen(datetime(2026, 11, 22, 12, tzinfo=UTC)) as move_on:
        ended = browser.submit("/account/employers", end=acme.slug)
        said = browser.get(ended.location).text
        assert "You stay barred from its cases until Feb 20, 2027." in said
        assert "you stay barred from its cases until Feb 20, 2027" in said
        move_on(COOLING_OFF)
        assert "barred from" not in browser.get("/account/employers").text

    assert "worked at" in browser_for(app).get("/people/mira").text
    assert browser_for(app).get("/account/employers").status_code == 303
    current = select(Employment.company_id).where(Employment.ended_at.is_(None))
    assert db.session.scalars(current).all() == [acme_too.id]


def test_the_page_of_rivals(app: Flask, sign_in: Callable[[User], Client]) -> None:
    acme, bolt = make_company("Acme"), make_company("Bolt")
    owner = make_employee(acme, "olive", kind=MandateKind.OWNER)
    reader = make_user("rita")
    db.session.commit()
    address = f"/c/{acme.slug}/rivals"
    browser = sign_in(owner)

    assert "No rival is named yet" in browser_for(app).get(address).text
    assert browser.submit(address, company="Acme").status_code == 422
    assert browser.submit(address, company="Bolt").status_code == 303
    page = sign_in(reader).get(address).text
    assert "said by Acme" in page
    assert "Owners and managers of the company say this" in page
    assert sign_in(reader).submit(address, end=bolt.slug).status_code == 403
    assert browser.submit(address, end=bolt.slug).status_code == 303

    assert "No rival is named yet" in browser_for(app).get(address).text
