"""What search engines are told: every address worth showing, and no other."""

import re
import xml.etree.ElementTree as ET
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import update

from community.companies.models import CompanyState
from community.core import clock
from community.core.db import db
from community.pages.queries import BLOCK
from community.topics import handlers, services
from community.topics.models import Topic, TopicStatus
from tests.conftest import Client, counted_statements
from tests.factories import make_company, make_product, make_reply, make_topic, make_user

NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(client: Client, path: str) -> list[str]:
    """Return the addresses of a site map, as paths, after a look at its form."""
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    root = ET.fromstring(answer.text)  # noqa: S314 (our own document)
    assert root.tag in {f"{NS}urlset", f"{NS}sitemapindex"}
    for moment in root.iter(f"{NS}lastmod"):
        datetime.fromisoformat(moment.text or "")
    found = [loc.text or "" for loc in root.iter(f"{NS}loc")]
    assert all(loc.startswith("http://localhost/") for loc in found)
    return [loc.removeprefix("http://localhost") for loc in found]


def everything(client: Client) -> list[str]:
    """Return every address that search engines are told of."""
    return [
        address
        for block in locations(client, "/sitemap.xml")
        for address in locations(client, block)
    ]


def test_robots_may_go_where_nothing_is_worked_out(client: Client) -> None:
    answer = client.get("/robots.txt")

    assert answer.mimetype == "text/plain"
    assert "Sitemap: http://localhost/sitemap.xml" in answer.text
    assert "Disallow: /search\n" in answer.text


def test_a_new_site_has_an_empty_map(client: Client) -> None:
    assert locations(client, "/sitemap.xml") == []


def test_what_helps_is_told_and_what_does_not_is_not(client: Client) -> None:
    quiet, busy = make_company("Quiet"), make_company("Brightwave")
    make_company("Larkspur", state=CompanyState.LISTENING)
    make_product(quiet, "Lamp")
    make_product(busy, "Router X2")
    make_topic(quiet, title="It hums")
    topic = make_topic(busy, title="It drops")
    mira = make_user("mira")
    reply = services.post_reply(mira, topic, body="Press it.")
    services.set_status(topic.author, topic, TopicStatus.SOLVED)
    handlers.refresh_standings([{"company_id": busy.id, "reply_id": reply.id}])

    found = everything(client)

    assert "/c/brightwave" in found
    assert "/c/larkspur" in found
    assert "/c/quiet" not in found
    assert "/c/brightwave/p/router-x2" in found
    assert "/c/quiet/p/lamp" not in found
    assert f"/t/{topic.id}/it-drops" in found
    assert [one for one in found if one.startswith("/people/")] == ["/people/mira"]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("path", ["/c/quiet", "/c/quiet/p/lamp", "/people/ada", "/search?q=a"])
def test_what_is_not_told_is_not_indexed_either(client: Client, path: str) -> None:
    quiet = make_company("Quiet")
    make_product(quiet, "Lamp")
    make_user("ada")

    assert '<meta name="robots" content="noindex">' in client.get(path).text


def test_hidden_topics_and_those_of_guests_are_not_told(client: Client) -> None:
    shown, hidden = make_topic(title="Shown"), make_topic(title="Hidden", hidden_at=clock.now())
    guests = make_topic(
        author=make_user("guest", email=None, email_verified_at=None), title="A guest's"
    )
    imported = make_topic(
        author=make_user("old", email=None, email_verified_at=None, source_key="x:1")
    )
    former = make_topic(author=make_user(email=None, deleted_at=clock.now()))

    found = " ".join(everything(client))

    for topic in (shown, imported, former):
        assert f"/t/{topic.id}/" in found
    for topic in (hidden, guests):
        assert f"/t/{topic.id}/" not in found


def test_each_block_holds_a_stretch_of_ids(client: Client) -> None:
    company = make_company()
    near = make_topic(company, title="Near")
    far = make_topic(company, title="Far", id=near.id + 3 * BLOCK)

    blocks = [one for one in locations(client, "/sitemap.xml") if "/topics-" in one]

    assert len(blocks) == 2
    assert [locations(client, block) for block in blocks] == [
        [f"/t/{near.id}/near"],
        [f"/t/{far.id}/far"],
    ]


@pytest.mark.parametrize(
    "path", ["/sitemap/topics-7.xml", "/sitemap/topics-0.xml", "/sitemap/secrets-1.xml"]
)
def test_a_block_that_is_none_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_map_costs_the_same_however_much_there_is(app: Flask, client: Client) -> None:
    company = make_company()
    make_topic(company)
    paths = ("/sitemap.xml", "/sitemap/topics-1.xml")
    with counted_statements(app) as few:
        for path in paths:
            client.get(path)
    for _ in range(15):
        make_reply(make_topic(company))
    db.session.execute(update(Topic).values(status=TopicStatus.SOLVED))
    with counted_statements(app) as many:
        for path in paths:
            client.get(path)

    assert len(few) == len(many)


@pytest.mark.parametrize("path", ["/topics", "/c/brightwave", "/companies", "/tags", "/unanswered"])
def test_a_list_says_its_one_address_unless_it_is_narrowed(client: Client, path: str) -> None:
    make_topic(make_company("Brightwave", state=CompanyState.LISTENING))

    whole, narrowed = client.get(path).text, client.get(f"{path}?kind=problem&q=x").text

    assert f'<link rel="canonical" href="http://localhost{path}">' in whole
    assert "noindex" not in whole
    assert "canonical" not in narrowed
    assert "noindex" in narrowed


def test_a_further_page_is_a_page_of_its_own(client: Client) -> None:
    company = make_company("Brightwave", state=CompanyState.LISTENING)
    for _ in range(25):
        make_topic(company)
    first = client.get("/c/brightwave").text
    further = re.search(r'href="([^"]*)" rel="next"', first)
    assert further

    page = client.get(further.group(1)).text

    assert f'<link rel="canonical" href="http://localhost{further.group(1)}">' in page
    assert "noindex" not in page
