"""What a question is about: guessed, shown, changed, and taken over into the form."""

import json
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.models import User
from community.companies.models import Company
from community.core import outbox
from community.core.db import db
from community.topics import queries
from community.topics.measuring import guessing
from community.topics.measuring.commands import guess
from community.topics.models import Topic, TopicProduct
from community.writing.models import Draft
from tests.conftest import Client, counted_statements
from tests.factories import make_company, make_product, make_topic, make_user

SignIn = Callable[[User], Client]
LONG = "我的路由器每天晚上三点都会断线" * 66  # 990 signs, nine characters each in an address


def about(page: str) -> list[tuple[str, str, bool]]:
    """Return the options of the line that says what the text is about."""
    line = re.search(r'<p class="about">.*?</p>', page, re.DOTALL)
    found = re.findall(r'<option value="([^"]*)"( selected)?>([^<]*)<', line[0] if line else "")
    return [(value, unescape(words), bool(chosen)) for value, chosen, words in found]


def field(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {name}"
    return unescape(found.group(1))


@pytest.fixture
def routers() -> Company:
    """A company with a product and topics about it, in the index."""
    company = make_company("Brightwave")
    product = make_product(company, "Router X2")
    for number in range(4):
        topic = make_topic(company, title=f"Router drops the connection at night, case {number}")
        db.session.add(
            TopicProduct(topic_id=topic.id, product_id=product.id, company_id=company.id)
        )
        outbox.publish("topic.changed", topic_id=topic.id, company_id=company.id)
    outbox.deliver_due()
    return company


def test_the_line_says_what_was_guessed_and_why(client: Client, routers: Company) -> None:
    page = client.get("/ask/suggestions?text=my+brightwave+is+down").text

    assert about(page) == [
        ("brightwave/router-x2", "Brightwave › Router X2", True),  # all its topics are about it
        ("brightwave", "Brightwave", False),
        ("any", "none of these", False),
    ]
    assert "guessed from “brightwave”" in page
    assert field(page, "guessed") == "brightwave/router-x2"


def test_topics_like_it_say_what_it_is_about(client: Client, routers: Company) -> None:
    page = client.get("/ask?text=connection+drops+at+night").text

    assert about(page)[:2] == [
        ("brightwave/router-x2", "Brightwave › Router X2", True),
        ("brightwave", "Brightwave", False),
    ]
    assert "others who wrote this mean it" in page


def test_there_is_no_line_where_nothing_is_known(client: Client) -> None:
    assert about(client.get("/ask/suggestions?text=it+blinks+red").text) == []


def test_a_choice_narrows_and_stays_whatever_is_typed(client: Client, routers: Company) -> None:
    make_company("Larkspur")
    query = {"text": "brightwave drops the connection at night", "about": "larkspur"}

    page = client.get("/ask", query_string=query | {"guessed": "brightwave"}).text

    assert about(page)[0] == ("larkspur", "Larkspur", True)
    assert "data-topic-id" not in page
    assert 'name="guessed"' not in page


def test_a_guess_that_came_back_unchanged_is_no_choice(client: Client, routers: Company) -> None:
    query = {"text": "connection drops at night", "about": "larkspur", "guessed": "larkspur"}
    make_company("Larkspur")

    page = client.get("/ask", query_string=query).text

    assert about(page)[0][0] == "brightwave/router-x2"
    assert "data-topic-id" in page


def test_none_of_these_is_a_choice_as_well(client: Client, routers: Company) -> None:
    query = {"text": "brightwave drops the connection", "about": "any", "guessed": "brightwave"}

    page = client.get("/ask", query_string=query).text
    assert ("any", "none of these", True) in about(page)
    assert "data-topic-id" in page

    form = client.get("/ask", query_string=query | {"write": 1}).text
    assert field(form, "company") == ""


def test_on_a_company_page_the_product_is_guessed(client: Client, routers: Company) -> None:
    query = {"text": "connection drops at night", "company": "brightwave"}

    page = client.get("/ask/suggestions", query_string=query).text

    assert about(page) == [
        ("brightwave/router-x2", "Brightwave › Router X2", True),
        ("brightwave", "Brightwave", False),
    ]


@pytest.mark.parametrize(
    "about_", ["nonsense", "nonsense/x", "/", "brightwave/nonsense", "x" * 999]
)
def test_an_address_with_nonsense_is_taken_for_none(
    client: Client, routers: Company, about_: str
) -> None:
    answer = client.get("/ask/suggestions", query_string={"text": "drops", "about": about_})

    assert answer.status_code == 200


def test_the_form_is_filled_in_with_the_guess(client: Client, routers: Company) -> None:
    page = client.get("/ask?text=connection+drops+at+night&write=1").text

    assert field(page, "company") == "Brightwave"
    assert "Guessed from your words" in page
    assert re.search(r'<option selected value="\d+">Router X2<', page)


def test_the_form_takes_over_what_was_chosen(client: Client, routers: Company) -> None:
    page = client.get("/ask?text=It+is+warm&write=1&about=brightwave/router-x2&guessed=").text

    assert field(page, "company") == "Brightwave"
    assert "Guessed from your words" not in page
    assert re.search(r'<option selected value="\d+">Router X2<', page)


def test_where_no_company_is_named_the_words_are_asked(sign_in: SignIn, routers: Company) -> None:
    browser = sign_in(make_user())
    fields = {"title": "Brightwave is down", "kind": "praise", "body": "Again, thank you."}

    page = browser.submit("/ask", **fields)
    assert page.status_code == 422
    assert field(page.text, "company") == "Brightwave"
    assert "We guessed this from your words" in page.text

    assert browser.submit("/ask", company="Brightwave", **fields).status_code == 303


def test_with_scripts_the_form_asks_for_its_part(client: Client, routers: Company) -> None:
    known = client.get("/ask/about?company=brightwave").text
    assert "Router X2" in known
    assert "<html" not in known

    new = client.get("/ask/about?company=Nimbus").text
    assert "No page for “Nimbus” yet" in new
    assert 'name="website"' in new

    near = client.get("/ask/about?company=Brigthwave").text
    assert 'value="brightwave"' in near

    guessed = client.get("/ask/about?text=connection+drops+at+night").text
    assert 'data-company="Brightwave"' in guessed

    assert "Router X2" not in client.get("/ask/about").text


def test_the_box_leads_on_by_an_address(client: Client, routers: Company) -> None:
    answer = client.submit(
        "/ask/find", text=" router drops ", about="brightwave", guessed="", x="y"
    )

    assert answer.status_code == 303
    assert urlsplit(answer.location).path == "/ask"
    assert parse_qs(urlsplit(answer.location).query) == {
        "text": ["router drops"],
        "about": ["brightwave"],
    }


def test_a_text_too_long_for_an_address_is_kept_in_a_draft(client: Client) -> None:
    make_company("Brightwave")
    answer = client.submit("/c/brightwave/ask/find", text=LONG)

    assert len(answer.location) < 200
    page = client.get(answer.location).text
    assert f'value="{LONG}"' in page

    form = client.submit("/c/brightwave/ask/find", text=LONG, write="1", draft=field(page, "draft"))
    assert LONG in client.get(form.location).text
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 1


def test_what_differs_goes_along_with_a_long_text(client: Client, routers: Company) -> None:
    topic_id = db.session.scalar(select(Topic.id).limit(1))

    answer = client.submit(
        "/ask/deflect", topic_id=topic_id, step="differs", text=LONG, reason="不一样" * 90
    )

    assert len(answer.location) < 6000
    page = client.get(answer.location).text
    assert field(page, "differs_from") == str(topic_id)
    assert LONG in page


def test_the_statements_are_as_few_whatever_is_found(
    app: Flask, client: Client, routers: Company
) -> None:
    for text, most in (
        ("nothing like it", 1),
        ("connection drops at night", 4),
        ("brightwave router x2 connection drops at night", 4),
    ):
        with counted_statements(app) as sent:
            client.get("/ask/suggestions", query_string={"text": text})
        assert len(sent) <= most


def test_certain_topics_come_first_and_hide_no_others(routers: Company) -> None:
    other = make_topic(make_company("Larkspur"), title="Connection drops at night")
    outbox.publish("topic.changed", topic_id=other.id, company_id=other.company_id)
    outbox.deliver_due()

    look = queries.look("brightwave connection drops at night")

    assert look.guesses[0].is_certain
    companies = [item.topic.company_slug for item in look.items]
    assert companies == ["brightwave"] * 4 + ["larkspur"]
    assert [item.rank for item in look.items] == [1, 2, 3, 4, 5]


def test_guesses_are_measured_on_what_there_is(routers: Company) -> None:
    make_topic(make_company("Larkspur"), title="Brightwave is better")  # a trap
    outbox.deliver_due()

    *_, figures = guessing.measure(guessing.spread_evenly(None), with_body=False)

    assert (figures.topics, figures.guessed, figures.right) == (5, 5, 4)
    assert figures.shares()["company_precision"] == 0.8
    assert figures.shares()["product_recall"] == 1.0
    assert len(guessing.spread_evenly(2)) == 2


def test_the_command_says_how_good_the_guesses_are(app: Flask, routers: Company) -> None:
    runner = app.test_cli_runner()

    table = runner.invoke(guess, ["--query", "full", "--limit", "2"])
    assert table.exit_code == 0, table.output
    assert re.search(r"^company precision +1\.0$", table.output, re.MULTILINE)

    printed = runner.invoke(guess, ["--json"])
    assert json.loads(printed.output)["topics"] == 4
