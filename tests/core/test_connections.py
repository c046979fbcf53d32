"""Connections to PostgreSQL: checked when they have been idle, and made anew when they are gone."""

from traceback import format_exception

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import IntegrityError

from community.core import db as database
from community.core.db import db, transaction
from community.core.sql import take_statistics
from tests.factories import make_user

pytestmark = pytest.mark.postgres


def backend() -> int:
    return int(db.session.scalar(text("SELECT pg_backend_pid()")) or 0)


def end_ours() -> None:
    """Do to our connections what a restart of the server does."""
    outside = create_engine(db.engine.url, poolclass=NullPool)
    with outside.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def test_an_error_says_what_is_wrong_and_not_of_what() -> None:
    mira = make_user()

    with pytest.raises(IntegrityError) as caught:
        make_user(email=mira.email)

    told = "".join(format_exception(caught.value))
    assert "duplicate key value violates unique constraint" in told
    assert str(mira.email) not in told


def test_a_connection_that_is_gone_is_made_anew(
    live_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live_app.app_context():
        first = backend()
        db.session.remove()  # back into the pool
        end_ours()
        monkeypatch.setattr(database, "IDLE_S", 0.0)

        assert backend() != first


def test_a_connection_in_use_is_not_asked_each_time(
    live_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live_app.app_context():
        asked: list[object] = []
        monkeypatch.setattr(db.engine.dialect, "do_ping", asked.append)
        for _ in range(3):
            backend()
            db.session.remove()
        assert asked == []

        monkeypatch.setattr(database, "IDLE_S", 0.0)
        backend()

        assert len(asked) == 1


def test_statistics_know_of_many_new_rows(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            for _ in range(20):
                make_user()
            take_statistics()

        rows = db.session.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'users'"))

    assert rows == 20
