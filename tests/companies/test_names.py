"""Other names of companies: who may add and take them away, and what finds them."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from community.accounts.models import User
from community.companies import queries, services
from community.companies.models import ALIASES_MAX, Company, CompanyAlias, CompanyState
from community.core.db import db
from community.core.errors import Invalid, NotAllowed
from tests.conftest import Client
from tests.factories import make_company, make_employee, make_user

SignIn = Callable[[User], Client]


def aliases(company: Company) -> list[str]:
    return [one.alias for one in queries.aliases_of(company.id)]


def test_anybody_may_say_what_an_absent_company_is_called_as_well() -> None:
    company = make_company("Brightwave")

    services.add_alias(make_user(), company, alias="  Bright   Wave ")

    assert aliases(company) == ["Bright Wave"]
    assert [one.id for one in queries.near("Bright Wave")] == [company.id]


@pytest.mark.parametrize("taken", ["BRIGHTWAVE", "bright wave", "", "!", "x" * 81])
def test_a_name_that_is_known_or_none_is_refused(taken: str) -> None:
    company = make_company("Brightwave")
    services.add_alias(make_user(), company, alias="Bright Wave")

    with pytest.raises(Invalid):
        services.add_alias(make_user(), company, alias=taken)


def test_there_are_only_so_many() -> None:
    company = make_company("Brightwave")
    for number in range(ALIASES_MAX):
        services.add_alias(make_user(), company, alias=f"Name {number}")

    with pytest.raises(Invalid, match="Take one away"):
        services.add_alias(make_user(), company, alias="One more")


def test_a_company_that_has_joined_says_itself_what_it_is_called() -> None:
    company = make_company("Brightwave", state=CompanyState.LISTENING)
    services.add_alias(make_employee(company), company, alias="BW")
    services.add_alias(make_user(is_moderator=True), company, alias="Bright Wave")

    for stranger in (make_user(), make_employee(make_company()), None):
        with pytest.raises(NotAllowed):
            services.add_alias(stranger, company, alias="Dimwave")
        with pytest.raises(NotAllowed):
            services.remove_alias(stranger, company, 1)
    assert aliases(company) == ["BW", "Bright Wave"]


def test_a_name_of_another_company_cannot_be_taken_away_here() -> None:
    company, other = make_company("Brightwave"), make_company("Larkspur")
    row = services.add_alias(make_user(), other, alias="Lark")

    services.remove_alias(make_user(), company, row.id)

    assert aliases(other) == ["Lark"]


def test_the_page_adds_shows_and_takes_away(sign_in: SignIn) -> None:
    company = make_company("Brightwave")
    browser = sign_in(make_user())
    assert "No other name is known yet" in browser.get("/c/brightwave/names").text

    assert browser.submit("/c/brightwave/names", alias="BW").status_code == 303
    assert "BW" in browser.get("/c/brightwave/names").text
    assert "Also known as BW" in browser.get("/c/brightwave").text

    row = db.session.scalars(select(CompanyAlias)).one()
    assert browser.submit("/c/brightwave/names", remove=row.id).status_code == 303
    assert aliases(company) == []


def test_a_number_of_no_name_takes_nothing_away(sign_in: SignIn) -> None:
    company = make_company("Brightwave")
    browser = sign_in(make_user())
    assert browser.submit("/c/brightwave/names", alias="BW").status_code == 303

    for number in ("2147483648", "9" * 30, "x"):
        assert browser.submit("/c/brightwave/names", remove=number).status_code == 303

    assert aliases(company) == ["BW"]


def test_a_name_like_that_of_another_company_is_asked_about_first(sign_in: SignIn) -> None:
    company = make_company("Brightwave")
    make_company("Larkspur")
    browser = sign_in(make_user())

    page = browser.submit("/c/brightwave/names", alias="Larkspurr").text
    assert "Other companies are called like this" in page
    assert aliases(company) == []

    browser.submit("/c/brightwave/names", alias="Larkspurr", none_of_these="yes")
    assert aliases(company) == ["Larkspurr"]


def test_a_visitor_reads_the_names_and_is_asked_to_sign_in(client: Client) -> None:
    make_company("Brightwave")

    assert "Sign in to add a name" in client.get("/c/brightwave/names").text
    assert "/signin" in client.submit("/c/brightwave/names", alias="BW").location


def test_who_may_not_name_it_is_told_why(sign_in: SignIn) -> None:
    make_company("Brightwave", state=CompanyState.LISTENING)
    browser = sign_in(make_user())

    assert "says itself what else it is called" in browser.get("/c/brightwave/names").text
    assert browser.submit("/c/brightwave/names", alias="BW").status_code == 403


def test_names_are_completed_as_options(client: Client) -> None:
    company = make_company("Brightwave")
    services.add_alias(make_user(), company, alias="Lumen & Co")

    answer = client.get("/companies/complete?text=lum").text

    assert '<option value="Brightwave">also known as Lumen &amp; Co</option>' in answer
    assert "<html" not in answer
