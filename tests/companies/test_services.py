"""Pages for companies and products, opened by anybody."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from community.accounts.queries import by_id
from community.companies import queries, services
from community.companies.models import Company, CompanyState, Product
from community.core import clock
from community.core.db import db, transaction
from community.core.errors import Conflict, Invalid, NotAllowed
from tests.factories import make_company, make_employee, make_product, make_user


def test_a_new_page_is_unclaimed_and_found_by_its_address() -> None:
    company = services.open_company(
        make_user(), name="  Acme   Widgets ", website="https://www.Acme.example/shop?x=1"
    )

    assert queries.by_slug("acme-widgets") is company
    assert (company.name, company.website_host) == ("Acme Widgets", "acme.example")
    assert company.state is CompanyState.UNCLAIMED


def test_two_companies_of_one_name_get_two_addresses() -> None:
    first = services.open_company(make_user(), name="Delta", website="delta.example")
    second = services.open_company(make_user(), name="Delta", website="delta-air.example")

    assert (first.slug, second.slug) == ("delta", "delta-2")


def test_a_name_in_any_script_gets_a_readable_address() -> None:
    assert services.open_company(make_user(), name="優質電信").slug == "優質電信"
    assert services.open_company(make_user(), name="Café São").slug == "cafe-sao"


def test_a_website_has_one_page() -> None:
    make_company("Acme", website_host="acme.example")

    with pytest.raises(Conflict, match=r"acme\.example"):
        services.open_company(make_user(), name="Other", website="http://acme.example")


def test_signs_that_nobody_can_see_are_left_out_of_a_name() -> None:
    assert services.open_company(make_user(), name="Ac\x00me \u202eLtd").name == "Acme Ltd"


@pytest.mark.parametrize(
    ("name", "website"),
    [
        ("", ""),
        ("!?", ""),
        ("x" * 81, ""),
        ("a\u200bb", ""),
        ("Acme", "nonsense"),
        ("Acme", "http://"),
        ("Acme", "127.0.0.1"),
        ("Acme", "http://[::1]/"),
        ("Acme", "a..b"),
        ("Acme", "-a.example"),
        ("Acme", "x" * 300 + ".example"),
    ],
)
def test_what_is_no_company_is_refused(name: str, website: str) -> None:
    with pytest.raises(Invalid):
        services.open_company(make_user(), name=name, website=website)


def test_visitors_open_no_pages() -> None:
    with pytest.raises(NotAllowed):
        services.open_company(None, name="Acme")
    with pytest.raises(NotAllowed):
        services.open_product(None, make_company(), name="Anvil")
    with pytest.raises(NotAllowed):
        services.set_official_help(
            None, make_company(), url="https://a.example", source="https://a.example"
        )


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("Acme", "ACME Inc."),
        ("Brightwave", "Brigthwave"),
        ("Northline Trains", "Northline"),
        ("Café Central", "cafe central"),
        ("The Larkspur Group", "Larkspur"),
    ],
)
def test_near_names_are_found(known: str, typed: str) -> None:
    make_company("Quite Different")
    make_company(known)

    assert [one.name for one in queries.near(typed)] == [known]


def test_the_same_website_comes_first_whatever_the_name() -> None:
    make_company("Acme", website_host="acme.example")
    make_company("Shop")

    near = queries.near("Shop", "help.acme.example")

    assert [(one.name, one.same_host) for one in near] == [("Acme", True), ("Shop", False)]


def test_a_product_has_its_name_once_in_a_company() -> None:
    company = make_company()
    router = services.open_product(make_user(), company, name="Router X2")

    with pytest.raises(Conflict):
        services.open_product(make_user(), company, name="router x2")
    assert services.open_product(make_user(), make_company(), name="Router X2").slug == router.slug


def test_a_version_belongs_to_a_product_of_the_same_company() -> None:
    company = make_company()
    router = make_product(company, "Router")

    version = services.open_product(make_user(), company, name="Router 5.2", parent_id=router.id)

    assert version.parent_id == router.id
    with pytest.raises(Invalid):
        services.open_product(make_user(), make_company(), name="5.2", parent_id=router.id)


def test_the_database_refuses_a_parent_of_another_company() -> None:
    router = make_product(make_company())
    other = make_company()

    with pytest.raises(IntegrityError):
        make_product(other, parent_id=router.id)


def test_official_help_needs_a_source() -> None:
    company = make_company()

    services.set_official_help(
        make_user(), company, url="https://a.example/help", source="https://a.example"
    )
    assert company.official_help_url == "https://a.example/help"

    for url, source in [("https://a.example", ""), ("javascript:alert(1)", "https://a.example")]:
        with pytest.raises(Invalid):
            services.set_official_help(make_user(), company, url=url, source=source)


@pytest.mark.parametrize("state", [CompanyState.LISTENING, CompanyState.ELSEWHERE])
def test_a_link_of_a_company_that_proved_itself_is_not_replaced_by_strangers(
    state: CompanyState,
) -> None:
    company = make_company(state=state)
    words = {"url": "https://a.example/help", "source": "https://a.example"}
    services.set_official_help(make_user(), company, **words)  # rule N3: anyone says it first

    for stranger in (make_user(), make_employee(make_company())):
        with pytest.raises(NotAllowed, match="says itself"):
            services.set_official_help(stranger, company, url="https://b.example", source="x")
    assert company.official_help_url == words["url"]

    services.set_official_help(make_employee(company), company, **words)
    services.set_official_help(make_user(is_moderator=True), company, **words)
    assert company.official_help_url == words["url"]


def test_a_mandate_counts_while_it_lasts() -> None:
    company = make_company()
    now, then = make_employee(company), make_employee(company, valid_until=clock.now())

    assert queries.mandate_of(now.id, company.id) is not None
    assert queries.mandate_of(then.id, company.id) is None
    assert [mandate.user for mandate in queries.speakers_of(company.id)] == [now]


def test_two_people_opening_the_same_page_at_once_make_one(live_app: Flask) -> None:
    with live_app.app_context(), transaction():
        people = [make_user().id for _ in range(4)]

    def open_page(user_id: int) -> bool:
        with live_app.app_context():
            try:
                with transaction():
                    services.open_company(by_id(user_id), name="Acme", website="acme.example")
            except Conflict:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(open_page, people))

    assert outcomes.count(True) == 1
    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Company)) == 1


def test_two_people_adding_the_same_product_at_once_make_one(live_app: Flask) -> None:
    with live_app.app_context(), transaction():
        company_id = make_company().id
        people = [make_user().id for _ in range(4)]

    def add(user_id: int) -> bool:
        with live_app.app_context():
            company = queries.by_id(company_id)
            assert company is not None
            try:
                with transaction():
                    services.open_product(by_id(user_id), company, name="Router X2")
            except Conflict:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(add, people))

    assert outcomes.count(True) == 1
    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Product)) == 1
