"""Whoever works for the company that they write about says so first, and it is shown beside them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from community.accounts.models import User
from community.companies.models import Company, Employment
from community.core import clock
from community.core.db import db
from community.topics.models import Reply, Topic
from tests.conftest import Client
from tests.factories import (
    make_company,
    make_employee,
    make_mandate,
    make_reply,
    make_topic,
    make_user,
)

SignIn = Callable[[User], Client]
WARNING = "You work for Acme"
SHOWN = "works at Acme"


def employed_at(company: Company, *, ended: bool = False) -> User:
    user = make_user()
    now = clock.now()
    db.session.add(
        Employment(user_id=user.id, company_id=company.id, ended_at=now if ended else None)
    )
    db.session.flush()
    return user


@pytest.fixture
def acme() -> Company:
    return make_company("Acme")


def replies() -> list[Reply]:
    return list(db.session.scalars(select(Reply).order_by(Reply.id)))


def test_an_employee_who_does_not_speak_for_the_company_is_asked(
    acme: Company, sign_in: SignIn
) -> None:
    topic = make_topic(acme)
    path = f"/t/{topic.id}/replies"
    browser = sign_in(make_employee(acme))

    asked = browser.submit(path, body="It works *for me*.")
    assert (asked.status_code, replies()) == (422, [])
    assert WARNING in asked.text
    assert "It works *for me*." in asked.text
    assert 'value="company"' in asked.text

    assert browser.submit(path, body="It works *for me*.", disclose="company").status_code == 303
    (reply,) = replies()
    assert reply.speaks_for_company


def test_or_posts_as_a_person_whose_employer_everybody_sees(
    acme: Company, client: Client, sign_in: SignIn
) -> None:
    topic = make_topic(acme)
    insider = make_employee(acme)

    browser = sign_in(insider)
    browser.submit(f"/t/{topic.id}/replies", body="It works.", disclose="self")

    (reply,) = replies()
    assert not reply.speaks_for_company
    page = client.get(f"/t/{topic.id}/{topic.slug}").text
    assert SHOWN in page
    assert "speaking for Acme" not in page


def test_who_said_that_they_work_there_cannot_speak_for_it(acme: Company, sign_in: SignIn) -> None:
    topic = make_topic(acme)
    browser = sign_in(employed_at(acme))

    asked = browser.submit(f"/t/{topic.id}/replies", body="It works.", disclose="company")

    assert (asked.status_code, replies()) == (422, [])
    assert WARNING in asked.text
    assert 'value="company"' not in asked.text


def test_comments_and_questions_ask_as_well(acme: Company, sign_in: SignIn) -> None:
    topic = make_topic(acme)
    answer = make_reply(topic)
    browser = sign_in(make_employee(acme))
    question = {
        "title": "Why is Acme so good",
        "company": "Acme",
        "kind": "praise",
        "body": "It is.",
    }

    comment = browser.submit(f"/r/{answer.id}/comments", body="Quite so.")
    asked = browser.submit("/ask", **question)
    assert (comment.status_code, asked.status_code) == (422, 422)
    assert WARNING in comment.text
    assert WARNING in asked.text
    assert 'value="company"' not in asked.text  # a topic is a person's own word
    assert db.session.scalars(select(Topic.id)).all() == [topic.id]

    told = {"disclose": "self"}
    assert browser.submit(f"/r/{answer.id}/comments", body="Quite so.", **told).status_code == 303
    posted = browser.submit("/ask", **question, **told)
    assert posted.status_code == 303
    assert SHOWN in browser.get(posted.location).text


def test_what_was_said_once_is_not_asked_again_at_the_next_step(
    acme: Company, sign_in: SignIn
) -> None:
    topic = make_topic(acme)
    browser = sign_in(make_employee(acme))
    text = {"body": "Write to nora@gmail.com."}

    preview = browser.submit(f"/t/{topic.id}/replies", **text, disclose="self", personal="keep")
    assert preview.status_code == 303
    first = browser.submit(f"/t/{topic.id}/replies", body="Ask paul@gmail.com.")
    assert "Everybody can read what you post" in first.text
    second = browser.submit(f"/t/{topic.id}/replies", body="Ask paul@gmail.com.", personal="keep")
    assert WARNING in second.text
    assert 'name="personal" value="keep"' in second.text


@pytest.mark.parametrize("who", ["stranger", "former", "elsewhere", "not yet", "speaking"])
def test_nobody_else_is_asked(acme: Company, sign_in: SignIn, who: str) -> None:
    topic, now = make_topic(acme), clock.now()
    people: dict[str, Callable[[], User]] = {
        "stranger": make_user,
        "former": lambda: employed_at(acme, ended=True),
        "elsewhere": lambda: make_employee(make_company("Larkspur")),
        "not yet": lambda: make_employee(acme, since=now + timedelta(days=1)),
        "speaking": lambda: make_employee(acme),
    }
    browser = sign_in(people[who]())
    wears = {"as_company": "y"} if who == "speaking" else {}

    assert browser.submit(f"/t/{topic.id}/replies", body="So it is.", **wears).status_code == 303
    assert SHOWN not in browser.get(f"/t/{topic.id}/{topic.slug}").text


def test_an_employer_is_shown_on_its_own_topics_alone(acme: Company, client: Client) -> None:
    author = employed_at(acme)
    make_mandate(author, make_company("Larkspur"))
    here, there = make_topic(acme, author), make_topic(author=author)
    make_reply(here, author, parent_id=make_reply(here, author).id)

    assert client.get(f"/t/{here.id}/{here.slug}").text.count(SHOWN) >= 3
    assert SHOWN not in client.get(f"/t/{there.id}/{there.slug}").text
