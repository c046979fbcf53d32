"""Keeping searches: from the search page to the list, and back again."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from community import search
from community.accounts.models import User
from community.core.db import db
from community.search import Filters
from community.topics import queries, services
from community.topics.models import SEARCHES_MAX
from tests.conftest import Client, counted_statements
from tests.factories import make_company, make_product, make_user

SignIn = Callable[[User], Client]


@pytest.fixture
def reader() -> User:
    """Somebody who keeps searches."""
    return make_user("reader")


def kept(user: User) -> list[str]:
    """Return the names of what somebody keeps."""
    db.session.expire_all()
    return [one.search.name for one in queries.searches_of(user.id)]


def test_a_search_is_kept_from_its_page(sign_in: SignIn, reader: User) -> None:
    company = make_company("Brightwave")
    make_product(company, "Router X2")
    browser = sign_in(reader)
    page = browser.get(
        "/search?q=drops&company=brightwave&product=router-x2&kind=problem&tag=wifi&sort=newest"
    ).text
    form = page[page.index('action="/searches"') :]
    form = form[: form.index("</form>")]
    fields = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', form))

    answer = browser.submit("/searches", **{**fields, "name": "My router"})

    assert (answer.status_code, answer.location) == (303, "/searches")
    page = browser.get("/searches").text
    assert "“My router” is kept." in page
    address = "/search?q=drops&company=brightwave&product=router-x2&kind=problem&tag=wifi"
    assert f'href="{html.escape(address)}"' in page
    assert f'href="{html.escape(address.replace("/search", "/search/feed.atom"))}"' in page
    assert "You keep this search as" in browser.get(address).text


def test_without_a_name_it_takes_the_words(sign_in: SignIn, reader: User) -> None:
    make_company("Brightwave")
    sign_in(reader).submit("/searches", q="drops", company="brightwave", name="")

    assert kept(reader) == ["drops · Brightwave"]


def test_visitors_sign_in_first_and_come_back(client: Client) -> None:
    assert "/signin" in client.get("/searches").location
    assert "q%3Ddrops" in client.submit("/searches", q="drops", name="Mine").location
    assert "Sign in to keep this search" in client.get("/search?q=drops").text


def test_what_cannot_be_kept_is_said_on_the_search_page(sign_in: SignIn, reader: User) -> None:
    browser = sign_in(reader)
    for number in range(SEARCHES_MAX):
        services.keep_search(reader, f"drops {number}", name="One", tells=False)

    answer = browser.submit("/searches", q="more", name="One more")

    assert answer.status_code == 422
    form = answer.text[answer.text.index('action="/searches"') :]
    form = form[: form.index("</form>")]
    assert "Let one go first." in form
    assert 'value="One more"' in form
    assert answer.text.count("Let one go first.") == 1


def test_a_name_is_kept_while_search_is_off(
    sign_in: SignIn, reader: User, tmp_path_factory: pytest.TempPathFactory
) -> None:
    browser = sign_in(reader)
    search.use(search.open_index("whoosh", tmp_path_factory.mktemp("nothing") / "here"))

    answer = browser.submit("/searches", q="drops", name="My router " * 9)

    assert answer.status_code == 503
    form = answer.text[answer.text.index('action="/searches"') :]
    form = form[: form.index("</form>")]
    assert f'value="{"My router " * 9}"' in form
    assert "Give it a name" in form
    assert 'name="q" value="drops"' in form
    assert browser.submit("/searches", q="drops", name="My router").location == "/searches"
    assert kept(reader) == ["My router"]


def test_a_kept_search_is_renamed_and_silenced(sign_in: SignIn, reader: User) -> None:
    one = services.keep_search(reader, "drops", name="Old", tells=True)
    browser = sign_in(reader)

    browser.submit(f"/searches/{one.id}", name="New")
    assert kept(reader) == ["New"]
    assert not one.tells


@pytest.mark.parametrize("name", [" ", "N" * 81])
def test_a_name_that_does_not_fit_is_shown_again(sign_in: SignIn, reader: User, name: str) -> None:
    other = services.keep_search(reader, "hums", name="Other", tells=False)
    one = services.keep_search(reader, "drops", name="Old", tells=False)

    answer = sign_in(reader).submit(f"/searches/{one.id}", name=name, tells="1")

    assert answer.status_code == 422
    assert answer.text.count("Give it a name") == 1
    form = answer.text[answer.text.index(f'action="/searches/{one.id}"') :]
    form = form[: form.index("</form>")]
    assert f'value="{name}"' in form
    assert 'aria-invalid="true"' in form
    assert "checked" in form
    assert 'value="Other"' in answer.text
    assert kept(reader) == [two.name for two in (one, other)]
    assert (one.name, one.tells) == ("Old", False)


def test_what_a_search_is_to_be_called_is_shown_again_beside_what_it_finds(
    sign_in: SignIn, reader: User
) -> None:
    make_company("Brightwave")
    name = "My router " * 9

    answer = sign_in(reader).submit("/searches", q="drops", company="brightwave", name=name)

    assert answer.status_code == 422
    form = answer.text[answer.text.index('action="/searches"') :]
    form = form[: form.index("</form>")]
    assert f'value="{name}"' in form
    assert "Give it a name" in form
    assert "checked" not in form
    assert 'name="q" value="drops"' in form
    assert '<details class="opens" open>' in answer.text
    assert kept(reader) == []


def test_what_was_let_go_can_be_put_back(sign_in: SignIn, reader: User) -> None:
    company = make_company("Brightwave")
    filters = Filters(company_id=company.id, has_accepted=True)
    one = services.keep_search(reader, "drops", filters, name="Mine & yours", tells=True)
    browser = sign_in(reader)

    answer = browser.submit(f"/searches/{one.id}/delete")
    page = browser.get(answer.location).text
    assert kept(reader) == []
    assert "“Mine &amp; yours” is kept no longer." in page
    form = page[page.index('<form class="notice"') :]
    fields = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', form[: form.index("</form>")]))
    put_back: Any = {name: html.unescape(text) for name, text in fields.items()}
    browser.submit("/searches", **put_back)

    (row,) = queries.searches_of(reader.id)
    assert (row.search.name, row.search.tells) == ("Mine & yours", True)
    assert queries.kept_search(reader.id, "drops", filters)


def test_nobody_changes_what_somebody_else_keeps(sign_in: SignIn, reader: User) -> None:
    one = services.keep_search(reader, "drops", name="Mine", tells=True)
    stranger = sign_in(make_user())

    assert stranger.submit(f"/searches/{one.id}", name="Theirs").status_code == 404
    assert stranger.submit(f"/searches/{one.id}/delete").status_code == 404
    assert kept(reader) == ["Mine"]


def test_the_list_costs_the_same_however_long_it_is(
    app: Flask, sign_in: SignIn, reader: User
) -> None:
    company = make_company()
    services.keep_search(reader, "drops", name="One", tells=False)
    browser = sign_in(reader)
    with counted_statements(app) as few:
        browser.get("/searches")
    for number in range(20):
        filters = Filters(company_id=company.id)
        services.keep_search(reader, f"drops {number}", filters, name="More", tells=False)
    with counted_statements(app) as many:
        browser.get("/searches")

    assert len(few) == len(many)


def test_who_keeps_nothing_is_told_how(sign_in: SignIn, reader: User) -> None:
    assert "You keep no search yet." in sign_in(reader).get("/searches").text
