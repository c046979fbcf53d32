"""Companies, tags and people: found by name, sorted, paged."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from community.accounts.models import User
from community.companies.models import CompanyAlias, CompanyState
from community.core import clock
from community.core.db import db
from community.core.names import folded
from community.pages.queries import tags as tag_queries
from community.topics import handlers, services
from community.topics.models import Topic, TopicKind
from community.topics.services import recount
from tests.conftest import Client, counted_statements
from tests.factories import (
    make_company,
    make_employee,
    make_product,
    make_reply,
    make_topic,
    make_user,
)
from tests.pages.test_browse import titles
from tests.pages.test_find import words

SignIn = Callable[[User], Client]


def names(page: str) -> list[str]:
    """Return the names of the companies in the directory, in order."""
    return re.findall(r'<h3><a href="/c/[^"]*">([^<]*)</a>', page)


def walked(client: Client, path: str, found: Callable[[str], list[str]]) -> list[str]:
    """Return what all pages of a list hold, after a look that the way back leads back."""
    seen: list[str] = []
    before, page = "", client.get(path).text
    while True:
        seen += found(page)
        further = re.search(r'href="([^"]*)" rel="next"', page)
        if not further:
            break
        before, page = page, client.get(further.group(1).replace("&amp;", "&")).text
    back = re.search(r'href="([^"]*)" rel="prev"', page)
    if before:
        assert back
        assert found(client.get(back.group(1).replace("&amp;", "&")).text) == found(before)
    return seen


def test_companies_are_found_by_other_names_and_by_products(client: Client) -> None:
    company = make_company("Brightwave")
    db.session.add(CompanyAlias(company_id=company.id, alias="BW Net", alias_key=folded("BW Net")))
    make_product(make_company("Larkspur"), "Router X2")
    db.session.flush()

    assert names(client.get("/companies?q=bw+net").text) == ["Brightwave"]
    page = client.get("/companies?q=router").text
    assert names(page) == []
    assert '<a href="/c/larkspur/p/router-x2">Router X2</a>' in page


def test_companies_are_narrowed_by_their_first_letter(client: Client) -> None:
    for name in ("Acme", "Amber", "Brightwave", "42 Lamps", "小米"):
        make_company(name)

    page = client.get("/companies?letter=a").text
    assert names(page) == ["Acme", "Amber"]
    assert set(names(client.get("/companies?letter=other").text)) == {"42 Lamps", "小米"}
    assert len(names(client.get("/companies?letter=zz").text)) == 5


def test_companies_stand_in_three_orders_and_are_walked_through(client: Client) -> None:
    now, busy = clock.now(), make_company("Mid", created_at=clock.now() - timedelta(days=900))
    make_topic(busy)
    handlers.refresh_figures([{"company_id": busy.id}])
    for number in range(60):
        make_company(f"Company {number:02}", created_at=now - timedelta(days=number))
    by_number = [f"Company {number:02}" for number in range(60)]

    assert walked(client, "/companies", names) == [*by_number, "Mid"]
    assert walked(client, "/companies?sort=newest", names) == [*by_number, "Mid"]
    by_topics = walked(client, "/companies?sort=topics", names)
    assert by_topics[0] == "Mid"
    assert sorted(by_topics) == sorted([*by_number, "Mid"])
    assert client.get("/companies?sort=topics&after=x").status_code == 404


def test_the_directory_says_each_state_in_words(client: Client) -> None:
    make_company("Absent")
    make_company("Here", state=CompanyState.LISTENING)
    make_company("Away", state=CompanyState.ELSEWHERE)

    page = words(client.get("/companies").text)

    assert "Absent 0 topics run by its customers" in page
    assert "Here 0 topics answers here" in page
    assert "Away 0 topics answers on its own pages" in page


def test_a_new_site_invites_to_open_a_page(client: Client) -> None:
    page = client.get("/companies").text

    assert "There are no companies here yet." in page
    assert "/companies/new" in page


def tagged(*tags: str, title: str = "It blinks", company: str = "") -> None:
    """Post a topic with tags."""
    services.post_topic(
        make_user(),
        make_company(company),
        kind=TopicKind.PROBLEM,
        title=title,
        body="It does.",
        tags=tags,
    )


def tags(page: str) -> list[str]:
    """Return the tags that a page links to, in order."""
    return re.findall(r'class="tag" href="/tags/([^"]*)"', page)


def test_tags_stand_by_their_use_and_are_found(client: Client) -> None:
    tagged("wifi", "night", company="Brightwave")
    tagged("wifi", company="Larkspur")

    assert tags(client.get("/tags").text) == ["wifi", "night"]
    assert tags(client.get("/tags?q=NIG").text) == ["night"]
    assert "No tag here holds" in client.get("/tags?q=zzz").text


def test_many_tags_are_walked_through(client: Client) -> None:
    for number in range(0, 130, 5):
        tagged(*(f"t{one}" for one in range(number, number + 5)))

    found = walked(client, "/tags", tags)

    assert sorted(found) == sorted(f"t{number}" for number in range(130))


def test_a_tag_says_where_it_is_used_and_what_goes_with_it(client: Client) -> None:
    tagged("wifi", "night", company="Brightwave")
    tagged("wifi", title="Another", company="Larkspur")

    page = client.get("/tags/wifi").text

    assert len(titles(page)) == 2
    assert "2 topics" in words(page)
    assert "Brightwave</a>" in page
    assert "/search?company=larkspur&amp;tag=wifi" in page
    assert tags(page) == ["night"]


@pytest.mark.parametrize("counted", [2, 1000])
def test_what_is_said_of_a_tag_is_counted_over_its_latest_topics(
    client: Client, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    monkeypatch.setattr(tag_queries, "COUNTED", counted)
    for number, name in enumerate(["Brightwave", "Larkspur", "Tandem"]):
        tagged("wifi", f"t{number}", company=name)

    page = words(client.get("/tags/wifi").text)

    is_part = counted == 2
    assert ("3 topics; 0 of the latest 2 answered, 0 solved" in page) is is_part
    assert ("Among the latest 2 topics" in page) is is_part
    assert ("3 topics, 0 answered, 0 solved" in page) is not is_part
    assert ("Brightwave 1" in page) is not is_part
    assert ("t0 1" in page) is not is_part
    assert "Tandem 1" in page
    assert "t2 1" in page


def test_a_hidden_topic_counts_for_no_tag(client: Client) -> None:
    tagged("wifi", "night")
    db.session.execute(update(Topic).values(hidden_at=clock.now()))
    tagged("wifi")
    dict(recount.steps())["tags.topic_count"]()

    assert tags(client.get("/tags").text) == ["wifi"]
    assert "1 topic," in words(client.get("/tags/wifi").text)


def test_a_person_shows_what_they_know(client: Client) -> None:
    mira, company = make_user("mira"), make_company("Brightwave")
    router = make_product(company, "Router X2")
    topic = services.post_topic(
        make_user(),
        company,
        kind=TopicKind.PROBLEM,
        title="It blinks",
        body="It does.",
        product_ids=[router.id],
        tags=["wifi"],
    )
    reply = services.post_reply(mira, topic, body="Press it.")
    reply.helped_count = 43
    services.accept(topic.author, topic, reply)
    handlers.refresh_standings([{"company_id": company.id, "reply_id": reply.id}])

    page = client.get("/people/mira").text

    assert '<a href="/c/brightwave/p/router-x2">Router X2</a>' in page
    assert "Brightwave · solved 1 topic" in words(page)
    assert 'class="tag" href="/tags/wifi"' in page
    assert "saved 43 people from asking" in words(page)
    assert "noindex" not in page


def test_answers_of_a_person_are_walked_through_and_the_best_stand_first(client: Client) -> None:
    mira, company = make_user("mira"), make_company()
    for number in range(45):
        make_reply(
            make_topic(company, title=f"Topic {number:02}"),
            mira,
            created_at=clock.now() - timedelta(hours=number),
            worked_count=int(number == 44),
        )
    handlers.refresh_standings([{"company_id": company.id, "reply_id": 0}])
    make_reply(make_topic(company, mira, title="Own"), mira)

    seen = walked(client, "/people/mira", titles)

    listed = [title for title in seen if title != "Topic 44"]
    assert listed == [f"Topic {number:02}" for number in range(44)]
    assert "Own" not in seen


def test_who_wrote_nothing_is_not_for_search_engines(client: Client) -> None:
    make_user("ada")
    make_user("old", email=None, email_verified_at=None, source_key="x:1")

    assert "noindex" in client.get("/people/ada").text
    assert "nobody has claimed this name yet" in client.get("/people/old").text
    assert "noindex" in client.get("/people/old").text


def test_people_who_help_are_listed_and_employees_are_marked(client: Client) -> None:
    company = make_company("Brightwave", state=CompanyState.LISTENING)
    mira, dana = make_user("mira"), make_employee(company, "dana")
    for who, number in ((mira, 2), (dana, 1)):
        for _ in range(number):
            topic = make_topic(company)
            reply = services.post_reply(who, topic, body="Press it.")
            services.accept(topic.author, topic, reply)
            handlers.refresh_standings([{"company_id": company.id, "reply_id": reply.id}])
    make_user("idle")

    for path in ("/people", "/people?company=brightwave"):
        page = words(client.get(path).text)
        assert page.index("mira,") < page.index("dana, speaks for Brightwave")
        assert "idle" not in page
    beside = words(client.get("/c/brightwave").text)
    assert "dana, speaks for Brightwave, solved 1 at Brightwave" in beside
    assert "mira, speaks for" not in beside
    assert "Nobody has solved anything here yet." in client.get("/people?company=nobody").text or (
        "mira" in client.get("/people?company=nobody").text
    )


LISTS = ["/companies", "/tags", "/tags/wifi", "/people", "/people/mira", "/unanswered"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("who", ["visitor", "member"])
def test_lists_cost_the_same_with_ten_times_the_rows(
    app: Flask, client: Client, sign_in: SignIn, path: str, who: str
) -> None:
    mira, reader = make_user("mira"), make_user("reader")

    def grow() -> None:
        company = make_company()
        topic = services.post_topic(
            make_user(),
            company,
            kind=TopicKind.PROBLEM,
            title="It blinks",
            body="It does.",
            product_ids=[make_product(company).id],
            tags=["wifi", "night"],
        )
        for author in (mira, reader):
            reply = services.post_reply(author, topic, body=f"Press it, {author.username}.")
            services.accept(topic.author, topic, reply)
            handlers.refresh_standings([{"company_id": company.id, "reply_id": reply.id}])
        make_topic(company)
        handlers.refresh_figures([{"company_id": company.id}])

    grow()
    browser = client if who == "visitor" else sign_in(reader)
    with counted_statements(app) as few:
        browser.get(path)
    for _ in range(10):
        grow()
    with counted_statements(app) as many:
        page = browser.get(path).text

    assert len(few) == len(many) <= 14
    assert len(page) < 100_000
