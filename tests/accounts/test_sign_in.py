"""Signing in and out, sessions, forgotten passwords, and where one goes afterwards."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from community.accounts import passwords, queries, services
from community.accounts.models import User
from community.accounts.views import answers
from community.core import clock, outbox
from community.core.db import db
from community.web.limits import limiter
from tests.accounts.conftest import (
    PASSWORD,
    fill_in,
    member,
    path_in,
    same_for_all,
    sent,
    signed_in_as,
)
from tests.conftest import Client, browser_for, counted_statements
from tests.factories import make_user

NEW = "nine herons argue politely"

ELSEWHERE = [
    "//evil.example",
    "//evil.example/path",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "https://evil.example",
    "https:evil.example",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "http://localhost@evil.example",
    "//localhost:80@evil.example",
    "//[",
    "",
    " //evil.example",
    "/" + "a" * 1001,
]


@pytest.mark.parametrize("identifier", ["mira", "MIRA", " mira ", "Mira@Mail.Example"])
def test_name_or_address_and_password_sign_in(client: Client, identifier: str) -> None:
    user = member()

    answer = fill_in(client, "/signin", identifier=identifier, password=PASSWORD, next="/companies")

    assert (answer.status_code, answer.location) == (303, "/companies")
    assert signed_in_as(client) == user.username


def test_every_refusal_is_the_same_page(app: Flask) -> None:
    member("here")
    make_user("unconfirmed", email_verified_at=None, password_hash=passwords.hashed(PASSWORD))
    make_user("forgotten", deleted_at=clock.now(), email=None, email_verified_at=None)
    make_user("nopassword")
    make_user("placeholder", email=None, source_key="archive:1")
    cases = [
        ("here", "not the password"),
        ("nobody", PASSWORD),
        ("unconfirmed", PASSWORD),
        ("forgotten", PASSWORD),
        ("nopassword", PASSWORD),
        ("placeholder", PASSWORD),
        ("nobody@mail.example", PASSWORD),
    ]
    pages = set()
    for identifier, password in cases:
        answer = fill_in(browser_for(app), "/signin", identifier=identifier, password=password)
        assert answer.status_code == 422
        pages.add(same_for_all(answer).replace(f'value="{identifier}"'.encode(), b"?"))

    assert len(pages) == 1
    assert b"do not belong together" in pages.pop()


def test_a_wrong_password_takes_as_long_without_an_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The work is counted, not timed: two verifications, whoever is asked for."""
    member("here")
    calls: list[str] = []
    verify = PasswordHasher.verify

    def counting(self: PasswordHasher, password_hash: str, password: str) -> bool:
        calls.append(password_hash)
        return verify(self, password_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    for identifier in ("here", "nobody", "here@mail.example", "nobody@mail.example"):
        calls.clear()
        assert services.authenticate(identifier=identifier, password="not theirs") is None
        assert len(calls) == 2
        assert {tuple(call.split("$")[1:4]) for call in calls} == {
            ("argon2id", "v=19", "m=8,t=1,p=1")
        }


def test_the_session_before_is_left_behind(app: Flask, client: Client) -> None:
    member()
    client.get("/signin")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        token_before = session["csrf_token"]

    fill_in(client, "/signin", identifier="mira", password=PASSWORD)
    client.get("/account")

    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["csrf_token"] != token_before


def test_a_sign_in_from_another_page_needs_the_token(client: Client) -> None:
    member()
    answer = client.post(
        "/signin",
        data={"identifier": "mira", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert answer.status_code == 422
    assert signed_in_as(client) is None


def test_a_sign_in_from_another_site_is_refused(client: Client) -> None:
    member()
    client.get("/signin")
    answer = client.post(
        "/signin",
        data={"identifier": "mira", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert answer.status_code == 403


@pytest.mark.parametrize("place", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client: Client, place: str) -> None:
    member()
    answer = fill_in(client, "/signin", identifier="mira", password=PASSWORD, next=place)

    assert (answer.status_code, answer.location) == (303, "/")


@given(st.text(alphabet="/\\:.@?#ae%\t\r\n \u2044\uff0f", max_size=12))
@settings(max_examples=200, deadline=None)
def test_no_address_at_all_leads_elsewhere(app: Flask, place: str) -> None:
    """Whatever a link names, the answer is a path that no browser reads as a host."""
    with app.test_request_context("/signin", query_string={"next": place}):
        path = answers.return_to()

    assert path.startswith("/")
    assert path[1:2] not in {"/", "\\"}
    assert not set(path) & set("\\\t\r\n")


def test_the_place_to_go_to_survives_a_wrong_password(client: Client) -> None:
    member()
    wrong = fill_in(client, "/signin", identifier="mira", password="wrong one", next="/t/7/x")

    assert 'name="next" value="/t/7/x"' in wrong.text
    assert "/signup?next=/t/7/x" in wrong.text


def test_an_outdated_hash_is_renewed_at_sign_in(client: Client) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    user = make_user("mira", password_hash=old)

    fill_in(client, "/signin", identifier="mira", password=PASSWORD)

    db.session.refresh(user)
    assert user.password_hash != old
    assert not passwords.is_outdated(user.password_hash or "")
    assert passwords.fits(PASSWORD, user.password_hash)
    assert signed_in_as(client) == user.username


def test_signing_out_ends_this_session_only(sign_in: Callable[[User], Client]) -> None:
    user = member()
    here, there = sign_in(user), sign_in(user)

    assert here.submit("/signout").status_code == 303

    assert here.get("/account").status_code == 303
    assert there.get("/account").status_code == 200


def test_signing_out_everywhere_ends_every_session(sign_in: Callable[[User], Client]) -> None:
    user = member()
    here, there = sign_in(user), sign_in(user)
    bystander = sign_in(make_user())

    assert here.submit("/account/signout-everywhere").location == "/signin"

    for browser in (here, there):
        assert browser.get("/account").location == "/signin?next=/account"
    assert bystander.get("/account").status_code == 200


def test_wrong_tries_are_limited_by_where_they_come_from(client: Client) -> None:
    client.get("/signin")
    for number in range(10):
        answer = client.submit("/signin", identifier=f"person{number}", password="wrong one")
        assert answer.status_code == 422

    assert client.submit("/signin", identifier="one more", password="wrong one").status_code == 429
    assert client.get("/signin").status_code == 200


def test_signing_in_rightly_is_not_limited(app: Flask) -> None:
    member()
    for _ in range(12):
        answer = fill_in(browser_for(app), "/signin", identifier="mira", password=PASSWORD)
        assert answer.status_code == 303


def tries(app: Flask, identifier: str, count: int) -> list[int]:
    """Try a wrong password from as many places as it takes."""
    browser = browser_for(app)
    statuses = []
    for number in range(count):
        browser.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        browser.get("/signin")
        answer = browser.submit("/signin", identifier=identifier, password="wrong one")
        statuses.append(answer.status_code)
    return statuses


@pytest.mark.parametrize("identifier", ["mira", "nobody"])
def test_wrong_tries_are_limited_for_one_name_from_anywhere(app: Flask, identifier: str) -> None:
    member()
    assert tries(app, identifier, 21) == [422] * 20 + [429]
    assert tries(app, identifier.upper(), 1) == [429]


def test_using_up_a_name_does_not_tell_which_address_belongs_to_it(app: Flask) -> None:
    member()
    tries(app, "mira", 21)

    assert tries(app, "mira@mail.example", 1) == [422]


def test_the_right_password_forgives_the_wrong_ones(app: Flask, client: Client) -> None:
    member()
    tries(app, "mira", 19)
    assert fill_in(client, "/signin", identifier="mira", password=PASSWORD).status_code == 303

    assert tries(app, "mira", 20) == [422] * 20


def test_what_is_counted_names_nobody(app: Flask) -> None:
    member()
    tries(app, "mira@mail.example", 1)

    kept = str(vars(limiter.storage))
    assert "password" in kept
    assert "mira" not in kept


def test_a_forgotten_password_is_replaced_by_link(app: Flask, client: Client) -> None:
    user = member()
    elsewhere = browser_for(app)
    fill_in(elsewhere, "/signin", identifier="mira", password=PASSWORD)

    answer = fill_in(client, "/forgot", email="MIRA@mail.example")
    assert answer.location == "/forgot/sent"
    assert "mira@mail.example" in client.get("/forgot/sent").text
    link = path_in(sent(app)[0], "/reset/")
    done = fill_in(client, link, password=NEW)

    assert (done.status_code, done.location) == (303, "/")
    assert signed_in_as(client) == user.username
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    db.session.expire_all()
    assert services.authenticate(identifier="mira", password=NEW) is not None
    assert services.authenticate(identifier="mira", password=PASSWORD) is None
    assert [message["Subject"] for message in sent(app)] == [
        "Choose a new password",
        "Your password was changed",
    ]


def test_a_reset_link_works_once_and_for_an_hour(app: Flask, client: Client) -> None:
    member()
    with clock.frozen(clock.now()) as move_on:
        fill_in(client, "/forgot", email="mira@mail.example")
        link = path_in(sent(app)[-1], "/reset/")
        move_on(timedelta(hours=1))
        assert client.get(link).status_code == 200
        assert fill_in(client, link, password="short").status_code == 422
        assert fill_in(client, link, password=NEW).status_code == 303
        assert client.get(link).status_code == 410

        fill_in(browser_for(app), "/forgot", email="mira@mail.example")
        link = path_in(sent(app)[-1], "/reset/")
        move_on(timedelta(hours=1, seconds=1))
        assert client.get(link).status_code == 410


def test_asking_for_a_forgotten_password_tells_nothing(app: Flask) -> None:
    member()
    member("gone", deleted_at=clock.now())
    pages = set()
    for email in ("mira@mail.example", "nobody@mail.example", "gone@mail.example"):
        browser = browser_for(app)
        answer = fill_in(browser, "/forgot", email=email)
        page = browser.get(answer.location)
        seen = same_for_all(page).replace(email.encode(), b"?")
        pages.add((same_for_all(answer), tuple(answer.headers.keys()), seen))
    rows = db.session.scalars(select(outbox.OutboxRow)).all()

    assert len(pages) == 1
    assert [(row.event, list(row.payload)) for row in rows] == [
        ("password.forgotten", ["user_id"])
    ] * 3
    assert [message["To"] for message in sent(app)] == ["mira@mail.example"]


def test_mail_to_one_address_is_limited_whoever_asks(app: Flask) -> None:
    for email in ("mira@mail.example", "nobody@mail.example"):
        statuses = []
        for number in range(6):
            browser = browser_for(app)
            browser.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
            statuses.append(fill_in(browser, "/forgot", email=email).status_code)
        assert statuses == [303] * 5 + [429]


def test_person_and_session_are_read_in_one_statement(
    app: Flask, sign_in: Callable[[User], Client]
) -> None:
    browser = sign_in(member())
    with counted_statements(app) as statements:
        assert browser.get("/account/leave").status_code == 200

    assert len([one for one in statements if "sessions" in one or "users" in one]) == 1


def test_a_visitor_s_form_asks_the_database_for_nothing(app: Flask, client: Client) -> None:
    with counted_statements(app) as statements:
        for path in ("/signin", "/signup", "/forgot"):
            assert client.get(path).status_code == 200

    assert statements == []


def test_forms_are_not_kept_by_caches(client: Client) -> None:
    for path in ("/signin", "/signup", "/forgot"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store"


def test_may_sign_in_reads_no_placeholders() -> None:
    make_user("placeholder", email=None, email_verified_at=None, source_key="archive:1")
    assert queries.may_sign_in("placeholder") is None
