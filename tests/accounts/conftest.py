"""Steps that several tests of accounts take."""

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

from community.accounts import passwords, queries
from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db
from tests.conftest import Client, browser_for
from tests.factories import make_user

PASSWORD = "seven otters knit quietly"
_NONCE = re.compile(rb'nonce="[^"]+"')
_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="[^"]+"')


def member(username: str = "mira", password: str = PASSWORD, **columns: object) -> User:
    """Make a member who can sign in with ``password``."""
    return make_user(username, password_hash=passwords.hashed(password), **columns)


def sent(app: Flask) -> list[EmailMessage]:
    """Do what is owed and return all mail so far."""
    db.session.expire_all()  # what requests have changed since the test read it
    outbox.deliver_due()
    mails: list[EmailMessage] = app.extensions.get("mail_sent", [])
    return mails


def path_in(message: EmailMessage, start: str) -> str:
    """Return the path of the link in a mail that begins with ``start``."""
    found = re.search(rf"http://localhost({re.escape(start)}\S*)", message.get_content())
    assert found is not None, message.get_content()
    return found[1]


def same_for_all(page: TestResponse) -> bytes:
    """Return a page without what is random in every answer."""
    return _TOKEN.sub(b"", _NONCE.sub(b"", page.data))


def signed_in_as(browser: Client) -> str | None:
    """Return the user name of who is signed in."""
    with browser.session_transaction() as session:
        key = session.get("_user_id", "")
    found = queries.signed_in(key, at=clock.now())
    return found[0].username if found else None


def fill_in(browser: Client, path: str, **fields: str) -> TestResponse:
    """Open the page of a form, then send it."""
    opened = browser.get(path)
    assert opened.status_code == 200, opened.status
    answer: TestResponse = browser.submit(path, **fields)
    return answer


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash as in production, but at the least cost: these tests hash a thousand times."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", quick)
    passwords._nobodys_hash.cache_clear()
    yield
    passwords._nobodys_hash.cache_clear()


@pytest.fixture
def join(app: Flask) -> Callable[..., tuple[Client, TestResponse]]:
    """Return a function that fills in the sign-up form in a new browser."""

    def fill(**fields: str) -> tuple[Client, TestResponse]:
        browser = browser_for(app)
        fields = {
            "username": "mira",
            "email": "mira@mail.example",
            "password": PASSWORD,
            "next": "/",
        } | fields
        return browser, fill_in(browser, "/signup", **fields)

    return fill
