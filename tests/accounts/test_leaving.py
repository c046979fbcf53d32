"""The pages on which somebody takes everything along, leaves, and comes back."""

import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts import policies, services
from community.accounts.models import FRESH_FOR, LEAVE_FOR, Session, User
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Conflict, NotAllowed
from tests.accounts.conftest import PASSWORD, fill_in, member, sent, signed_in_as
from tests.conftest import Client, browser_for
from tests.factories import make_session, make_topic, make_user

SignIn = Callable[[User], Client]


def test_an_export_is_a_page_and_data(sign_in: SignIn) -> None:
    user = member("mira", display_name="Mira <K.>", about="I help.")
    make_topic(author=user, title="It blinks & hums", body="<script>alert(1)</script>")
    browser = sign_in(user)

    assert fill_in(browser, "/account/data", current="not mine at all").status_code == 422
    answer = fill_in(browser, "/account/data", current=PASSWORD)

    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "common-ground-mira.zip" in answer.headers["Content-Disposition"]
    content = answer.data
    answer.close()
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        data = json.loads(archive.read("data.json"))
        page = archive.read("index.html").decode()
    assert data["account"]["email"] == "mira@mail.example"
    assert data["account"]["name"] == "Mira <K.>"
    assert data["topics"]["topics"][0]["title"] == "It blinks & hums"
    assert data["site"] == "http://localhost"
    assert "password" not in json.dumps(data)
    assert "<script" not in page
    assert "It blinks &amp; hums" in page
    assert "Mira &lt;K.&gt;" in page


def test_an_export_can_be_had_a_few_times_an_hour(sign_in: SignIn) -> None:
    browser = sign_in(member())
    statuses = []
    for _ in range(6):
        with closing(fill_in(browser, "/account/data", current=PASSWORD)) as answer:
            statuses.append(answer.status_code)
    assert statuses == [200] * 5 + [429]


def test_who_has_no_password_shows_who_they_are_by_mail(sign_in: SignIn) -> None:
    user = make_user("mira")
    browser = sign_in(user)
    assert browser.get("/account/data").text.count("Download your data") == 1

    with clock.frozen(clock.now() + FRESH_FOR + timedelta(seconds=1)):
        for path in ("/account/data", "/account/leave", "/account/email", "/account/password"):
            page = browser.get(path).text
            assert "Show once more that it is you" in page, path
            assert f"/signin/link?next={path}" in page


def test_leaving_closes_the_account_and_coming_back_opens_it(app: Flask, sign_in: SignIn) -> None:
    user = member("mira", display_name="Mira K.")
    topic = make_topic(author=user)
    browser, other = sign_in(user), sign_in(user)
    assert "1 post of yours" in browser.get("/account/leave").text

    answer = fill_in(browser, "/account/leave", current=PASSWORD, when="later")

    assert answer.location == "/account/left?when=later"
    assert "In 7 days" in browser.get(answer.location).text
    assert [signed_in_as(one) for one in (browser, other)] == [None, None]
    reader = browser_for(app)
    page = reader.get(f"/t/{topic.id}/{topic.slug}").text
    assert "former member" in page
    assert "Mira" not in page
    assert reader.get("/people/mira").status_code == 404
    (message,) = sent(app)
    assert message["Subject"] == "Your account is closed"

    answer = fill_in(reader, "/signin", identifier="mira", password=PASSWORD)
    assert answer.location == "/account/stay"
    assert signed_in_as(reader) is None
    assert "Come back" in reader.get("/account/stay").text
    assert reader.submit("/account/stay").location == "/account"

    assert signed_in_as(reader) == "mira"
    assert "Mira K." in browser_for(app).get(f"/t/{topic.id}/{topic.slug}").text


