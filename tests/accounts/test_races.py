"""Two people, or two tabs, at the same moment: real commits, real threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts import passwords
from community.accounts.models import Session, SignUp, User
from community.core.db import db, transaction
from tests.accounts.conftest import PASSWORD, fill_in, member, path_in, sent
from tests.conftest import Client, browser_for

NEW = ["nine herons argue politely", "four badgers sing loudly", "two owls read slowly"]


def at_once(steps: Sequence[Callable[[], int]]) -> list[int]:
    """Take all steps at the same moment; return the status of each answer, sorted."""
    ready = Barrier(len(steps))

    def take(step: Callable[[], int]) -> int:
        ready.wait(timeout=10)
        return step()

    with ThreadPoolExecutor(len(steps)) as threads:
        return sorted(threads.map(take, steps))


def submitting(browser: Client, path: str, **fields: str) -> Callable[[], int]:
    """Return a step that sends a form whose page is open already."""
    assert browser.get(path).status_code == 200
    return lambda: int(browser.submit(path, **fields).status_code)


def joining(app: Flask, username: str, email: str) -> tuple[Client, Callable[[], int]]:
    browser = browser_for(app)
    step = submitting(browser, "/signup", username=username, email=email, password=PASSWORD)
    return browser, step


def people(app: Flask) -> list[tuple[str, str | None]]:
    with app.app_context():
        rows = db.session.execute(select(User.username, User.email).order_by(User.id)).all()
        return [(row.username, row.email) for row in rows]


def links(app: Flask) -> dict[str, list[str]]:
    with app.app_context():
        found: dict[str, list[str]] = {}
        for message in sent(app):
            found.setdefault(message["To"], []).append(path_in(message, "/confirm/"))
        return found


def test_one_name_is_given_to_one_of_those_who_confirm_at_once(live_app: Flask) -> None:
    emails = [f"mira{number}@mail.example" for number in range(4)]
    visitors = [joining(live_app, "mira", email) for email in emails]
    assert at_once([step for _, step in visitors]) == [303] * 4

    by_email = links(live_app)
    steps = [
        submitting(browser, by_email[email][0])
        for email, (browser, _) in zip(emails, visitors, strict=True)
    ]
    at_once(steps)

    assert [username for username, _ in people(live_app)] == ["mira"]
    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignUp)) == 3
    late = [browser for browser, _ in visitors if browser.get("/account").status_code == 303]
    assert len(late) == 3
    for number, browser in enumerate(late):  # they are asked for another name, and get it
        (link,) = {
            path
            for paths in by_email.values()
            for path in paths
            if "Choose another" in (page := browser.get(path)).text
            and "The password you chose" not in page.text
        }
        assert fill_in(browser, link, username=f"mira-{number}x").status_code == 303
    assert len(people(live_app)) == 4


def test_one_address_gets_one_account_when_confirmed_twice_at_once(live_app: Flask) -> None:
    names = ["mira", "myra", "maira"]
    visitors = [joining(live_app, name, "mira@mail.example") for name in names]
    assert at_once([step for _, step in visitors]) == [303] * 3

    with live_app.app_context():
        of_name = {
            message.get_content().split(",")[0].removeprefix("Hello "): path_in(
                message, "/confirm/"
            )
            for message in sent(live_app)
        }
    steps = [
        submitting(browser, of_name[name])
        for name, (browser, _) in zip(names, visitors, strict=True)
    ]
    statuses = at_once(steps)

    assert statuses[0] == 303
    assert set(statuses[1:]) <= {409, 410}
    assert [email for _, email in people(live_app)] == ["mira@mail.example"]


def test_a_link_pressed_twice_at_once_works_once_and_welcomes_twice(live_app: Flask) -> None:
    browser, step = joining(live_app, "mira", "mira@mail.example")
    assert step() == 303
    (link,) = links(live_app)["mira@mail.example"]
    other = browser_for(live_app)
    assert fill_in(other, link, password="not the one").status_code == 422

    statuses = at_once([submitting(browser, link), submitting(other, link, password=PASSWORD)])

    # Whoever comes after all is done is told that the link has done its work.
    assert statuses in ([303, 303], [303, 410])
    assert people(live_app) == [("mira", "mira@mail.example")]
    signed_in = [one.get("/account").status_code == 200 for one in (browser, other)]
    assert sum(signed_in) == statuses.count(303)


@pytest.fixture
def signed_in_twice(live_app: Flask) -> list[Client]:
    with live_app.app_context(), transaction():
        member()
    browsers = [browser_for(live_app) for _ in NEW]
    for browser in browsers:
        assert fill_in(browser, "/signin", identifier="mira", password=PASSWORD).status_code == 303
    return browsers


def test_of_passwords_changed_at_once_one_is_kept(
    live_app: Flask, signed_in_twice: list[Client]
) -> None:
    steps = [
        submitting(browser, "/account/password", current=PASSWORD, password=password)
        for browser, password in zip(signed_in_twice, NEW, strict=True)
    ]
    statuses = at_once(steps)

    # Whoever comes later finds the session ended, the present password wrong, or a conflict.
    assert 303 in statuses
    with live_app.app_context():
        user = db.session.scalars(select(User)).one()
        assert len(db.session.scalars(select(Session)).all()) == 1
        assert sum(passwords.fits(password, user.password_hash) for password in NEW) == 1


def test_signing_out_everywhere_in_two_browsers_at_once_ends_every_session(
    live_app: Flask, signed_in_twice: list[Client]
) -> None:
    first, second, _ = signed_in_twice
    assert submitting(first, "/account/password") is not None
    at_once(
        [
            lambda: int(first.submit("/account/signout-everywhere").status_code),
            lambda: int(second.submit("/account/signout-everywhere").status_code),
        ]
    )

    for browser in signed_in_twice:
        assert browser.get("/account").status_code == 303
