"""What a change owes is done, once, whatever goes wrong in between."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db, transaction

done: list[Any] = []
was_in_transaction: list[bool] = []
talks: list[Callable[[], None]] = []  # what `mail` does while nobody may have to wait for it


def note(word: str) -> None:
    """A handler that remembers what it was told."""
    done.append(word)


def note_all(payloads: Sequence[outbox.Payload]) -> None:
    """A batch handler; it stumbles over the word "bad"."""
    if any(payload["word"] == "bad" for payload in payloads):
        raise ValueError("a bad word")
    done.append([payload["word"] for payload in payloads])


def wait(word: str) -> None:
    """A handler that cannot run just now."""
    raise outbox.Retry("not now", after=timedelta(seconds=5))


def enlist(word: str) -> None:
    """A handler that gives the database what it cannot take."""
    db.session.execute(insert(User).values(username=word, email=f"{word}@mail.example"))


def mail(word: str) -> None:
    """A handler that talks to another machine and opens transactions of its own."""
    was_in_transaction.append(db.session().in_transaction())
    for talk in talks:
        talk()
    if word == "bad":
        outbox.publish("word.lost", word=word)
        raise ValueError("a bad word")
    done.append(word)


@pytest.fixture(autouse=True)
def subscribers() -> Iterator[None]:
    """Wire the handlers above, and nothing of the application's own."""
    outbox.subscribe("word.said", note)
    outbox.subscribe("word.sung", note_all, batch=True)
    outbox.subscribe("word.whispered", wait)
    outbox.subscribe("word.mailed", mail, alone=True, patient=True)
    outbox.subscribe("word.enlisted", enlist)
    yield
    for kept in (done, was_in_transaction, talks):
        kept.clear()
    for event in ("word.said", "word.sung", "word.whispered", "word.mailed", "word.enlisted"):
        outbox._subscriptions.pop(event)


def rows() -> list[outbox.OutboxRow]:
    """Return the outbox as it now stands in the database."""
    db.session.expire_all()
    return list(db.session.scalars(select(outbox.OutboxRow).order_by(outbox.OutboxRow.id)))


def test_a_job_runs_once_and_stays_as_done() -> None:
    outbox.publish("word.said", word="hello")

    assert outbox.deliver_due() == 1
    assert outbox.deliver_due() == 0

    assert done == ["hello"]
    assert rows()[0].done_at is not None


def test_a_change_that_is_undone_owes_nothing() -> None:
    def change_that_fails() -> None:
        with transaction():
            outbox.publish("word.said", word="hello")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_that_fails()

    assert rows() == []


def test_a_batch_handler_gets_all_due_rows_in_one_call() -> None:
    for word in ("one", "two", "three"):
        outbox.publish("word.sung", word=word)

    outbox.deliver_due()

    assert done == [["one", "two", "three"]]


def test_one_bad_row_does_not_hold_up_its_batch() -> None:
    for word in ("one", "bad", "three"):
        outbox.publish("word.sung", word=word)

    outbox.deliver_due()

    assert done == [["one"], ["three"]]
    assert [row.done_at is not None for row in rows()] == [True, False, True]
    assert rows()[1].last_error == "ValueError: a bad word"


def test_a_failing_job_backs_off_and_is_given_up_at_last() -> None:
    with clock.frozen(clock.now()) as move_on:
        outbox.publish("word.sung", word="bad")
        for attempt in range(1, outbox.ATTEMPTS_MAX + 1):
            assert outbox.deliver_due() == 1
            assert outbox.deliver_due() == 0  # not before its time
            assert rows()[0].attempts == attempt
            move_on(min(timedelta(minutes=2**attempt), outbox.BACK_OFF_MAX))

    assert rows()[0].failed_at is not None
    assert outbox.waiting() == 0


def test_what_a_failing_statement_was_given_is_neither_kept_nor_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outbox.publish("word.enlisted", word="mira")
    db.session.commit()

    outbox.deliver_due()

    error = rows()[0].last_error or ""
    assert error.startswith("IntegrityError: ")
    assert "mira" not in error
    assert "IntegrityError" in caplog.text
    assert "INSERT INTO users" in caplog.text
    assert "mira" not in caplog.text


def test_a_job_that_asks_to_wait_has_not_failed() -> None:
    with clock.frozen(clock.now()) as move_on:
        outbox.publish("word.whispered", word="hush")
        outbox.deliver_due()

        assert (rows()[0].attempts, rows()[0].last_error) == (0, "not now")
        move_on(timedelta(seconds=5))
        assert outbox.deliver_due() == 1


def test_what_a_dead_worker_had_claimed_is_due_again_when_its_lease_ends() -> None:
    with clock.frozen(clock.now()) as move_on:
        outbox.publish("word.said", word="hello")
        assert len(outbox._claim()) == 1  # and then the worker dies

        assert outbox.deliver_due() == 0
        move_on(outbox.LEASE)
        assert outbox.deliver_due() == 1

    assert done == ["hello"]


def test_nothing_is_claimed_before_its_turn() -> None:
    for word in ("one", "two"):
        outbox.publish("word.said", word=word)

    assert [row.payload for row in outbox._claim()] == [{"word": "one"}]
    assert [row.attempts for row in rows()] == [1, 0]


def test_an_event_that_nobody_listens_to_is_news_and_no_work() -> None:
    before = outbox.newest_id()

    outbox.publish("word.lost", word="hello")

    assert outbox.newest_id() > before
    assert outbox.waiting() == 0


def test_what_was_given_up_is_forgotten_after_three_months() -> None:
    with clock.frozen(clock.now()) as move_on:
        outbox.publish("word.sung", word="bad")
        for _ in range(outbox.ATTEMPTS_MAX):
            outbox.deliver_due()
            move_on(outbox.BACK_OFF_MAX)
        assert outbox.prune() == 0
        move_on(outbox.KEEP_FAILED)
        assert outbox.prune() == 1


def test_done_rows_are_forgotten_after_a_week() -> None:
    with clock.frozen(clock.now()) as move_on:
        outbox.publish("word.said", word="hello")
        outbox.deliver_due()
        assert outbox.prune() == 0
        move_on(outbox.KEEP_DONE + timedelta(seconds=1))
        assert outbox.prune() == 1


def test_the_patient_wait_until_nothing_else_is_due() -> None:
    outbox.publish("word.mailed", word="slow")
    outbox.publish("word.said", word="quick")

    outbox.deliver_due()

    assert done == ["quick", "slow"]
    assert all(row.done_at is not None for row in rows())


def test_who_is_alone_is_called_outside_any_transaction() -> None:
    outbox.publish("word.mailed", word="slow")
    db.session.commit()

    outbox.deliver_due()

    assert was_in_transaction == [False]


def test_what_one_alone_had_begun_is_undone_when_it_fails() -> None:
    outbox.publish("word.mailed", word="bad")

    outbox.deliver_due()

    assert [row.event for row in rows()] == ["word.mailed"]
    assert rows()[0].last_error == "ValueError: a bad word"


@pytest.mark.sqlite
def test_nobody_waits_for_a_lock_while_one_alone_talks(live_app: Flask) -> None:
    def talk() -> None:
        database = live_app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
        with closing(sqlite3.connect(database, timeout=0)) as other:
            other.execute("DELETE FROM tags")  # would raise: database is locked
            other.commit()
        done.append("talked")

    talks.append(talk)
    with live_app.app_context():
        with transaction():
            outbox.publish("word.mailed", word="slow")
        outbox.deliver_due()

    assert "talked" in done
