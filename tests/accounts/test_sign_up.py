"""Joining: what a visitor sees, what is kept, and what nobody can find out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from community.accounts import queries, services
from community.accounts.models import SignUp, User
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Conflict, Invalid
from tests.accounts.conftest import (
    PASSWORD,
    fill_in,
    member,
    path_in,
    same_for_all,
    sent,
    signed_in_as,
)
from tests.conftest import Client, browser_for
from tests.factories import make_user

Join = Callable[..., tuple[Client, TestResponse]]


def people() -> int:
    return db.session.scalar(select(func.count()).select_from(User)) or 0


def waiting(username: str = "mira", email: str = "mira@mail.example", **fields: str) -> SignUp:
    sign_up = services.prepare_sign_up(
        username=username, email=email, password=fields.pop("password", PASSWORD), **fields
    )
    services.begin_sign_up(sign_up)
    return sign_up


def test_joining_confirms_the_address_signs_in_and_goes_on(app: Flask, join: Join) -> None:
    browser, answer = join(next="/ask?draft=k1")
    assert (answer.status_code, answer.location) == (303, "/signup/sent")
    assert "mira@mail.example" in browser.get(answer.location).text
    assert signed_in_as(browser) is None
    assert people() == 0

    (message,) = sent(app)
    assert message["To"] == "mira@mail.example"
    link = path_in(message, "/confirm/")
    assert "mira" in browser.get(link).text
    confirmed = browser.submit(link)

    assert (confirmed.status_code, confirmed.location) == (303, "/ask?draft=k1")
    user = queries.by_username("mira")
    assert user is not None
    assert user.email_verified_at is not None
    assert signed_in_as(browser) == user.username


def test_opening_the_link_does_nothing_by_itself(app: Flask, join: Join) -> None:
    browser, _ = join()
    link = path_in(sent(app)[0], "/confirm/")

    for _ in range(3):
        assert browser.get(link).status_code == 200

    assert people() == 0


def test_another_browser_has_to_know_the_password(app: Flask, join: Join) -> None:
    join()
    link = path_in(sent(app)[0], "/confirm/")
    other = browser_for(app)
    page = other.get(link)
    assert "The password you chose" in page.text

    assert fill_in(other, link, password="not the one").status_code == 422
    assert people() == 0
    assert fill_in(other, link, password=PASSWORD).status_code == 303
    assert people() == 1


def test_a_link_works_once(app: Flask, join: Join) -> None:
    browser, _ = join()
    link = path_in(sent(app)[0], "/confirm/")
    fill_in(browser, link)

    again = browser_for(app)
    assert again.get(link).status_code == 410
    assert again.submit(link).status_code == 410
    assert people() == 1


def test_a_link_works_for_three_days(app: Flask, join: Join) -> None:
    with clock.frozen(clock.now()) as move_on:
        browser, _ = join()
        link = path_in(sent(app)[0], "/confirm/")
        move_on(timedelta(days=3))
        assert browser.get(link).status_code == 200
        move_on(timedelta(seconds=1))
        assert browser.get(link).status_code == 410


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.aGVsbG8.x", "\u2603", "%00", "x" * 3000])
def test_a_forged_link_says_that_it_does_not_work(client: Client, token: str) -> None:
    for path in (f"/confirm/{token}", f"/reset/{token}", f"/account/email/{token}"):
        assert client.get(path).status_code == 410


def test_one_purpose_does_not_serve_another(app: Flask, client: Client) -> None:
    member()
    fill_in(client, "/forgot", email="mira@mail.example")
    token = path_in(sent(app)[0], "/reset/").removeprefix("/reset/")

    assert client.get(f"/reset/{token}").status_code == 200
    assert client.get(f"/confirm/{token}").status_code == 410
    assert client.get(f"/account/email/{token}").status_code == 410


def test_a_known_address_gets_the_very_same_answer(app: Flask, join: Join) -> None:
    member("owner", email="known@mail.example")
    known_browser, known = join(username="new1", email="known@mail.example")
    fresh_browser, fresh = join(username="new2", email="fresh@mail.example")

    assert known.status_code == fresh.status_code
    assert list(known.headers.keys()) == list(fresh.headers.keys())
    assert same_for_all(known) == same_for_all(fresh)
    pages = [browser.get("/signup/sent") for browser in (known_browser, fresh_browser)]
    assert same_for_all(pages[0]) == same_for_all(pages[1]).replace(b"fresh@", b"known@")

    owner_told, newcomer_told = sent(app)
    assert owner_told["To"] == "known@mail.example"
    assert "already have an account" in owner_told["Subject"]
    assert "new1" not in owner_told.get_content()
    assert "/confirm/" in newcomer_told.get_content()


def test_a_known_address_leaves_the_same_traces(join: Join) -> None:
    member("owner", email="known@mail.example")
    join(username="new1", email="known@mail.example")
    join(username="new2", email="fresh@mail.example")

    rows = db.session.scalars(select(outbox.OutboxRow).order_by(outbox.OutboxRow.id)).all()
    assert [(row.event, list(row.payload)) for row in rows] == [
        ("confirmation.asked", ["sign_up_id"])
    ] * 2


def test_a_sign_up_takes_neither_the_name_nor_the_address(app: Flask, join: Join) -> None:
    """Otherwise a refused name would tell that the address before it was unknown."""
    member("owner", email="known@mail.example")
    for email in ("known@mail.example", "fresh@mail.example"):
        join(username="probe", email=email)
        _, answer = join(username="probe", email="mine@mail.example")
        assert answer.status_code == 303


def test_signing_in_before_confirming_tells_the_same_of_known_and_unknown(
    app: Flask, join: Join
) -> None:
    member("owner", "their own, not the visitor's", email="known@mail.example")
    pages = []
    for email in ("known@mail.example", "fresh@mail.example"):
        join(username="probe", email=email)
        browser = browser_for(app)
        answer = fill_in(browser, "/signin", identifier=email, password=PASSWORD)
        assert answer.location == "/signup/sent"
        pages.append(same_for_all(browser.get(answer.location)))

    assert pages[0].replace(b"known@", b"fresh@") == pages[1]


def test_the_right_password_gets_the_mail_once_more(app: Flask, join: Join) -> None:
    join()
    assert len(sent(app)) == 1

    for identifier in ("mira@mail.example", "Mira"):
        browser = browser_for(app)
        answer = fill_in(browser, "/signin", identifier=identifier, password=PASSWORD)
        assert answer.location == "/signup/sent"
        assert "sent once more" in browser.get(answer.location).text
        assert signed_in_as(browser) is None

    assert [message["To"] for message in sent(app)] == ["mira@mail.example"] * 3


def test_mail_to_one_address_is_limited_also_by_signing_in(app: Flask, join: Join) -> None:
    join()
    for _ in range(8):
        answer = fill_in(browser_for(app), "/signin", identifier="mira", password=PASSWORD)
        assert answer.location == "/signup/sent"

    assert len(sent(app)) == 5


def test_an_address_can_be_signed_up_again_and_whoever_confirms_has_it(
    app: Flask, join: Join
) -> None:
    mine, _ = join(username="mira")
    join(username="squatter")
    first, second = (path_in(message, "/confirm/") for message in sent(app))

    assert fill_in(mine, first).status_code == 303

    assert mine.get(second).status_code == 410
    user = queries.by_email("mira@mail.example")
    assert user is not None
    assert user.username == "mira"


def test_a_name_taken_in_the_meantime_is_asked_for_again(app: Flask, join: Join) -> None:
    browser, _ = join(next="/companies")
    link = path_in(sent(app)[0], "/confirm/")
    make_user("mira", email="another@mail.example")
    assert "Choose another" in browser.get(link).text

    assert browser.submit(link, username="mira").status_code == 422
    answer = browser.submit(link, username="mira2")

    assert (answer.status_code, answer.location) == (303, "/companies")
    user = queries.by_email("mira@mail.example")
    assert user is not None
    assert user.username == "mira2"


def test_an_address_that_has_got_an_account_since_is_a_conflict() -> None:
    sign_up = waiting()
    make_user("somebody", email=sign_up.email)

    with pytest.raises(Conflict, match="has got an account"):
        services.confirm_sign_up(sign_up)


def test_old_sign_ups_are_swept_out_by_new_ones() -> None:
    with clock.frozen(clock.now()) as move_on:
        waiting("first", "first@mail.example")
        move_on(timedelta(days=2))
        waiting("second", "second@mail.example")
        move_on(timedelta(days=1, seconds=1))
        waiting("third", "third@mail.example")

    names = db.session.scalars(select(SignUp.username).order_by(SignUp.id)).all()
    assert names == ["second", "third"]


def test_errors_keep_what_was_typed_but_the_password(join: Join) -> None:
    _, answer = join(username="x", email="no address", password="hunter2 hunter2")

    assert answer.status_code == 422
    assert 'value="x"' in answer.text
    assert 'value="no address"' in answer.text
    assert "3 to 30 characters" in answer.text
    assert "not an e-mail address" in answer.text
    assert "hunter2" not in answer.text


def test_a_taken_name_is_told_because_names_are_public(join: Join) -> None:
    make_user("Mira")
    _, answer = join(username="mIRA")

    assert answer.status_code == 422
    assert "This user name is taken" in answer.text


def test_a_name_that_looks_like_a_taken_one_is_taken() -> None:
    make_user("capa")
    with pytest.raises(Invalid, match="taken"):
        waiting("сара")  # Cyrillic


def test_a_page_without_its_token_is_sent_once_more_with_everything_on_it(app: Flask) -> None:
    answer = browser_for(app).post(
        "/signup",
        data={"username": "mira", "email": "mira@mail.example", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert answer.status_code == 422
    assert "Send it once more" in answer.text
    assert 'value="mira@mail.example"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(SignUp)) == 0


def test_somebody_signed_in_goes_where_they_wanted(sign_in: Callable[[User], Client]) -> None:
    browser = sign_in(make_user())
    for path in ("/signup", "/signin"):
        assert browser.get(f"{path}?next=/companies").location == "/companies"


def test_the_sent_page_shows_the_mail_folder_in_development_only(
    app: Flask, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.config["SETTINGS"]
    browser, _ = join()
    assert "/some/folder" not in browser.get("/signup/sent").text

    in_files = replace(settings, mail_url="file:///some/folder")
    monkeypatch.setitem(app.config, "SETTINGS", in_files)
    assert "/some/folder" in browser.get("/signup/sent").text

    monkeypatch.setitem(app.config, "SETTINGS", replace(in_files, environment="production"))
    assert "/some/folder" not in browser.get("/signup/sent").text


def test_the_sent_page_without_a_sign_up_leads_to_the_form(client: Client) -> None:
    assert client.get("/signup/sent").location == "/signup"
    assert client.get("/forgot/sent").location == "/forgot"
