"""An answer that kept people from asking says so, to readers and to its author."""

from collections.abc import Callable

import pytest
from flask import Flask

from community.accounts import passwords
from community.core.db import db
from community.topics import indexing
from community.topics.models import DeflectionEvent, Reply, Topic
from tests.conftest import Client
from tests.factories import make_reply, make_topic, make_user

SignIn = Callable[..., Client]
PASSWORD = "heron palette clover"


@pytest.fixture
def reply() -> Reply:
    topic = make_topic(title="The router drops at three")
    return make_reply(topic, make_user("mira", password_hash=passwords.hashed(PASSWORD)))


def says_it_fixed_it(browser: Client, reply: Reply) -> None:
    """Press "this fixed it" at the row of an answer."""
    answer = browser.submit(
        "/ask/deflect", step="solved", topic_id=reply.topic_id, reply_id=reply.id
    )
    assert answer.status_code == 200


def page_of(browser: Client, reply: Reply) -> str:
    return str(browser.get(f"/t/{reply.topic_id}", follow_redirects=True).text)


def helped(row: Topic | Reply) -> int:
    db.session.refresh(row)
    return row.helped_count


def test_readers_and_the_author_read_it_each_in_their_words(
    app: Flask, client: Client, sign_in: SignIn, reply: Reply
) -> None:
    assert "from asking" not in page_of(client, reply)
    says_it_fixed_it(client, reply)
    says_it_fixed_it(client, reply)
    assert "Saved 1 person from asking" in page_of(client, reply)

    another = app.test_client()
    assert isinstance(another, Client)
    says_it_fixed_it(another, reply)

    assert "Saved 2 people from asking" in page_of(client, reply)
    own = page_of(sign_in(reply.author), reply)
    assert "Your answer fixed it for 2 people" in own
    assert "Your answer fixed" not in page_of(client, reply)


def test_the_author_s_page_adds_it_up(client: Client, sign_in: SignIn, reply: Reply) -> None:
    assert "Your answers fixed it" not in sign_in(reply.author).get("/people/mira").text
    second = make_reply(make_topic(), reply.author)
    for each in (reply, second):
        says_it_fixed_it(client, each)

    assert "Your answers fixed it for 2 people" in sign_in(reply.author).get("/people/mira").text
    assert "Your answers fixed it" not in client.get("/people/mira").text


def test_an_author_who_was_signed_out_is_found_out_by_signing_in(
    client: Client, reply: Reply
) -> None:
    says_it_fixed_it(client, reply)
    assert helped(reply) == 1

    client.get("/signin")  # whose form has a token of its own
    answer = client.submit("/signin", identifier="mira", password=PASSWORD)

    assert answer.status_code == 303
    assert (helped(reply), helped(db.session.get_one(Topic, reply.topic_id))) == (0, 0)
    assert db.session.query(DeflectionEvent).count() == 0


def test_who_cannot_be_settled_is_signed_in_all_the_same(
    client: Client, reply: Reply, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError("The count is lost.")

    monkeypatch.setattr("community.topics.visits.settle_visit", fail)
    says_it_fixed_it(client, reply)

    client.get("/signin")  # whose form has a token of its own
    answer = client.submit("/signin", identifier="mira", password=PASSWORD)

    assert answer.status_code == 303
    assert "could not be put right" in caplog.text
    assert "Your answer fixed it for 1 person" in page_of(client, reply)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
    ],
)
def test_what_nobody_looks_at_is_not_noted_as_shown(
    client: Client, method: str, headers: dict[str, str]
) -> None:
    topic = make_topic(title="The router drops its connection every night")
    make_reply(topic)
    indexing.bring_up_to_date([topic.id])

    answer = client.open("/ask?text=router+drops+every+night", method=method, headers=headers)

    assert answer.status_code == 200
    assert db.session.query(DeflectionEvent).count() == 0
    assert "Set-Cookie" not in answer.headers
    client.get("/ask?text=router+drops+every+night")
    assert db.session.query(DeflectionEvent).count() == 1
