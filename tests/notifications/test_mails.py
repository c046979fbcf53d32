"""Mails of news: to the letter, each once, whatever breaks. `UPDATE_GOLDEN=1` writes them again."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from types import FunctionType

import pytest
from flask import Flask
from sqlalchemy import select, update

from community.accounts import services as accounts
from community.accounts.models import User
from community.core import clock, mail, outbox
from community.core.db import db
from community.notifications import handlers, letters, services, tokens
from community.notifications.handlers import mailing
from community.notifications.models import (
    Delivery,
    MailState,
    Notification,
    NotificationKind,
    NotificationMail,
)
from community.notifications.services.telling import GATHER_FOR
from community.topics import services as topics
from community.topics.models import Topic, TopicKind, TopicStatus
from tests.conftest import counted_statements
from tests.factories import make_company, make_employee, make_reply, make_topic, make_user
from tests.notifications.conftest import follow, mailed
from tests.notifications.smtp import MailServer

GOLDEN = Path(__file__).parent / "golden"
_TOKEN = re.compile(r"/stop-mails/[\w.-]+")
_ID = re.compile(r"(/[rt]/|\b(?:news|topic|daily)-)[\d-]+")
HEADERS = (
    "From",
    "To",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "Precedence",
    "Return-Path",
)
MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def asked(reader: User, company: str = "") -> Topic:
    """Return a topic that somebody follows."""
    topic = make_topic(make_company(company), title="The router drops at 3 am")
    follow(reader, topic)
    return topic


def reader(**columns: object) -> User:
    """Return the one who gets the mail."""
    return make_user("nora", email="nora@mail.example", **columns)


# -- to the letter ------------------------------------------------------------------------------


def of_an_answer() -> None:
    topic = asked(reader(), "Acme & Sons")
    topics.post_reply(
        make_user("mira", display_name="Mira <K> & Co"),
        topic,
        body="Turn off *nightly channel scan* under Wi-Fi > Advanced.\n\nThen restart it.",
    )


def of_several_things_in_a_topic() -> None:
    company = make_company("Acme & Sons")
    employee = make_employee(company, "erin", title="Support")
    topic = make_topic(company, title="The router drops at 3 am")
    follow(reader(), topic)
    reply = topics.post_reply(employee, topic, body="It is a known fault.", as_company=True)
    topics.mark_official(employee, topic, reply)
    topics.set_status(employee, topic, TopicStatus.SOLVED)


def of_being_named() -> None:
    reader()
    topics.post_topic(
        make_user("mira"),
        make_company("Acme & Sons"),
        kind=TopicKind.QUESTION,
        title="Who knows “this”?",
        body="@nora, you do: ルーター.",
    )


def of_the_day() -> None:
    nora = reader()
    first, second = (
        asked(nora, "Acme & Sons"),
        make_topic(make_company("Brightwave"), title="The lamp hums"),
    )
    reply = make_reply(second, nora)
    topics.post_comment(make_user("mira"), reply, body="Which lamp?")
    topics.set_status(
        make_employee(first.company, "erin"), first, TopicStatus.IN_PROGRESS, note="We look."
    )
    topics.follow(nora, first.company)
    topics.post_topic(
        make_user("ben"), first.company, kind=TopicKind.IDEA, title="A dark mode", body="Please."
    )
    outbox.deliver_due()
    with clock.frozen(clock.now() + timedelta(days=1)):
        handlers.begin_the_day()
        outbox.deliver_due()


@pytest.mark.parametrize(
    "happen", [of_an_answer, of_several_things_in_a_topic, of_being_named, of_the_day]
)
def test_a_mail_reads_as_it_should(app: Flask, happen: FunctionType) -> None:
    happen()
    (message,) = mailed(app)
    for ending, text in (("txt", as_text(message)), ("html", part(message, "html"))):
        said = _ID.sub(r"\1ID", _TOKEN.sub("/stop-mails/TOKEN", text))
        golden = GOLDEN / f"{happen.__name__}.{ending}"
        if os.environ.get("UPDATE_GOLDEN"):
            golden.write_text(said, encoding="utf-8")

        assert said == golden.read_text(encoding="utf-8")


def as_text(message: EmailMessage) -> str:
    heads = [f"{name}: {message[name]}" for name in HEADERS if message[name] is not None]
    return "\n".join(heads) + "\n\n" + part(message, "plain")


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text.replace("\r\n", "\n")


def test_all_mail_of_a_topic_hangs_below_one_address(app: Flask) -> None:
    topic, helper = asked(reader()), make_user()
    topics.post_reply(helper, topic, body="Turn it off.")
    mailed(app)
    topics.post_reply(helper, topic, body="And on.")
    one, other = mailed(app)

    assert one["References"] == other["References"] == one["In-Reply-To"]
    assert one["Subject"] == other["Subject"]
    assert one["Message-ID"] != other["Message-ID"]


def test_what_happens_within_a_minute_comes_in_one_mail(app: Flask) -> None:
    topic, helper = asked(reader()), make_user()
    for body in ("Turn it off.", "And on."):
        topics.post_reply(helper, topic, body=body)

    (message,) = mailed(app)

    assert part(message, "plain").count("answered") == 2


# -- who gets any -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "columns",
    [
        {"email_bounced_at": MORNING},
        {"email_verified_at": None},
        {"deleted_at": MORNING},
    ],
)
def test_no_mail_goes_where_none_is_wanted(app: Flask, columns: dict[str, object]) -> None:
    topic = asked(reader(**columns))
    topics.post_reply(make_user(), topic, body="Turn it off.")

    assert mailed(app) == []


def test_a_mail_is_not_sent_of_what_was_hidden_meanwhile(app: Flask) -> None:
    topic = asked(reader())
    reply = topics.post_reply(make_user(), topic, body="Buy my pills.")
    outbox.deliver_due()
    reply.hidden_at = clock.now()

    assert mailed(app) == []


def test_each_kind_comes_as_it_was_chosen(app: Flask) -> None:
    nora = reader()
    topic = asked(nora)
    services.choose(nora.id, {NotificationKind.REPLIED: Delivery.NEVER})
    topics.post_reply(make_user(), topic, body="Turn it off.")
    assert mailed(app) == []

    services.choose(nora.id, {NotificationKind.COMMENTED: Delivery.AT_ONCE})
    topics.post_comment(make_user(), make_reply(topic), body="Which one?")
    (message,) = mailed(app)
    assert "commented" in part(message, "plain")
    assert "answered" not in part(message, "plain")


def test_choosing_never_lets_go_of_what_waits() -> None:
    nora = reader()
    topics.post_comment(make_user(), make_reply(asked(nora), nora), body="Which one?")
    outbox.deliver_due()
    assert db.session.scalars(select(Notification.mailed_at)).all()[-1] is None

    services.choose(nora.id, {NotificationKind.COMMENTED: Delivery.NEVER})

    db.session.expire_all()
    assert None not in db.session.scalars(select(Notification.mailed_at)).all()


def waiting(nora: User) -> int:
    """Return how much of what somebody was told is still to be mailed."""
    db.session.expire_all()
    unmailed = select(Notification.id).where(
        Notification.user_id == nora.id, Notification.mailed_at.is_(None)
    )
    return len(db.session.scalars(unmailed).all())


def test_what_waits_for_its_day_comes_when_its_kind_is_wanted_at_once(app: Flask) -> None:
    nora = reader()
    topics.post_comment(make_user(), make_reply(asked(nora), nora), body="Which one?")
    assert mailed(app) == []

    services.choose(nora.id, {NotificationKind.COMMENTED: Delivery.AT_ONCE})

    (message,) = mailed(app)
    assert "commented" in part(message, "plain")
    assert waiting(nora) == 0


def test_pressing_save_twice_owes_no_mail_twice() -> None:
    nora = reader()
    topics.post_comment(make_user(), make_reply(asked(nora), nora), body="Which one?")
    outbox.deliver_due()

    services.choose(nora.id, {NotificationKind.COMMENTED: Delivery.AT_ONCE})
    services.choose(nora.id, {NotificationKind.COMMENTED: Delivery.AT_ONCE})

    assert len(outbox.owed("news.waiting")) == 1


def test_what_waited_for_who_has_left_is_let_go(app: Flask) -> None:
    nora, stays = reader(), make_user()
    for one in (nora, stays):
        topics.post_comment(make_user(), make_reply(asked(one), one), body="Which one?")
    outbox.deliver_due()
    assert (waiting(nora), waiting(stays)) == (1, 1)

    accounts.leave(nora)
    outbox.deliver_due()
    assert (waiting(nora), waiting(stays)) == (0, 1)

    accounts.stay(nora)
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert handlers.begin_the_day() == 1


# -- once a day ---------------------------------------------------------------------------------


def daily_news(nora: User, at: datetime) -> None:
    """Tell somebody something at a moment that comes with the mail of the day."""
    with clock.frozen(at):
        topics.post_comment(make_user(), make_reply(asked(nora), nora), body="Which one?")
        outbox.deliver_due()


@pytest.mark.parametrize(
    ("zone", "eight"),
    [
        ("", MORNING),
        ("Asia/Kolkata", MORNING.replace(hour=2, minute=30)),
        ("America/New_York", MORNING.replace(hour=13)),
        ("Mars/Olympus", MORNING),
    ],
)
def test_the_mail_of_the_day_comes_at_eight_where_one_is(
    app: Flask, zone: str, eight: datetime
) -> None:
    daily_news(reader(time_zone=zone), MORNING - timedelta(hours=12))

    with clock.frozen(eight - timedelta(minutes=1)) as move_on:
        assert handlers.begin_the_day() == 0
        move_on(timedelta(minutes=1))
        assert handlers.begin_the_day() == 1
        outbox.deliver_due()
        move_on(timedelta(minutes=15))
        assert handlers.begin_the_day() == 0

    assert len(app.extensions["mail_sent"]) == 1


def test_there_is_one_a_day_and_none_without_news(app: Flask) -> None:
    nora = reader()
    daily_news(nora, MORNING - timedelta(hours=1))
    with clock.frozen(MORNING) as move_on:
        handlers.begin_the_day()
        handlers.begin_the_day()  # the worker was slow
        outbox.deliver_due()
        daily_news(nora, MORNING + timedelta(hours=1))
        move_on(timedelta(hours=2))
        assert handlers.begin_the_day() == 0
        move_on(timedelta(hours=22))
        assert handlers.begin_the_day() == 1
        outbox.deliver_due()
        move_on(timedelta(days=1))
        assert handlers.begin_the_day() == 0

    assert len(app.extensions["mail_sent"]) == 2


def test_a_worker_that_slept_sends_it_when_it_wakes(app: Flask) -> None:
    daily_news(reader(), MORNING - timedelta(hours=1))

    with clock.frozen(MORNING + timedelta(hours=9)):
        assert handlers.begin_the_day() == 1


def test_ten_times_the_readers_take_as_many_statements_to_find(app: Flask) -> None:
    def statements(number: int) -> int:
        for _ in range(number):
            daily_news(make_user(), MORNING - timedelta(hours=1))
        with clock.frozen(MORNING), counted_statements(app) as sent:
            handlers.begin_the_day()
        return len(sent)

    assert statements(1) == statements(10) == 2


# -- nothing twice ------------------------------------------------------------------------------


@pytest.fixture
def server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server that the site sends through."""
    listening = MailServer()
    settings = app.config["SETTINGS"]
    monkeypatch.setitem(
        app.config,
        "SETTINGS",
        type(settings)(
            **{
                **vars(settings),
                "mail_url": f"smtp://127.0.0.1:{listening.port}",
                "mail_bounces": "bounces@help.example",
            }
        ),
    )
    yield listening
    listening.close()


