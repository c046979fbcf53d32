"""Feeds: strict Atom, read by a reader's library, the same for everybody."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from flask import Flask

from community.core import clock, outbox
from community.core.db import db
from community.topics import services
from community.topics.models import Topic, TopicKind
from tests.conftest import Client, counted_statements
from tests.factories import make_company, make_product, make_reply, make_topic, make_user

ATOM = "{http://www.w3.org/2005/Atom}"
PATHS = [
    "/topics/feed.atom",
    "/c/brightwave/feed.atom",
    "/c/brightwave/p/router-x2/feed.atom",
    "/tags/wifi/feed.atom",
    "/people/mira/feed.atom",
    "/search/feed.atom?q=router",
    "topic",
]
AWKWARD = "Router & <switch> \x0b \ufffe “drops” 🛜 every night"


@pytest.fixture
def topic() -> Topic:
    """A topic with an answer, found by every feed."""
    company = make_company("Brightwave")
    router = make_product(company, "Router X2")
    mira = make_user("mira", display_name="Mira & Sons")
    topic = services.post_topic(
        make_user(),
        company,
        kind=TopicKind.PROBLEM,
        title="Router drops every night",
        body="At *three*, see [the log](/about) & <b>that</b>.",
        product_ids=[router.id],
        tags=["wifi"],
    )
    topic.title = AWKWARD[:150]
    services.post_reply(mira, topic, body="Turn ]]> off.")
    outbox.deliver_due()
    return topic


def feed_of(client: Client, path: str, topic: Topic) -> str:
    """Return the document at an address; the word "topic" stands for that of ``topic``."""
    answer = client.get(f"/t/{topic.id}/feed.atom" if path == "topic" else path)
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    return str(answer.text)


def faults(document: str) -> Iterator[str]:
    """Yield what RFC 4287 asks of a feed and this document has not."""
    feed = ET.fromstring(document)  # noqa: S314 (our own document)
    assert feed.tag == f"{ATOM}feed"
    ids = [feed.findtext(f"{ATOM}id")]
    yield from _faults_of(feed, "feed")
    rels = [(link.get("rel"), link.get("type")) for link in feed.findall(f"{ATOM}link")]
    if rels.count(("self", "application/atom+xml")) != 1:
        yield "feed: one link to itself"
    for entry in feed.findall(f"{ATOM}entry"):
        ids.append(entry.findtext(f"{ATOM}id"))
        yield from _faults_of(entry, "entry")
        content = entry.find(f"{ATOM}content")
        if content is None or content.get("type") != "html" or not (content.text or "").strip():
            yield "entry: content as HTML"
        if entry.find(f"{ATOM}author/{ATOM}name") is None:
            yield "entry: an author with a name"
    if len(set(ids)) != len(ids):
        yield "ids are unique"
    allowed = {
        "feed": [
            "author",
            "category",
            "generator",
            "id",
            "link",
            "subtitle",
            "title",
            "updated",
            "entry",
        ]
    }
    for child in feed:
        if child.tag.removeprefix(ATOM) not in allowed["feed"]:
            yield f"feed: no element {child.tag}"


def _faults_of(element: ET.Element, name: str) -> Iterator[str]:
    for required in ("id", "title", "updated"):
        found = element.findall(f"{ATOM}{required}")
        if len(found) != 1 or not (found[0].text or "").strip():
            yield f"{name}: one {required}"
    if not re.fullmatch(r"tag:[a-z0-9.-]+,\d{4}:\S+", element.findtext(f"{ATOM}id") or ""):
        yield f"{name}: an absolute id"
    for moment in ("updated", "published"):
        text = element.findtext(f"{ATOM}{moment}")
        if text is not None:
            datetime.fromisoformat(text)
            if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text):
                yield f"{name}: {moment} as RFC 3339 has it"
    alternates = [
        link.get("href") or ""
        for link in element.findall(f"{ATOM}link")
        if link.get("rel") == "alternate"
    ]
    if len(alternates) != 1:
        yield f"{name}: one page that it stands for"
    for link in element.findall(f"{ATOM}link"):
        if not urlsplit(link.get("href") or "").netloc:
            yield f"{name}: whole addresses"


@pytest.mark.parametrize("path", PATHS)
def test_a_feed_is_valid_and_a_reader_reads_it(client: Client, topic: Topic, path: str) -> None:
    document = feed_of(client, path, topic)

    assert list(faults(document)) == []
    parsed: Any = feedparser.parse(document)
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    assert any("drops" in entry.title for entry in parsed.entries)
    assert all(entry.link.startswith("http://localhost/") for entry in parsed.entries)
    assert "\x0b" not in document


def test_an_entry_carries_the_whole_text_with_whole_addresses(client: Client, topic: Topic) -> None:
    parsed: Any = feedparser.parse(feed_of(client, "/c/brightwave/feed.atom", topic))

    (entry,) = parsed.entries
    assert "<em>three</em>" in entry.content[0].value
    assert 'href="http://localhost/about"' in entry.content[0].value
    assert entry.author_detail.name == topic.author.name


def test_ids_stay_when_titles_and_names_change(client: Client, topic: Topic) -> None:
    before: Any = feedparser.parse(feed_of(client, "/c/brightwave/feed.atom", topic))
    topic.title, topic.company.slug = "Another title", "brighterwave"
    db.session.flush()
    after: Any = feedparser.parse(feed_of(client, "/c/brighterwave/feed.atom", topic))

    assert before.feed.id == after.feed.id
    assert [one.id for one in before.entries] == [one.id for one in after.entries]


def test_a_reply_has_one_id_in_all_feeds(client: Client, topic: Topic) -> None:
    of_topic: Any = feedparser.parse(feed_of(client, "topic", topic))
    of_person: Any = feedparser.parse(feed_of(client, "/people/mira/feed.atom", topic))

    assert of_topic.entries[0].id == of_person.entries[0].id
    assert [entry.author for entry in of_topic.entries] == ["Mira & Sons", topic.author.name]


def test_an_entry_is_updated_when_something_happens(client: Client, topic: Topic) -> None:
    topic.last_activity_at = clock.now() + timedelta(hours=1)
    db.session.flush()

    parsed: Any = feedparser.parse(feed_of(client, "/topics/feed.atom", topic))

    assert parsed.entries[0].updated == parsed.feed.updated > parsed.entries[0].published


def test_a_long_list_goes_on_on_further_pages(client: Client, topic: Topic) -> None:
    for number in range(40):
        make_topic(topic.company, title=f"Topic {number}")

    first: Any = feedparser.parse(feed_of(client, "/c/brightwave/feed.atom", topic))
    (further,) = [link.href for link in first.feed.links if link.rel == "next"]
    second: Any = feedparser.parse(client.get(further).text)

    assert (len(first.entries), len(second.entries)) == (30, 11)
    assert not [link for link in second.feed.links if link.rel == "next"]
    assert list(faults(client.get(further).text)) == []


def test_former_members_have_no_name(client: Client, topic: Topic) -> None:
    topic.author.deleted_at = clock.now()
    db.session.flush()

    document = feed_of(client, "/c/brightwave/feed.atom", topic)

    assert "former member" in document
    assert topic.author.username not in document


@pytest.mark.parametrize("path", PATHS)
def test_a_feed_is_public_and_answers_304(client: Client, topic: Topic, path: str) -> None:
    path = f"/t/{topic.id}/feed.atom" if path == "topic" else path
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert "Set-Cookie" not in first.headers
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", [path for path in PATHS if path != "topic"])
def test_an_empty_feed_is_valid_too(client: Client, topic: Topic, path: str) -> None:
    db.session.query(Topic).update({Topic.hidden_at: clock.now()})
    outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)
    outbox.deliver_due()

    document = feed_of(client, path, topic)

    assert list(faults(document)) == []
    assert feedparser.parse(document).entries == []


def test_what_is_hidden_or_gone_has_no_feed(client: Client, topic: Topic) -> None:
    topic.hidden_at = clock.now()
    make_user("gone", deleted_at=clock.now())
    db.session.flush()

    for path in (
        f"/t/{topic.id}/feed.atom",
        "/people/gone/feed.atom",
        "/people/nobody/feed.atom",
        "/c/nobody/feed.atom",
        "/c/brightwave/p/nothing/feed.atom",
        "/tags/nothing/feed.atom",
        "/topics/feed.atom?after=x",
    ):
        assert client.get(path).status_code == 404


def test_pages_name_their_feeds(client: Client, topic: Topic) -> None:
    for page, feed in (
        ("/", "/topics/feed.atom"),
        ("/topics", "/topics/feed.atom"),
        ("/c/brightwave", "/c/brightwave/feed.atom"),
        ("/c/brightwave/p/router-x2", "/c/brightwave/p/router-x2/feed.atom"),
        ("/tags/wifi", "/tags/wifi/feed.atom"),
        ("/people/mira", "/people/mira/feed.atom"),
        ("/search?q=router&kind=problem", "/search/feed.atom?q=router&amp;kind=problem"),
    ):
        link = f'<link rel="alternate" type="application/atom+xml" href="{feed}"'
        assert link in client.get(page).text, page


@pytest.mark.parametrize("path", PATHS)
def test_a_feed_costs_the_same_however_long_it_is(
    app: Flask, client: Client, topic: Topic, path: str
) -> None:
    mira = topic.author
    path = f"/t/{topic.id}/feed.atom" if path == "topic" else path
    with counted_statements(app) as few:
        client.get(path)
    for number in range(12):
        other = make_topic(topic.company, mira, title=f"Router {number}", body=f"Is {number}.")
        make_reply(other, mira)
        make_reply(topic)
        outbox.publish("topic.changed", topic_id=other.id, company_id=other.company_id)
    outbox.deliver_due()
    with counted_statements(app) as many:
        client.get(path)

    assert len(few) == len(many) <= 6
