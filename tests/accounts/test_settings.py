"""One's own account: profile, password, address."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from community.accounts import passwords, queries, services
from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Conflict, Invalid
from tests.accounts.conftest import PASSWORD, fill_in, member, path_in, same_for_all, sent
from tests.conftest import Client, browser_for
from tests.factories import make_user

SignIn = Callable[[User], Client]
NEW = "nine herons argue politely"
PAGES = ["/account", "/account/password", "/account/email"]


@pytest.mark.parametrize("path", PAGES)
def test_visitors_sign_in_first(client: Client, path: str) -> None:
    assert client.get(path).location == f"/signin?next={path}"


@pytest.mark.parametrize("path", [*PAGES, "/account/email/keep", "/account/signout-everywhere"])
def test_changes_need_the_token(sign_in: SignIn, path: str) -> None:
    answer = sign_in(member()).post(path, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 400


def test_name_and_words_are_saved(sign_in: SignIn) -> None:
    user = member()
    browser = sign_in(user)

    answer = fill_in(
        browser, "/account", display_name="  Mira   Kowalski ", about="Routers.\r\n\r\nFirmware. "
    )

    assert answer.location == "/account"
    db.session.refresh(user)
    assert (user.display_name, user.about) == ("Mira Kowalski", "Routers.\n\nFirmware.")
    assert "It is saved." in browser.get("/account").text


def test_a_long_text_is_kept_in_the_form_and_not_saved(sign_in: SignIn) -> None:
    user = member()
    answer = fill_in(sign_in(user), "/account", display_name="Mira", about="x" * 501)

    assert answer.status_code == 422
    assert "at most 500 characters; this one has 501" in answer.text
    assert "x" * 501 in answer.text
    db.session.refresh(user)
    assert (user.display_name, user.about) == ("", "")


def test_the_name_that_is_shown_cannot_pose(sign_in: SignIn) -> None:
    answer = fill_in(sign_in(member()), "/account", display_name="Acme Official Support", about="")

    assert answer.status_code == 422
    assert "official one" in answer.text


def test_a_new_password_keeps_this_browser_and_ends_the_others(app: Flask, sign_in: SignIn) -> None:
    user = member()
    here, there = sign_in(user), sign_in(user)

    answer = fill_in(here, "/account/password", current=PASSWORD, password=NEW)

    assert answer.location == "/account"
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    db.session.expire_all()
    assert services.authenticate(identifier="mira", password=NEW) is not None
    (message,) = sent(app)
    assert message["Subject"] == "Your password was changed"


@pytest.mark.parametrize(
    ("current", "password", "said"),
    [
        ("not mine at all", NEW, "not your present password"),
        (PASSWORD, "short", "at least 10 characters"),
        (PASSWORD, "1234567890", "first that are guessed"),
        (PASSWORD, "mira-mira-mira", "your own name"),
        ("", "", "needed"),
    ],
)
def test_a_new_password_is_refused(sign_in: SignIn, current: str, password: str, said: str) -> None:
    user = member()
    before = user.password_hash
    browser = sign_in(user)

    answer = fill_in(browser, "/account/password", current=current, password=password)

    assert answer.status_code == 422
    assert said in answer.text
    db.session.refresh(user)
    assert user.password_hash == before
    assert browser.get("/account").status_code == 200


def test_guessing_the_present_password_is_limited(sign_in: SignIn) -> None:
    browser = sign_in(member())
    statuses = [
        fill_in(browser, "/account/password", current="a guess", password=NEW).status_code
        for _ in range(11)
    ]
    assert statuses == [422] * 10 + [429]


def test_of_two_password_changes_at_once_one_wins() -> None:
    user = member()
    first, second = passwords.hashed(NEW), passwords.hashed("another one entirely")
    stale = user.password_hash
    services.change_password(user, first)
    user.password_hash = stale  # as the other request has read it
    with db.session.no_autoflush, pytest.raises(Conflict):
        services.renew_hash(user, second)


def test_a_new_address_is_confirmed_first_and_the_old_one_told(app: Flask, sign_in: SignIn) -> None:
    user = member()
    browser = sign_in(user)

    answer = fill_in(browser, "/account/email", email="Mira@New.example", current=PASSWORD)
    assert answer.location == "/account/email"
    db.session.refresh(user)
    assert (user.email, user.new_email) == ("mira@mail.example", "mira@new.example")
    mails = {message["To"]: message for message in sent(app)}
    assert mails.keys() == {"mira@new.example", "mira@mail.example"}
    assert "mira@new.example" in mails["mira@mail.example"].get_content()

    link = path_in(mails["mira@new.example"], "/account/email/")
    phone = browser_for(app)
    assert phone.get(link).status_code == 200
    db.session.refresh(user)
    assert user.email == "mira@mail.example"
    assert fill_in(phone, link).status_code == 303

    db.session.refresh(user)
    assert (user.email, user.new_email) == ("mira@new.example", None)
    assert phone.get(link).status_code == 410
    assert phone.get("/account").status_code == 303  # a link to confirm does not sign in


def test_a_new_address_needs_the_password(sign_in: SignIn) -> None:
    user = member()
    answer = fill_in(sign_in(user), "/account/email", email="mira@new.example", current="wrong one")

    assert answer.status_code == 422
    assert 'value="mira@new.example"' in answer.text
    db.session.refresh(user)
    assert user.new_email is None


def test_somebody_else_s_address_gets_the_same_answer(app: Flask, sign_in: SignIn) -> None:
    make_user("owner", email="known@mail.example")
    pages = []
    for username, email in (("mira", "known@mail.example"), ("noor", "fresh@mail.example")):
        browser = sign_in(member(username))
        answer = fill_in(browser, "/account/email", email=email, current=PASSWORD)
        assert answer.status_code == 303
        page = same_for_all(browser.get(answer.location))
        page = page[page.index(b"<main") :]  # the head shows whose page it is
        pages.append(page.replace(email.encode(), b"?").replace(username.encode(), b"!"))

    assert pages[0] == pages[1]
    told = [message["Subject"] for message in sent(app) if message["To"] == "known@mail.example"]
    assert told == ["You already have an account"]


def test_an_address_taken_since_is_a_conflict(app: Flask, sign_in: SignIn) -> None:
    user = member()
    browser = sign_in(user)
    fill_in(browser, "/account/email", email="mira@new.example", current=PASSWORD)
    link = path_in(next(m for m in sent(app) if m["To"] == "mira@new.example"), "/account/email/")
    make_user("faster", email="mira@new.example")

    assert fill_in(browser, link).status_code == 409
    db.session.refresh(user)
    assert user.email == "mira@mail.example"


@pytest.mark.parametrize("how", ["keep", "password", "too late"])
def test_a_change_of_address_can_be_stopped(app: Flask, sign_in: SignIn, how: str) -> None:
    user = member()
    browser = sign_in(user)
    with clock.frozen(clock.now()) as move_on:
        fill_in(browser, "/account/email", email="mira@new.example", current=PASSWORD)
        new = next(message for message in sent(app) if message["To"] == "mira@new.example")
        link = path_in(new, "/account/email/")
        assert browser.get(link).status_code == 200

        if how == "keep":
            browser.submit("/account/email/keep")
        elif how == "password":
            fill_in(browser, "/account/password", current=PASSWORD, password=NEW)
        else:
            move_on(timedelta(days=3, seconds=1))

        assert browser_for(app).get(link).status_code == 410


def test_a_change_called_off_before_the_worker_ran_sends_nothing(
    app: Flask, sign_in: SignIn
) -> None:
    browser = sign_in(member())
    fill_in(browser, "/account/email", email="mira@new.example", current=PASSWORD)
    browser.submit("/account/email/keep")

    assert sent(app) == []
    assert outbox.waiting() == 0


def test_services_refuse_what_the_form_would_refuse() -> None:
    user = member()
    with pytest.raises(Invalid, match="not an e-mail address"):
        services.ask_new_email(user, email="nonsense")
    with pytest.raises(Invalid, match="your address already"):
        services.ask_new_email(user, email="MIRA@mail.example")
    with pytest.raises(Invalid, match="at most 60"):
        services.describe_oneself(user, display_name="x" * 61, about="")


def test_a_confirmed_address_voids_sign_ups_with_it() -> None:
    user = member()
    services.begin_sign_up(
        services.prepare_sign_up(username="squat", email="mira@new.example", password=PASSWORD)
    )
    services.ask_new_email(user, email="mira@new.example")
    services.confirm_new_email(user)

    assert queries.latest_sign_up("mira@new.example") is None