def states() -> list[str]:
    """Return what became of each mail."""
    db.session.expire_all()
    rows = db.session.scalars(select(NotificationMail.state).order_by(NotificationMail.id))
    return [state.value for state in rows]


def test_many_mails_go_over_one_connection(server: MailServer) -> None:
    topic = make_topic()
    for _ in range(3):
        follow(make_user(), topic)
    topics.post_reply(make_user(), topic, body="Turn it off.")
    work()

    assert (len(server.taken), server.conversations) == (3, 1)
    assert states() == ["sent"] * 3
    mail_ids = db.session.scalars(select(NotificationMail.id).order_by(NotificationMail.id))
    marks = [tokens.for_bounce(mail_id) for mail_id in mail_ids]
    assert [
        f"bounces+{mark}@help.example" in said
        for mark, said in zip(marks, server.senders, strict=True)
    ] == [True] * 3
    assert b"Return-Path" not in server.taken[0]


def work(after: timedelta = GATHER_FOR + timedelta(seconds=1)) -> None:
    """Do what is owed now, and what is due later."""
    outbox.deliver_due()
    with clock.frozen(clock.now() + after):
        outbox.deliver_due()


def test_a_crash_after_the_claim_is_seen_and_never_sent_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics.post_reply(make_user(), asked(reader()), body="Turn it off.")

    class PowerCut(BaseException):
        """Nothing catches it, as nothing runs when the power is gone."""

    def die(*_arguments: object) -> None:
        raise PowerCut

    with monkeypatch.context() as cut:
        cut.setattr(letters.Letter, "write", die)
        with pytest.raises(PowerCut):
            work()
    assert states() == ["sending"]

    with clock.frozen(clock.now() + timedelta(days=2)):
        outbox.deliver_due()
        handlers.begin_the_day()
        outbox.deliver_due()

    assert not app.extensions.get("mail_sent")
    assert states() == ["sending"]


