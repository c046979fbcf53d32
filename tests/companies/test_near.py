"""Names that are like a name, or begin like it."""

import pytest
from flask import Flask

from community.companies import queries, services
from community.companies.models import Company
from tests.conftest import counted_statements
from tests.factories import make_company, make_user


def names(typed: str, host: str | None = None) -> list[str]:
    return [one.name for one in queries.near(typed, host)]


@pytest.fixture
def velo() -> Company:
    """A company with another name, among some that are not like it."""
    company = make_company("Velo Bank", website_host="velo-bank.example")
    make_company("Brightwave", website_host="brightwave.co.uk")
    make_company("小米")
    services.add_alias(make_user(), company, alias="Velocipede Savings")
    return company


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("velo bank", "Velo Bank"),
        ("Velo Bank Ltd", "Velo Bank"),
        ("The Velo-Bank", "Velo Bank"),
        ("Bnak Velo", None),
        ("Vello Bank", "Velo Bank"),
        ("Brigthwave", "Brightwave"),
        ("Brightwave Networks Europe", "Brightwave"),
        ("velocipede", "Velo Bank"),
        ("小米", "小米"),
        ("Larkspur", None),
        ("?!", None),
    ],
)
def test_finds_the_page_that_may_be_meant(velo: Company, typed: str, found: str | None) -> None:
    assert names(typed)[:1] == ([found] if found else [])


def test_says_which_other_name_is_alike(velo: Company) -> None:
    [one] = queries.near("Velocipede Saving")
    assert one.alias == "Velocipede Savings"
    assert 0.8 < one.likeness < 1


@pytest.mark.parametrize("host", ["velo-bank.example", "help.velo-bank.example"])
def test_the_same_website_comes_first(velo: Company, host: str) -> None:
    assert names("Brightwave", host) == ["Velo Bank", "Brightwave"]


def test_a_name_within_another_registered_part_is_not_the_same_website(velo: Company) -> None:
    assert names("Something", "other.co.uk") == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("v", ["Velo Bank"]),
        ("VEL", ["Velo Bank"]),
        ("velo b", ["Velo Bank"]),
        ("ban", ["Velo Bank"]),
        ("savin", ["Velo Bank"]),
        ("elo", []),
        ("小", ["小米"]),
        ("", []),
        (" ", []),
    ],
)
def test_completes_what_a_word_of_a_name_begins_with(
    velo: Company, typed: str, found: list[str]
) -> None:
    assert [one.name for one in queries.completions(typed)] == found


def test_completes_with_the_names_that_begin_so_first() -> None:
    for name in ("New Acme", "Acme Tools", "Acme"):
        make_company(name)
    assert [one.name for one in queries.completions("acm")] == ["Acme", "Acme Tools", "New Acme"]


def test_offers_no_more_than_eight() -> None:
    for number in range(20):
        make_company(f"Acme {number}")
    assert len(queries.completions("acme")) == 8
    assert len(queries.near("acme")) == 5


def test_looks_at_as_few_rows_whatever_there_is(app: Flask, velo: Company) -> None:
    def statements() -> int:
        with counted_statements(app) as sent:
            queries.near("Velo Bnak", "velo.example")
            queries.completions("vel")
        return len(sent)

    before = statements()
    for number in range(50):
        make_company(f"Velo {number}")
    assert statements() == before == 4
