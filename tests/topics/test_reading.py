"""Reading a topic: what is new, what is folded, where links land, and what a page weighs."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.topics import services
from community.topics.models import ReadMark, Topic
from community.topics.queries.comments import COMMENTS, OPENED
from community.topics.queries.conversation import REPLIES
from tests.conftest import Client, counted_statements
from tests.factories import make_reply, make_topic, make_user

SignIn = Callable[[User], Client]
START = clock.now() - timedelta(days=2)
PAGE_MAX = 100_000  # bytes


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def read(client: Client, topic: Topic, query: str = "") -> str:
    """Open a page of a topic to its end, and close it."""
    response = client.get(f"/t/{topic.id}/{topic.slug}{query}")
    assert response.status_code == 200
    html = str(response.get_data(as_text=True))
    response.close()
    return html.split("<main")[1]


def mark(user: User) -> datetime | None:
    return db.session.scalar(select(ReadMark.read_until).where(ReadMark.user_id == user.id))


def long_topic(replies: int, *, since: datetime = START) -> Topic:
    topic = make_topic()
    for number in range(replies):
        make_reply(topic, created_at=since + timedelta(seconds=number))
    return topic


# -- what is new --------------------------------------------------------------------------------


def test_what_came_since_the_last_visit_is_counted_and_marked(sign_in: SignIn) -> None:
    topic, reader = long_topic(3), make_user()
    browser = sign_in(reader)
    assert "since you were here" not in read(browser, topic)

    with clock.frozen(clock.now() + timedelta(hours=2)):
        first = make_reply(topic)
        make_reply(topic, parent_id=first.id)
        make_reply(topic, reader, body="My own.")
        html = read(browser, topic)
        again = read(browser, topic)

    assert "2 new replies since you were here" in html
    assert f'href="/r/{first.id}">2 new' in html
    assert "New since 2 hours ago" in words(html)
    assert html.index("New since") < html.index(f'id="reply-{first.id}"')
    assert html.count("New since") == 1
    assert "since you were here" not in again


def test_a_mark_is_written_only_when_it_changes(sign_in: SignIn) -> None:
    topic, reader = long_topic(2), make_user()
    browser = sign_in(reader)

    read(browser, topic)
    first = mark(reader)
    with clock.frozen(clock.now() + timedelta(hours=1)):
        read(browser, topic)
        assert mark(reader) == first
        make_reply(topic)
        read(browser, topic)
        assert mark(reader) == clock.now()


def test_a_mark_never_goes_back() -> None:
    topic, reader = make_topic(), make_user()

    services.mark_read(reader.id, topic.id, START)
    services.mark_read(reader.id, topic.id, START - timedelta(hours=1))

    assert mark(reader) == START


def test_what_is_new_stays_new_until_it_was_on_a_page(sign_in: SignIn) -> None:
    topic, reader = long_topic(12), make_user()
    browser = sign_in(reader)
    read(browser, topic)
    later = clock.now() + timedelta(minutes=1)
    new = [make_reply(topic, created_at=later + timedelta(seconds=n)) for n in range(25)]

    with clock.frozen(later + timedelta(hours=1)):
        opening = read(browser, topic)
        assert "25 new replies" in opening
        assert "25 new replies" in read(browser, topic)  # ten old ones and the last five

        path = browser.get(f"/r/{new[0].id}").location
        query = f"?{urlsplit(path).query}"
        assert "New since" in read(browser, topic, query)
        following = re.search(r'href="[^"?]*(\?after=[^"#]+)[^"]*" rel="next"', opening)
        assert following
        assert "since you were here" in read(browser, topic)
        onward = re.search(r'(\?after=[^"#]+)#[^"]*" rel="next"', read(browser, topic, query))
        assert onward
        read(browser, topic, onward[1])

        assert "since you were here" not in read(browser, topic)


def test_readers_without_account_leave_no_mark(client: Client) -> None:
    read(client, long_topic(2))

    assert db.session.scalars(select(ReadMark)).all() == []


def test_a_busy_database_does_not_keep_a_page_from_being_read(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(services, "mark_read", busy)

    assert "<h1>" in read(sign_in(make_user()), make_topic())


# -- what is folded, and links into it ----------------------------------------------------------


def commented(number: int) -> tuple[Topic, list[int]]:
    """Make an answer with comments; return the topic, and the ids of the comments."""
    reply = make_reply()
    comments = [
        make_reply(reply.topic, parent_id=reply.id, created_at=START + timedelta(seconds=n))
        for n in range(number)
    ]
    return reply.topic, [one.id for one in comments]


def comments_on(page: str) -> list[int]:
    """Return the ids of the comments on a page, in order."""
    return [
        int(one)
        for part in page.split('<ol class="comments">')[1:]
        for one in re.findall(r'id="reply-(\d+)"', part.split("</ol>")[0])
    ]


def test_many_comments_are_folded_and_a_link_opens_them(client: Client) -> None:
    topic, ids = commented(COMMENTS + 3)

    html = read(client, topic)
    assert comments_on(html) == ids[:COMMENTS]
    assert f'<a href="/r/{ids[COMMENTS]}">3 more comments</a>' in html

    for wanted in (ids[COMMENTS], ids[-1]):
        target = urlsplit(client.get(f"/r/{wanted}").location)
        assert target.fragment == f"reply-{wanted}"
        html = read(client, topic, f"?{target.query}")
        assert comments_on(html) == ids
        assert "more comment" not in html
        assert "Show fewer comments" in html
    assert urlsplit(client.get(f"/r/{ids[0]}").location).query == ""


def test_a_thousand_comments_are_walked_through(client: Client) -> None:
    topic, ids = commented(100)

    def follow(html: str, words: str) -> str:
        link = re.search(rf'href="(/r/\d+)">[^<]*{words}', html)
        assert link
        return read(client, topic, f"?{urlsplit(client.get(link[1]).location).query}")

    html, seen = read(client, topic), ids[:COMMENTS]
    while "more comment" in html:
        html = follow(html, "more comment")
        assert comments_on(html)[:COMMENTS] == ids[:COMMENTS]
        assert len(comments_on(html)) <= COMMENTS + OPENED
        seen += comments_on(html)[COMMENTS:]
    assert seen == ids

    for _ in range((len(ids) - COMMENTS - 1) // OPENED):
        html = follow(html, "Earlier comments")
    assert comments_on(html) == ids[: COMMENTS + OPENED]
    assert "Earlier comments" not in html


def test_many_new_comments_are_new_until_they_were_on_a_page(sign_in: SignIn) -> None:
    topic, reader = make_topic(), make_user()
    reply, browser = make_reply(topic, created_at=START), sign_in(reader)
    read(browser, topic)
    later = clock.now() + timedelta(minutes=1)
    for number in range(COMMENTS + OPENED + 2):
        make_reply(topic, parent_id=reply.id, created_at=later + timedelta(seconds=number))

    with clock.frozen(later + timedelta(hours=1)):
        assert "37 new replies since" in read(browser, topic)
        for left in (OPENED + 2, 2):
            html = read(browser, topic)
            link = re.search(rf'href="(/r/\d+)">{left} new replies since', html)
            assert link
            read(browser, topic, f"?{urlsplit(browser.get(link[1]).location).query}")
        assert "since you were here" not in read(browser, topic)


@pytest.mark.parametrize("place", ["open=x", "open=999999", "open=", "open=-1", f"open={10**30}"])
def test_an_address_that_opens_nothing_is_the_page(client: Client, place: str) -> None:
    assert "<h1>" in read(client, make_reply().topic, f"?{place}")


def test_a_long_thread_opens_with_its_first_and_its_newest(client: Client) -> None:
    topic = long_topic(200)

    html = read(client, topic)

    assert len(re.findall(r'<li class="reply"', html)) == 15
    assert "Show 185 more replies" in html
    assert "Later replies" not in html


def test_the_head_says_when_something_last_happened(client: Client) -> None:
    topic = make_topic(last_activity_at=clock.now() - timedelta(hours=3))

    assert "last activity 3 hours ago" in words(read(client, topic))


def test_what_many_call_helpful_stands_first(client: Client) -> None:
    topic = make_topic()
    make_reply(topic, body="Me too.")
    helpful = make_reply(topic, body="Turn it off.", helpful_count=4, unhelpful_count=1)
    make_reply(topic, body="No.", helpful_count=4, unhelpful_count=1, failed_count=1)

    html = read(client, topic)
    best = html.split('id="what-helps"')[1].split("</section>")[0]

    assert re.findall(r'id="reply-(\d+)"', best) == [str(helpful.id)]


# -- what it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("replies", [4, 40])
def test_statements_stay_within_the_budget(
    app: Flask, client: Client, sign_in: SignIn, replies: int
) -> None:
    topic, reader = long_topic(replies), make_user()
    browser = sign_in(reader)
    read(browser, topic)
    make_reply(topic, created_at=clock.now() + timedelta(minutes=1))

    with counted_statements(app) as anonymous:
        read(client, topic)
    with counted_statements(app) as signed_in:
        browser.get(f"/t/{topic.id}/{topic.slug}").get_data()

    assert len(anonymous) <= 8
    assert len(signed_in) <= 14


@pytest.mark.parametrize("replies", [REPLIES, 30])
def test_a_page_is_light(client: Client, sign_in: SignIn, replies: int) -> None:
    topic = make_topic(body="It goes on and on. " * 30)
    for number in range(replies):
        reply = make_reply(
            topic,
            body="Open the settings and turn the scan off. " * 8,
            created_at=START + timedelta(seconds=number),
            worked_count=number % 3,
        )
        make_reply(topic, parent_id=reply.id, body="That worked here as well, thank you.")

    for browser in (client, sign_in(topic.author)):
        weight = len(browser.get(f"/t/{topic.id}/{topic.slug}").data)
        assert weight < PAGE_MAX, f"{weight:,} bytes"


def test_a_page_is_light_and_cheap_however_many_comments_there_are(
    app: Flask, client: Client
) -> None:
    topic, ids = commented(400)
    few, _ids = commented(2)

    with counted_statements(app) as statements_of_few:
        read(client, few)
    for query in ("", f"?open={ids[-1]}"):
        with counted_statements(app) as statements:
            html = read(client, topic, query)
        assert len(statements) == len(statements_of_few)
        assert len(html) < PAGE_MAX / 2
