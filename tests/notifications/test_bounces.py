"""Mail that comes back: who gets no more of it, and who is only told to wait."""

from datetime import timedelta

import pytest
from flask import Flask

from community.accounts import services as accounts
from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.notifications import queries, services, tokens
from community.notifications.commands import bounced, stuck
from community.notifications.models import (
    MailState,
    Notification,
    NotificationKind,
    NotificationMail,
)
from tests.factories import make_topic, make_user

REPORT = """\
From: MAILER-DAEMON@mail.example
To: <bounces+{mark}@help.example>
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Arrival-Date: Mon, 2 Mar 2026 08:00:00 +0000

Final-Recipient: rfc822; nora@mail.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: message/rfc822

Subject: Re: The router drops

--b--
"""


def sent_to(user: User, key: str = "news-1-1") -> NotificationMail:
    mail = NotificationMail(key=key, user_id=user.id, state=MailState.SENT)
    db.session.add(mail)
    db.session.commit()
    return mail


def report(app: Flask, mark: str, action: str = "failed", status: str = "5.1.1") -> str:
    """Pipe a report into the command, as a mail server does."""
    text = REPORT.format(mark=mark, action=action, status=status)
    outcome = app.test_cli_runner().invoke(bounced, input=text.encode())
    assert outcome.exit_code == 0, outcome.output
    db.session.expire_all()
    return str(outcome.output)


def test_an_address_that_is_gone_gets_no_more_news(app: Flask) -> None:
    nora = make_user()
    mail = sent_to(nora)

    said = report(app, tokens.for_bounce(mail.id).upper())

    assert "no more news" in said
    assert nora.email_bounced_at is not None
    assert mail.state is MailState.BOUNCED


def test_what_waited_for_an_address_that_is_gone_does_not_come_when_it_works_again(
    app: Flask,
) -> None:
    nora, other = make_user(), make_user()
    topic = make_topic()
    for one in (nora, other):
        db.session.add(
            Notification(
                user_id=one.id,
                kind=NotificationKind.COMMENTED,
                topic_id=topic.id,
                source_key="reply-1",
            )
        )
    mail = sent_to(nora)

    report(app, tokens.for_bounce(mail.id))
    services.try_address_again(nora)

    with clock.frozen(clock.now() + timedelta(days=2)):
        assert [one.user_id for one in queries.waiting_for_their_day()] == [other.id]


def test_a_full_mailbox_counts_the_third_time(app: Flask) -> None:
    nora = make_user()
    for number in range(3):
        assert nora.email_bounced_at is None
        mail = sent_to(nora, f"news-1-{number}")
        report(app, tokens.for_bounce(mail.id), status="5.2.2")

    assert nora.email_bounced_at is not None


def test_full_mailboxes_of_long_ago_do_not_count(app: Flask) -> None:
    nora = make_user()
    for number in range(3):
        mail = sent_to(nora, f"news-1-{number}")
        mail.created_at = clock.now() - timedelta(days=15 * (2 - number))
        db.session.commit()
        report(app, tokens.for_bounce(mail.id), status="4.2.2")

    assert nora.email_bounced_at is None


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", ""])
def test_what_has_not_failed_changes_nothing(app: Flask, action: str) -> None:
    nora = make_user()
    mail = sent_to(nora)

    assert "nothing was changed" in report(app, tokens.for_bounce(mail.id), action=action)
    assert mail.state is MailState.SENT


@pytest.mark.parametrize("mark", ["1-0123456789abcdef", "", "x", "9" * 40])
def test_an_invented_report_changes_nothing(app: Flask, mark: str) -> None:
    nora = make_user()
    sent_to(nora)

    assert "nothing was changed" in report(app, mark)
    assert nora.email_bounced_at is None


def test_what_is_no_report_at_all_changes_nothing(app: Flask) -> None:
    for noise in (b"", b"\xff\x00\xfe", b"Subject: I am on holiday\n\nBack in May."):
        outcome = app.test_cli_runner().invoke(bounced, input=noise)
        assert outcome.exit_code == 0
        assert "nothing was changed" in outcome.output


def test_an_address_confirmed_since_is_not_given_up(app: Flask) -> None:
    nora = make_user()
    mail = sent_to(nora)
    nora.email_verified_at = mail.created_at + timedelta(seconds=1)
    db.session.commit()

    report(app, tokens.for_bounce(mail.id))

    assert nora.email_bounced_at is None


def test_another_address_that_is_confirmed_gets_news_again() -> None:
    nora = make_user(email_bounced_at=clock.now(), new_email="nora@new.example")

    accounts.confirm_new_email(nora)

    assert (nora.email, nora.email_bounced_at) == ("nora@new.example", None)


def test_what_hangs_is_shown_and_can_be_noted_as_sent(app: Flask) -> None:
    mail = sent_to(make_user())
    services.claim("news-2-2", mail.user_id, [])
    db.session.commit()
    runner = app.test_cli_runner()

    assert "news-2-2" in runner.invoke(stuck).output
    assert "1 mails hang" in runner.invoke(stuck, ["--forget"]).output
    assert "0 mails hang" in runner.invoke(stuck).output