def test_leaving_needs_the_password(sign_in: SignIn) -> None:
    user = member()
    browser = sign_in(user)

    assert fill_in(browser, "/account/leave", current="a guess", when="now").status_code == 422
    assert fill_in(browser, "/account/leave", current=PASSWORD, when="someday").status_code == 422

    db.session.refresh(user)
    assert user.deleted_at is None
    assert db.session.scalars(select(Session)).all()


def test_nobody_comes_back_for_somebody_else(client: Client) -> None:
    member(deleted_at=clock.now())

    assert client.get("/account/stay").location == "/signin"
    with client.session_transaction() as session:
        session["left"] = [10**6, int(clock.now().timestamp())]
    assert client.get("/account/stay").location == "/signin"


def test_the_way_back_is_open_for_a_while_after_showing_who_one_is(client: Client) -> None:
    member(deleted_at=clock.now())
    fill_in(client, "/signin", identifier="mira", password=PASSWORD)

    with clock.frozen(clock.now() + FRESH_FOR + timedelta(seconds=2)):
        assert client.get("/account/stay").location == "/signin"


def test_nobody_comes_back_who_is_being_forgotten(client: Client, sign_in: SignIn) -> None:
    user = member()
    fill_in(sign_in(user), "/account/leave", current=PASSWORD, when="now")

    fill_in(client, "/signin", identifier="mira", password=PASSWORD)  # before the worker begins

    answer = client.get("/account/stay")
    assert answer.status_code == 403
    assert "is being forgotten" in answer.text
    assert client.submit("/account/stay").status_code == 403
    with pytest.raises(Conflict, match="is being forgotten"):
        services.stay(user)  # read before it was closed
    db.session.refresh(user)
    with pytest.raises(NotAllowed, match="is being forgotten"):
        services.stay(user)
    assert signed_in_as(client) is None


def test_nobody_comes_back_after_the_last_day(client: Client) -> None:
    user = member(deleted_at=clock.now() - LEAVE_FOR + timedelta(minutes=1))
    fill_in(client, "/signin", identifier="mira", password=PASSWORD)
    assert "Come back" in client.get("/account/stay").text

    with clock.frozen(clock.now() + timedelta(minutes=2)):  # the page was open a little too long
        assert client.submit("/account/stay").status_code == 403
    db.session.refresh(user)
    assert user.deleted_at is not None


def test_leaving_twice_is_leaving_once_and_for_good_comes_first() -> None:
    user = member()
    for for_good in (False, False, True, True, False):
        services.leave(user, for_good=for_good)

    assert [row.payload["for_good"] for row in outbox.owed("person.left")] == [False, True]
    assert not policies.can_stay(user, at=clock.now())


def test_who_has_left_can_do_nothing_with_an_old_cookie(sign_in: SignIn) -> None:
    user = member()
    browser = sign_in(user)
    user.deleted_at = clock.now()
    make_session(user)
    db.session.commit()

    assert browser.get("/account").status_code == 303


def test_time_zone_and_language_are_chosen(app: Flask, sign_in: SignIn) -> None:
    user = member()
    topic = make_topic(author=user, created_at=clock.now().replace(hour=20, minute=5))
    browser = sign_in(user)
    path = f"/t/{topic.id}/{topic.slug}"
    assert "20:05 UTC" in browser.get(path).text

    assert (
        fill_in(browser, "/account/reading", time_zone="Mars/Base", language="").status_code == 422
    )
    assert (
        fill_in(browser, "/account/reading", time_zone="Asia/Jakarta", language="xx").status_code
        == 422
    )
    answer = fill_in(browser, "/account/reading", time_zone="Asia/Jakarta", language="en")

    assert answer.location == "/account/reading"
    page = browser.get(path).text
    assert "03:05 WIB" in page
    assert 'data-time-zone="Asia/Jakarta"' in page
    assert "20:05 UTC" in browser_for(app).get(path).text
    page = browser.get("/account/reading").text
    assert '<option selected value="Asia/Jakarta">Jakarta</option>' in page
    assert '<optgroup label="Europe">' in page
