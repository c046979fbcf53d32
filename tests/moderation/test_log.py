"""The public log: rows in a chain, which the database lets nobody change."""

import json

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from community.core import clock
from community.core.db import db
from community.moderation import chain
from community.moderation.models import LogAction, LogEntry, LogRole, LogText
from community.moderation.queries import log as queries
from community.moderation.services import log
from community.topics.models import Rule


def a_row(reason: str = "Sells pills.") -> LogEntry:
    return log.append(
        LogAction.REMOVE,
        role=LogRole.MODERATOR,
        target="reply 7",
        rule=Rule.SPAM,
        company="acme",
        details={"decision": 3},
        texts={"reason": reason},
    )


def test_rows_follow_each_other() -> None:
    first, second = a_row(), a_row()

    assert (first.seq, first.previous) == (1, chain.BEGINNING)
    assert (second.seq, second.previous) == (2, first.digest)
    assert first.digest != second.digest


def test_a_text_can_be_checked_against_its_row() -> None:
    row = a_row("Writes the e-mail address of a neighbour.")
    said = db.session.scalars(select(LogText).where(LogText.seq == row.seq)).one()

    assert said.text is not None
    assert said.salt is not None
    assert json.loads(row.commitments) == {"reason": chain.commitment(said.salt, said.text)}
    assert said.text not in f"{row.details}{row.commitments}"


def test_numbers_are_whole() -> None:
    with pytest.raises(ValueError, match="whole"):
        log.append(LogAction.KEEP, role=LogRole.MODERATOR, target="site", details={"risk": 0.5})


@pytest.mark.parametrize(
    "statement",
    [
        update(LogEntry).values(target="reply 8"),
        delete(LogEntry),
        delete(LogText),
        update(LogText).values(text="Something else."),
        update(LogText).values(redacted_at=clock.now()),
        text("UPDATE public_log SET rule = 'abuse' WHERE seq = 1"),
        text("DELETE FROM public_log WHERE seq = 1"),
    ],
)
def test_the_database_refuses_to_change_it(app: Flask, statement: object) -> None:
    a_row()
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(statement)  # type: ignore[call-overload]
    db.session.expire_all()
    assert db.session.scalars(select(LogEntry.target)).all() == ["reply 7"]


ROW = """
    public_log (seq, at, role, action, target, company, details, commitments, previous, digest)
    SELECT {seq}, at, role, action, 'reply 8', company, details, commitments, '{previous}', '{digest}'
    FROM public_log WHERE seq = 1
"""


@pytest.mark.parametrize(("seq", "field"), [(1, "more"), (2, "reason"), (1, 'a" b')])
def test_a_text_belongs_to_a_row_that_is_committed_to_it(app: Flask, seq: int, field: str) -> None:
    a_row()
    stray = insert(LogText).values(seq=seq, field=field, salt="aa", text="Something more.")
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(stray)
    queries.verified()


@pytest.mark.parametrize("seq", [1, 3, 0, -1])
def test_a_new_row_has_the_next_number(app: Flask, seq: int) -> None:
    row = ROW.format(seq=seq, previous=a_row().digest, digest="a" * 64)
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(text(f"INSERT INTO {row}"))


def test_a_new_row_holds_the_digest_of_the_one_before(app: Flask) -> None:
    last = a_row().digest
    other = ROW.format(seq=2, previous="b" * 64, digest="a" * 64)
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(text(f"INSERT INTO {other}"))
    db.session.execute(text(f"INSERT INTO {ROW.format(seq=2, previous=last, digest='a' * 64)}"))


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "statement",
    [
        f"REPLACE INTO {ROW.format(seq=1, previous=chain.BEGINNING, digest='a' * 64)}",
        "UPDATE OR REPLACE public_log SET target = 'reply 8'",
        "REPLACE INTO public_log_texts VALUES (1, 'reason', 'aa', 'Something else.', NULL)",
    ],
)
def test_nothing_can_be_put_in_the_place_of_a_row(app: Flask, statement: str) -> None:
    a_row()
    with pytest.raises(DBAPIError, match="only ever added to"), db.session.begin_nested():
        db.session.execute(text(statement))
    assert db.session.scalars(select(LogEntry.target)).all() == ["reply 7"]
    assert db.session.scalars(select(LogText.text)).all() == ["Sells pills."]


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["public_log", "public_log_texts", "public_log CASCADE"])
def test_the_tables_cannot_be_emptied(app: Flask, table: str) -> None:
    a_row()
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(text(f"TRUNCATE {table}"))


def test_a_text_can_be_redacted_once() -> None:
    row = a_row()
    gone = {"text": None, "salt": None, "redacted_at": clock.now()}

    db.session.execute(update(LogText).values(**gone))

    assert db.session.scalars(select(LogText.text)).all() == [None]
    assert db.session.get_one(LogEntry, row.seq).digest == row.digest
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(update(LogText).values(redacted_at=clock.now()))
