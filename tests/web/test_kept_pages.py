"""Anonymous pages kept in memory: the same words, a new nonce, gone with the next event."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from community.core import outbox
from community.core.db import db
from community.topics import services
from community.topics.models import Topic
from community.web import caching
from community.writing import services as drafts
from community.writing.models import ASKING
from tests.conftest import Client, counted_statements
from tests.factories import make_company, make_reply, make_session, make_topic, make_user

PATH = "/c/brightwave"


@pytest.fixture(autouse=True)
def keeping(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep pages as in real life, beginning with none."""
    monkeypatch.setitem(app.config, "KEEP_PAGES", True)
    monkeypatch.setitem(app.extensions, "pages", caching.Pages())


@pytest.fixture
def topic() -> Topic:
    """A topic of Brightwave's."""
    return make_topic(make_company("Brightwave"), title="It blinks")


def nonces(page: str) -> set[str]:
    """Return the nonces of a page's scripts."""
    return set(re.findall(r'nonce="([^"]+)"', page))


def test_the_second_reader_costs_one_statement(app: Flask, client: Client, topic: Topic) -> None:
    client.get(PATH)

    with counted_statements(app) as statements:
        assert "It blinks" in client.get(PATH).text

    assert len(statements) == 1


def test_each_answer_has_a_nonce_of_its_own_that_its_policy_allows(
    client: Client, topic: Topic
) -> None:
    first, second = client.get(PATH), client.get(PATH)

    for answer in (first, second):
        [nonce] = nonces(answer.text)
        assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]
    assert nonces(first.text).isdisjoint(nonces(second.text))
    assert first.headers["ETag"] == second.headers["ETag"]


def test_whatever_is_published_is_seen_at_once(client: Client, topic: Topic) -> None:
    client.get(PATH)

    services.post_reply(make_user(), topic, body="Press it.")
    db.session.flush()

    assert "1 reply" in client.get(PATH).text


def test_a_page_is_not_kept_for_long(
    client: Client, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(PATH)
    topic.title = "Changed without an event"
    db.session.flush()
    assert "It blinks" in client.get(PATH).text

    monkeypatch.setattr(caching, "KEPT_S", timedelta(0).total_seconds() - 1)

    assert "Changed without an event" in client.get(PATH).text


def test_readers_with_other_colours_and_addresses_get_their_own(
    client: Client, topic: Topic
) -> None:
    client.get(PATH)

    assert "There is nothing of this kind" in client.get(f"{PATH}?kind=praise").text
    client.submit("/theme", theme="dark")
    assert 'data-theme="dark"' in client.get(PATH).text


def test_whoever_chooses_the_host_chooses_no_address_in_a_page(
    client: Client, topic: Topic
) -> None:
    assert "evil.example" not in client.get(PATH, base_url="https://evil.example").text
    assert f'rel="canonical" href="http://localhost{PATH}"' in client.get(PATH).text


def test_who_is_signed_in_is_given_and_leaves_nothing(
    app: Flask, client: Client, topic: Topic
) -> None:
    client.get(PATH)
    user = make_user("mira")
    with client.session_transaction() as session:
        session["_user_id"] = make_session(user)

    assert "Sign out" in client.get(PATH).text
    assert "Sign out" not in app.test_client().get(PATH).text


def test_what_one_reader_pressed_or_wrote_is_for_no_shared_cache(
    client: Client, topic: Topic
) -> None:
    reply = make_reply(topic)
    key = drafts.save_draft({"title": "It blinks as well"}, place=ASKING).key
    assert client.get(PATH).headers["Cache-Control"] == "public, no-cache"

    assert client.get(f"/ask/draft/{key}").headers["Cache-Control"] == "private, no-cache"
    client.submit(f"/r/{reply.id}/outcome", value="worked")

    answer = client.get(f"/t/{topic.id}/it-blinks")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-cache")


def test_only_so_many_are_kept() -> None:
    pages = caching.Pages()
    for number in range(caching.PAGES_MAX + 1):
        pages.put((str(number),), caching.KeptPage(1, 10**9, (b"",), ""))

    assert pages.get(("0",), 1) is None
    assert pages.get((str(caching.PAGES_MAX),), 1) is not None
    assert pages.get((str(caching.PAGES_MAX),), 2) is None


def test_news_is_told_by_the_newest_row(topic: Topic) -> None:
    before = outbox.newest_id()

    services.post_reply(make_user(), topic, body="Press it.")

    assert outbox.newest_id() > before


def test_what_is_large_is_not_kept_and_has_its_mark_all_the_same(
    app: Flask, client: Client, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "SIZE_MAX", 1_000)

    first = client.get(PATH)

    with counted_statements(app) as statements:
        again = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert len(statements) > 1
