"""Every mail, to the letter. `UPDATE_GOLDEN=1` writes the files again."""

import os
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from types import FunctionType

import pytest
from flask import Flask

from community.accounts import digests, handlers, services
from community.core import clock, links
from community.core.db import db
from tests.accounts.conftest import PASSWORD, member
from tests.factories import make_user

GOLDEN = Path(__file__).parent / "golden"
_TOKEN = re.compile(r"(/(?:confirm|reset|claim|account/email)/)[\w.-]{30,}")


def of_a_sign_up() -> None:
    sign_up = services.prepare_sign_up(
        username="mira", email="mira@mail.example", password=PASSWORD
    )
    services.begin_sign_up(sign_up)
    handlers.mail_confirmation(sign_up.id)


def of_a_sign_up_with_a_known_address() -> None:
    member("mira")
    sign_up = services.prepare_sign_up(
        username="other", email="mira@mail.example", password=PASSWORD
    )
    services.begin_sign_up(sign_up)
    handlers.mail_confirmation(sign_up.id)


def of_a_forgotten_password() -> None:
    handlers.mail_reset(member().id)


def of_a_changed_password() -> None:
    handlers.mail_password_changed(member().id)


def of_a_new_address() -> None:
    handlers.mail_new_address(member(new_email="mira@new.example").id)


def to_the_old_address() -> None:
    handlers.mail_old_address(member(new_email="mira@new.example").id)


def to_a_guest() -> None:
    guest = make_user("guest-48213377", email=None, email_verified_at=None)
    made = services.claim(guest, email="mira@mail.example", return_to="/t/1")
    db.session.commit()
    handlers.mail_claim(made.id)


def to_an_imported_author() -> None:
    author = make_user(
        "mira-123456",
        display_name="Mira K.",
        email=None,
        email_verified_at=None,
        source_key="archive:mira",
        source_email_digest=digests.of_source_email("mira@mail.example"),
    )
    made = services.claim(author, email="mira@mail.example", return_to="/people/mira-123456")
    db.session.commit()
    handlers.mail_claim(made.id)


def of_a_link_to_sign_in() -> None:
    handlers.mail_sign_in_link(member().id, "/")


def of_a_closed_account() -> None:
    user = member(deleted_at=clock.now())
    handlers.mail_account_closed(user.id, for_good=False)


def of_an_account_closed_for_good() -> None:
    user = member(deleted_at=clock.now())
    handlers.mail_account_closed(user.id, for_good=True)


@pytest.mark.parametrize(
    "write",
    [
        to_a_guest,
        to_an_imported_author,
        of_a_link_to_sign_in,
        of_a_closed_account,
        of_an_account_closed_for_good,
        of_a_sign_up,
        of_a_sign_up_with_a_known_address,
        of_a_forgotten_password,
        of_a_changed_password,
        of_a_new_address,
        to_the_old_address,
    ],
)
def test_a_mail_reads_as_it_should(app: Flask, write: FunctionType) -> None:
    write()
    (message,) = app.extensions["mail_sent"]
    text = _TOKEN.sub(r"\1TOKEN", as_text(message))
    golden = GOLDEN / f"{write.__name__}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")

    assert text == golden.read_text(encoding="utf-8")


def test_a_link_stays_on_one_line_of_the_file(app: Flask) -> None:
    of_a_sign_up()
    (message,) = app.extensions["mail_sent"]
    lines = message.as_bytes(policy=SMTP).decode("ascii").splitlines()

    assert any(re.fullmatch(r"http://localhost/confirm/[\w.-]{60,}", line) for line in lines)


def test_a_name_in_another_script_arrives(app: Flask) -> None:
    handlers.mail_password_changed(member("ミラ", email="mira@mail.example").id)
    (message,) = app.extensions["mail_sent"]

    arrived = message_from_bytes(message.as_bytes(policy=SMTP), _class=EmailMessage, policy=SMTP)
    assert "ミラ" in arrived.get_content()


def test_nobody_gets_mail_about_what_is_gone(app: Flask) -> None:
    gone = make_user("gone", email=None, email_verified_at=None)
    for handler in (
        handlers.mail_password_changed,
        handlers.mail_new_address,
        handlers.mail_old_address,
        handlers.mail_reset,
    ):
        handler(gone.id)
        handler(gone.id + 1000)
    handlers.mail_confirmation(4711)
    handlers.mail_reset(None)
    handlers.mail_known_address("nobody@mail.example")

    assert "mail_sent" not in app.extensions


def test_links_come_from_the_settings_not_from_the_request(app: Flask) -> None:
    user = member()
    db.session.flush()
    with app.test_request_context("/", base_url="http://evil.example"):
        assert links.absolute("accounts.sign_in") == "http://localhost/signin"
        handlers.mail_reset(user.id)
    (message,) = app.extensions["mail_sent"]

    assert "evil" not in message.get_content()


def as_text(message: EmailMessage) -> str:
    return f"To: {message['To']}\nSubject: {message['Subject']}\n\n{message.get_content()}"
