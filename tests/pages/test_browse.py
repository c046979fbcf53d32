"""Home, companies, products, people and tags, as readers see them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from community.accounts.models import User
from community.companies.models import CompanyState
from community.core import clock
from community.core.db import db
from community.topics import handlers, services
from community.topics.models import TopicKind, TopicStatus
from tests.conftest import Client, counted_statements
from tests.factories import (
    make_company,
    make_employee,
    make_product,
    make_reply,
    make_topic,
    make_user,
)

SignIn = Callable[[User], Client]

ABSENT = "Brightwave has not joined this page. It is run by its customers."


def titles(page: str) -> list[str]:
    """Return the titles of the topics in a list, in order."""
    return re.findall(r'<li class="topic[^"]*">\s*<h3><a [^>]*>([^<]*)</a>', page)


def test_an_empty_site_invites(client: Client) -> None:
    page = client.get("/").text

    assert "What do you need help with?" in page
    assert "Nobody has asked anything here yet." in page


def test_home_shows_what_is_being_solved_and_who_waits_longest(client: Client) -> None:
    now = clock.now()
    for title, hours in (("Older", 2), ("Newer", 1)):
        make_reply(make_topic(title=title, last_activity_at=now - timedelta(hours=hours)))
    make_topic(title="Asked today", created_at=now - timedelta(hours=3))
    make_topic(title="Asked last week", created_at=now - timedelta(days=7))
    make_topic(title="Asked long ago", created_at=now - timedelta(days=70))
    make_topic(title="An idea", kind=TopicKind.IDEA)

    page = client.get("/").text

    assert titles(page) == ["Newer", "Older", "Asked last week", "Asked today"]
    assert page.index("What do you need help with?") < page.index("Being solved now")
    assert page.index("Being solved now") < page.index("Waiting for an answer</h2>")


def test_home_says_when_nobody_waits(client: Client) -> None:
    make_reply(make_topic(make_company("Brightwave")))

    page = client.get("/").text

    assert "Everybody who asked in the last 30 days has an answer." in page
    assert "How it works" in page


def test_home_says_what_came_together_with_its_n(client: Client) -> None:
    company = make_company("Brightwave")
    services.post_reply(make_user(), make_topic(company), body="Try this.")
    make_topic(company)
    handlers.refresh_figures([{"company_id": company.id}])

    page = client.get("/").text

    assert "2 questions and problems so far, 50% of them answered, 0% solved" in page


@pytest.mark.parametrize("path", ["/", "/topics", "/c/brightwave", "/companies", "/about"])
def test_anonymous_pages_are_the_same_for_all_and_answer_304(client: Client, path: str) -> None:
    make_topic(make_company("Brightwave"))

    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert "Set-Cookie" not in first.headers
    assert "csrf_token" not in first.text
    assert again.status_code == 304
    assert again.data == b""
    assert "Content-Security-Policy" not in again.headers


def test_a_signed_in_page_is_kept_by_nobody(sign_in: SignIn) -> None:
    answer = sign_in(make_user()).get("/")

    assert "no-store" in answer.headers["Cache-Control"]
    assert "ETag" not in answer.headers


def test_a_change_changes_the_tag(client: Client) -> None:
    topic = make_topic(make_company("Brightwave"))
    before = client.get("/c/brightwave").headers["ETag"]

    services.post_reply(make_user(), topic, body="Try this.")

    answer = client.get("/c/brightwave", headers={"If-None-Match": before})
    assert answer.status_code == 200


def test_an_unclaimed_page_reads_unclaimed(client: Client) -> None:
    make_company("Brightwave")

    page = client.get("/c/brightwave").text

    assert ABSENT in page
    words = re.sub(r"<[^>]+>", "", page).replace("Say where Brightwave gives official help", "")
    for claim in ("official", "customer service of", "answers here"):
        assert claim not in words
    assert "company-listening" not in page


def test_a_listening_page_says_who_speaks_and_since_when(client: Client) -> None:
    company = make_company(
        "Brightwave", state=CompanyState.LISTENING, website_host="brightwave.example"
    )
    make_employee(company, "dana", title="Support engineer", scope="routers")

    page = client.get("/c/brightwave").text

    assert "Brightwave answers here" in page
    assert "brightwave.example" in page
    assert "Support engineer · routers" in page
    assert ABSENT not in page


def test_an_elsewhere_page_points_to_the_companys_desk_and_has_no_box(client: Client) -> None:
    company = make_company(
        "Brightwave",
        state=CompanyState.ELSEWHERE,
        official_help_url="https://help.brightwave.example",
        official_help_source="https://brightwave.example",
    )
    make_topic(company, title="An older topic")

    page = client.get("/c/brightwave").text

    assert "answers its customers on its own pages" in page
    assert "https://help.brightwave.example" in page
    assert "<ask-box" not in page
    assert titles(page) == ["An older topic"]


def test_official_help_stands_above_the_box(client: Client) -> None:
    make_company(
        "Brightwave",
        official_help_url="https://help.brightwave.example",
        official_help_source="https://brightwave.example/contact",
    )

    page = client.get("/c/brightwave").text

    assert page.index("https://help.brightwave.example") < page.index("<ask-box")
    assert "https://brightwave.example/contact" in page


def test_only_a_page_that_helps_is_for_search_engines(client: Client) -> None:
    company = make_company("Brightwave")
    topic = make_topic(company)
    make_product(company, "Router X3")
    pages = ("/c/brightwave", "/c/brightwave/p/router-x3")
    assert all("noindex" in client.get(page).text for page in pages)

    services.set_status(topic.author, topic, TopicStatus.SOLVED)

    assert not any("noindex" in client.get(page).text for page in pages)


def test_the_odds_are_measured_and_show_their_n(client: Client) -> None:
    company = make_company("Brightwave")
    for hours in (1, 9, 20):
        topic = make_topic(company, created_at=clock.now() - timedelta(days=2))
        with clock.frozen(topic.created_at + timedelta(hours=hours)):
            services.post_reply(make_user(), topic, body="Try this.")
    make_topic(company)
    handlers.refresh_figures([{"company_id": company.id}])

    page = " ".join(client.get("/c/brightwave").text.split())

    assert "Customers answered 75% of 4 topics, half of them within 9 hours" in page
    assert "Brightwave has not answered here." in page


def test_the_companys_answers_are_not_counted_as_the_customers(client: Client) -> None:
    company = make_company("Brightwave")
    employee = make_employee(company)
    services.post_reply(employee, make_topic(company), body="Try this.", as_company=True)
    make_topic(company)
    handlers.refresh_figures([{"company_id": company.id}])

    page = " ".join(client.get("/c/brightwave").text.split())

    assert "50% of 2 topics were answered" in page
    assert "Brightwave answered 1 of them." in page
    assert "Customers answered" not in page


def test_topics_are_narrowed_by_kind_and_to_what_waits(client: Client) -> None:
    company = make_company("Brightwave")
    make_topic(company, title="A problem")
    make_reply(make_topic(company, title="An idea", kind=TopicKind.IDEA))

    assert titles(client.get("/c/brightwave?kind=idea").text) == ["An idea"]
    assert titles(client.get("/c/brightwave?unanswered=1").text) == ["A problem"]
    assert "There is nothing of this kind." in client.get("/c/brightwave?kind=praise").text
    assert len(titles(client.get("/c/brightwave?kind=nonsense").text)) == 2


def test_a_list_is_paged_by_key_there_and_back(client: Client) -> None:
    company = make_company("Brightwave")
    for number in range(45):
        make_topic(
            company, title=f"Topic {number}", last_activity_at=clock.now() - timedelta(hours=number)
        )

    seen: list[str] = []
    path, page = "/c/brightwave?kind=problem", ""
    while path:
        page = client.get(path).text
        seen += titles(page)
        link = re.search(r'href="([^"]*)" rel="next"', page)
        path = link.group(1).replace("&amp;", "&") if link else ""

    assert seen == [f"Topic {number}" for number in range(45)]
    back = re.search(r'href="([^"]*)" rel="prev"', page)
    assert back
    assert titles(client.get(back.group(1).replace("&amp;", "&")).text) == seen[20:40]


@pytest.mark.parametrize("place", ["x", "W10", "!!!", "a" * 5000])
def test_a_place_that_is_none_is_not_found(client: Client, place: str) -> None:
    assert client.get("/topics", query_string={"after": place}).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/c/nobody",
        "/c/nobody/p/nothing",
        "/c/nobody/ask",
        "/people/nobody",
        "/tags/nothing",
        "/t/99999999999999999999/x",
        "/nowhere",
    ],
)
def test_what_is_not_there_says_so_in_our_words(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert "wordmark" in answer.text


def test_a_product_has_its_own_list(client: Client) -> None:
    company = make_company("Brightwave")
    router = make_product(company, "Router X2")
    services.post_topic(
        make_user(),
        company,
        kind=TopicKind.PROBLEM,
        title="About the router",
        body="It drops.",
        product_ids=[router.id],
        tags=["wifi"],
    )
    make_topic(company, title="About something else")

    assert titles(client.get("/c/brightwave/p/router-x2").text) == ["About the router"]
    assert titles(client.get("/tags/wifi").text) == ["About the router"]


def test_who_has_only_asked_shows_it_at_once(client: Client) -> None:
    make_topic(title="It blinks", author=make_user("jonas", display_name="Jonas"))

    page = client.get("/people/jonas").text

    assert titles(page) == ["It blinks"]
    assert "has not answered anything yet" not in page
    assert 'aria-label="What Jonas wrote"' in page
    assert "topics=1" not in page


def test_a_person_shows_what_they_did_and_where(client: Client) -> None:
    mira = make_user("mira", display_name="Mira Kowalski")
    topic = make_topic(make_company("Brightwave"), title="It blinks")
    reply = services.post_reply(mira, topic, body="Press it.")
    services.accept(topic.author, topic, reply)
    handlers.refresh_standings([{"company_id": topic.company_id, "reply_id": reply.id}])

    page = client.get("/people/mira").text

    assert "Mira Kowalski" in page
    assert "mira@mail.example" not in page
    assert titles(page) == ["It blinks"]
    assert re.search(r"Brightwave</a></td>.*?<td>1</td>\s*<td>1</td>", page, re.DOTALL)
    assert "has not asked anything yet" in client.get("/people/mira?topics=1").text
    assert client.get("/people/MIRA").location == "/people/mira"


def test_what_one_follows_is_in_one_list(client: Client, sign_in: SignIn) -> None:
    reader = make_user()
    followed = make_topic(title="I asked this", author=reader)
    services.follow(reader, followed)
    make_topic(title="Not mine")

    page = sign_in(reader).get("/following").text
    assert "I asked this" in page
    assert "Not mine" not in page
    assert "do not follow anything yet" in sign_in(make_user()).get("/following").text
    assert "/signin" in client.get("/following").location


def test_answering_ones_own_topic_earns_nothing(client: Client) -> None:
    mira = make_user("mira")
    topic = make_topic(make_company("Brightwave"), mira)
    reply = services.post_reply(mira, topic, body="Found it myself.")
    handlers.refresh_standings([{"company_id": topic.company_id, "reply_id": reply.id}])

    page = client.get("/people/mira").text

    assert "Found it myself." not in page
    assert "Where they help" not in page


def test_companies_are_found_by_a_part_of_their_name(client: Client) -> None:
    make_company("Brightwave")
    make_company("Larkspur")

    page = client.get("/companies?q=LARK").text
    assert "Larkspur" in page
    assert "Brightwave" not in page
    assert "Open a page for it" in client.get("/companies?q=nimbus").text


def test_the_colours_are_kept_in_a_cookie_and_one_comes_back(client: Client) -> None:
    answer = client.submit("/theme", theme="dark", next="/about")

    assert answer.location == "/about"
    assert 'data-theme="dark"' in client.get("/").text
    client.submit("/theme", theme="system", next="//evil.example")
    assert "data-theme=" not in client.get("/").text


@pytest.mark.parametrize("path", ["/", "/c/brightwave", "/topics", "/companies"])
def test_lists_cost_the_same_however_long_they_are(app: Flask, client: Client, path: str) -> None:
    company = make_company("Brightwave")
    make_topic(company)
    with counted_statements(app) as few:
        client.get(path)
    for _ in range(15):
        make_reply(make_topic(company))
    db.session.flush()
    with counted_statements(app) as many:
        client.get(path)

    assert len(few) == len(many) <= 8