def test_a_line_that_breaks_after_the_message_leaves_it_unclear(server: MailServer) -> None:
    server.breaks_after_data = True
    topics.post_reply(make_user(), asked(reader()), body="Turn it off.")
    work()
    server.breaks_after_data = False
    work(timedelta(hours=1))

    assert len(server.taken) == 1
    assert states() == ["sending"]


def test_what_could_not_be_written_waits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    topics.post_reply(make_user(), asked(reader()), body="Turn it off.")
    with monkeypatch.context() as broken:
        broken.setattr(letters.Letter, "write", lambda *_: 1 / 0)
        work()
    assert states() == []

    work(timedelta(hours=1))

    assert states() == ["sent"]
    assert len(app.extensions["mail_sent"]) == 1


def test_mail_waits_while_the_server_is_gone(server: MailServer) -> None:
    server.close()
    topics.post_reply(make_user(), asked(reader()), body="Turn it off.")
    work()

    assert states() == []
    (row,) = db.session.scalars(
        select(outbox.OutboxRow).where(outbox.OutboxRow.event == "news.waiting")
    )
    assert (row.done_at, row.attempts) == (None, 0)  # it has not failed, it waits


@pytest.mark.parametrize(
    ("answer", "bounced"),
    [
        ("550 5.1.1 nobody <nora@mail.example> here", True),
        ("550 no such user", True),
        ("550 5.7.1 we do not like you", False),
        ("552 5.2.2 the mailbox is full", False),
    ],
)
def test_a_recipient_who_is_refused_for_good(
    server: MailServer, caplog: pytest.LogCaptureFixture, answer: str, bounced: bool
) -> None:
    caplog.set_level("INFO")
    server.answers = {"RCPT": answer}
    nora = reader()
    topics.post_reply(make_user(), asked(nora), body="Turn it off.")
    work()
    work(timedelta(days=1))

    assert states() == ["refused"]
    db.session.expire_all()
    assert (db.session.get_one(User, nora.id).email_bounced_at is not None) is bounced
    assert "nora@mail.example" not in caplog.text
    assert server.taken == []


