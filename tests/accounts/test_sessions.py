"""Where somebody is signed in: a row for each browser, and the way out of each."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts import services
from community.accounts.models import SEEN_EVERY, SESSION_FOR, Session, User
from community.core import clock
from community.core.db import db
from tests.accounts.conftest import PASSWORD, fill_in, member, signed_in_as
from tests.conftest import Client, browser_for, counted_statements
from tests.factories import make_session

SignIn = Callable[[User], Client]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
)


def rows() -> list[Session]:
    db.session.expire_all()
    return list(db.session.scalars(select(Session).order_by(Session.id)))


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iOS"),
        ("curl/8.0", "curl"),
        ("", ""),
        ("x" * 100_000, ""),
    ],
)
def test_signing_in_notes_what_the_browser_is(app: Flask, agent: str, device: str) -> None:
    member()
    browser = browser_for(app)
    browser.environ_base["HTTP_USER_AGENT"] = agent

    fill_in(browser, "/signin", identifier="mira", password=PASSWORD)

    (row,) = rows()
    assert row.device == device
    with browser.session_transaction() as session:
        key = session["_user_id"]
    assert key not in {row.digest, row.device}  # who has the table cannot sign in with it
    assert len(row.digest) == 64


def test_the_list_marks_this_browser_and_ends_the_others(app: Flask, sign_in: SignIn) -> None:
    user = member()
    here, there, elsewhere = sign_in(user), sign_in(user), sign_in(user)
    page = here.get("/account/sessions").text
    assert page.count("Firefox on Linux") == 5  # three rows, and the two others' buttons
    assert page.count("this browser") == 2

    second = rows()[1]
    assert here.submit(f"/account/sessions/{second.id}/end").status_code == 303
    assert [signed_in_as(one) for one in (here, there, elsewhere)] == ["mira", None, "mira"]

    here.submit("/account/sessions/end-others")
    assert [signed_in_as(one) for one in (here, elsewhere)] == ["mira", None]
    assert "nowhere else" in here.get("/account/sessions").text


def test_nobody_ends_the_session_of_somebody_else(sign_in: SignIn) -> None:
    user, other = member("mira"), member("other")
    browser = sign_in(user)
    make_session(other)

    browser.submit(f"/account/sessions/{rows()[-1].id}/end")
    browser.submit("/account/sessions/end-others")

    assert [row.user_id for row in rows()] == [user.id, other.id]


def test_signing_out_removes_the_row(client: Client) -> None:
    member()
    fill_in(client, "/signin", identifier="mira", password=PASSWORD)
    client.submit("/signout")

    assert rows() == []


def test_signing_in_again_in_a_browser_leaves_one_row(client: Client) -> None:
    user = member()
    fill_in(client, "/signin", identifier="mira", password=PASSWORD)
    fill_in(client, "/account/password", current=PASSWORD, password="nine herons argue politely")

    assert [row.user_id for row in rows()] == [user.id]


def test_who_was_signed_out_is_told_where_it_matters(sign_in: SignIn) -> None:
    user = member()
    browser = sign_in(user)
    services.sign_out_everywhere(user)

    assert "You were signed out" not in browser.get("/about").text
    answer = browser.get("/account")
    assert answer.location == "/signin?next=/account"
    assert "You were signed out" in browser.get(answer.location).text


def test_use_is_noted_once_an_hour_when_the_answer_is_out(app: Flask, sign_in: SignIn) -> None:
    with clock.frozen(clock.now()) as move_on:
        browser = sign_in(member())
        started = rows()[0].seen_at
        move_on(SEEN_EVERY - timedelta(seconds=1))
        browser.get("/about").close()
        assert rows()[0].seen_at == started

        move_on(timedelta(seconds=1))
        with counted_statements(app) as statements:
            answer = browser.get("/about")
            assert not any(one.startswith("UPDATE") for one in statements)
            answer.close()
        assert rows()[0].seen_at == started + SEEN_EVERY
        assert "Set-Cookie" in answer.headers  # kept by the browser for as long again


def test_a_session_ends_when_it_is_not_used(sign_in: SignIn) -> None:
    with clock.frozen(clock.now()) as move_on:
        browser = sign_in(member())
        move_on(SESSION_FOR - timedelta(minutes=1))
        browser.get("/about").close()
        move_on(timedelta(days=2))
        assert browser.get("/account").status_code == 200
        move_on(SESSION_FOR)
        assert browser.get("/account").status_code == 303

        assert len(rows()) == 1
        assert services.prune_sessions() == 1
        assert rows() == []


@pytest.mark.parametrize("key", ["", "x", "1.0", "\x00", "é" * 10_000, "' OR 1=1 --"])
def test_a_made_up_key_is_nobody_s(client: Client, key: str) -> None:
    make_session(member())
    with client.session_transaction() as session:
        session["_user_id"] = key

    assert client.get("/account").status_code == 303
