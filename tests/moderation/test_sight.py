"""Pictures of a post that was taken out of sight are opened by who judges it, and by no other."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from community.accounts.models import User
from community.companies import services as companies
from community.companies.models import Company, Employment
from community.core import clock
from community.core.db import db
from community.core.picture_keys import Size
from community.moderation.models import DecisionAction, JurorVote
from community.moderation.services import appeal as appeals
from community.pictures import services as pictures
from community.pictures.reading import Encoded
from community.topics import services
from community.topics.models import Reply, Topic
from tests.conftest import Client, browser_for, counted_statements
from tests.factories import make_company, make_employee, make_topic, make_user
from tests.moderation.trials import judged, jury_of, trusted

SignIn = Callable[[User], Client]
ENCODED = Encoded(size=Size(640, 480), full=b"full", small=b"small", is_still_of_many=False)


@pytest.fixture
def key(app: Flask) -> str:
    return pictures.store(ENCODED)


@pytest.fixture
def acme(app: Flask) -> Company:
    return make_company("Acme")


@pytest.fixture
def author(app: Flask) -> User:
    return make_user("paula")


@pytest.fixture
def topic(acme: Company) -> Topic:
    return make_topic(acme)


@pytest.fixture
def reply(author: User, topic: Topic, key: str) -> Reply:
    """An answer with a picture, posted by who sent it."""
    pictures.add_picture(author, ENCODED, key=key)
    return services.post_reply(author, topic, body=f"![it](/pictures/{key}) Look.")


def author_of(reply: Reply) -> User:
    return db.session.get_one(User, reply.author_id)


def opens(browser: Client, key: str) -> bool:
    codes = {browser.get(f"/pictures/{key}{form}").status_code for form in ("", "/small")}
    assert len(codes) == 1
    return codes == {200}


def test_moderators_without_a_stake_and_who_sent_it_open_it(
    client: Client, sign_in: SignIn, acme: Company, reply: Reply, key: str
) -> None:
    judged(reply)
    bound, left, operator = (make_user(is_moderator=True) for _ in range(3))
    operator.is_moderator, operator.is_admin = False, True
    companies.declare_employer(bound, acme)
    db.session.add(
        Employment(user_id=left.id, company_id=acme.id, ended_at=clock.now() - timedelta(days=1))
    )
    may = (author_of(reply), make_user(is_moderator=True), make_user(is_admin=True))
    away = clock.now() + timedelta(days=1)
    may_not = (
        make_user(),
        make_employee(acme),
        bound,
        left,
        make_user(is_moderator=True, suspended_until=away),
    )
    db.session.commit()

    assert [opens(sign_in(one), key) for one in may] == [True] * len(may)
    assert [opens(sign_in(one), key) for one in may_not] == [False] * len(may_not)
    assert not opens(client, key)
    companies.declare_employer(operator, acme)
    db.session.commit()
    assert not opens(sign_in(operator), key)


def test_a_stake_in_any_of_the_companies_bars(
    sign_in: SignIn, acme: Company, topic: Topic, reply: Reply, key: str
) -> None:
    """One picture in posts about two companies, and a topic that was moved to a third."""
    other, third = make_company(), make_company()
    judged(reply)
    again = services.post_reply(author_of(reply), make_topic(other), body=f"![it](/pictures/{key})")
    judged(again)
    moderators = [make_user(is_moderator=True) for _ in range(4)]
    for moderator, company in zip(moderators, (acme, other, third), strict=False):
        companies.declare_employer(moderator, company)
    db.session.commit()
    assert [opens(sign_in(one), key) for one in moderators] == [False, False, True, True]

    judged(topic, DecisionAction.MOVE, move_to=third)
    db.session.commit()

    assert [opens(sign_in(one), key) for one in moderators] == [False, False, False, True]


def test_a_jury_opens_it_as_long_as_it_judges(
    sign_in: SignIn, acme: Company, author: User, reply: Reply, key: str
) -> None:
    trusted(5)
    appeal = appeals.appeal(author, judged(reply), words="It shows where to press.")
    juror, bound, third = jury_of(appeal)
    db.session.commit()
    seen = sign_in(juror).get(f"/appeals/{appeal.id}").text
    assert f"/pictures/{key}" in seen
    assert opens(sign_in(juror), key)
    outsider = next(one for one in trusted(1) if one not in jury_of(appeal))

    companies.declare_employer(bound, acme)
    appeals.vote(juror, appeal, vote=JurorVote.UPHOLD, reason="It is none.")
    db.session.commit()

    assert [opens(sign_in(one), key) for one in (juror, bound, third, outsider)] == [
        False,
        False,
        True,
        False,
    ]


def test_a_picture_takes_one_statement(app: Flask, sign_in: SignIn, reply: Reply, key: str) -> None:
    db.session.commit()
    visitor = browser_for(app)
    assert opens(visitor, key)
    with counted_statements(app) as statements:
        assert visitor.get(f"/pictures/{key}").status_code == 200
    assert len(statements) == 1

    judged(reply)
    db.session.commit()
    with counted_statements(app) as statements:
        assert visitor.get(f"/pictures/{key}").status_code == 404
    assert len(statements) <= 1 + 1  # and the page that says so

    moderator = sign_in(make_user(is_moderator=True))
    assert moderator.get(f"/pictures/{key}").status_code == 200
    with counted_statements(app) as statements:
        assert moderator.get(f"/pictures/{key}").status_code == 200
    assert len(statements) <= 7