def test_a_recipient_who_is_put_off_is_tried_again_until_given_up(server: MailServer) -> None:
    server.answers = {"RCPT": "451 4.7.1 try again later"}
    nora = reader()
    topics.post_reply(make_user(), asked(nora), body="Turn it off.")
    with clock.frozen(clock.now()) as move_on:
        for _ in range(mailing.TRIES_MAX + 2):
            outbox.deliver_due()
            move_on(timedelta(hours=12))
        assert states() == ["refused"]
        assert len(server.senders) == mailing.TRIES_MAX

    assert db.session.get_one(User, nora.id).email_bounced_at is None


def test_a_recipient_who_was_put_off_gets_it_once(server: MailServer) -> None:
    server.answers = {"RCPT": "451 4.7.1 try again later"}
    topics.post_reply(make_user(), asked(reader()), body="Turn it off.")
    work()
    assert states() == ["refused"]

    server.answers = {}
    work(timedelta(hours=1))
    work(timedelta(hours=2))

    assert len(server.taken) == 1
    assert states() == ["sent"]


def test_two_workers_with_the_same_news_send_one_mail(app: Flask) -> None:
    nora = reader()
    topic = asked(nora)
    topics.post_reply(make_user(), topic, body="Turn it off.")
    outbox.deliver_due()
    letter = letters.at_once(nora.id, topic.id)
    assert letter is not None

    handlers.mail_news([{"user_id": nora.id, "topic_id": topic.id}])
    with mail.connection() as post:  # the other had read it before
        mailing._send(post, letter, ("news.waiting", {}))

    assert len(app.extensions["mail_sent"]) == 1


def test_what_became_of_a_mail_is_forgotten_after_a_season_unless_it_hangs() -> None:
    nora = reader()
    for key, state in (("a", MailState.SENT), ("b", MailState.SENDING)):
        db.session.add(NotificationMail(key=key, user_id=nora.id, state=state))
    db.session.flush()
    db.session.execute(update(NotificationMail).values(created_at=clock.now() - timedelta(days=91)))

    assert services.prune_mails() == 1
    assert states() == ["sending"]
