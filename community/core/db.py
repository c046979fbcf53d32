"""The database: one declarative base, one session, one way to commit."""

import enum
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Annotated, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    Enum,
    ExceptionContext,
    MetaData,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

SQLITE_BUSY_MS = 10_000  # how long a writer waits for another
IDLE_S = 5.0  # an unused connection is checked before it is used again


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC with its zone, on every database.

    PostgreSQL keeps ``timestamptz``; SQLite keeps text without a zone, so it is
    put in as UTC and given its zone back on the way out.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: nobody knows when it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back where the database has lost it."""
        if value is None or value.tzinfo is UTC:
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def one_of(members: type[enum.StrEnum], *, name: str | None = None) -> Enum:
    """Return the type of a column that holds one of ``members``, CHECKed by the database.

    Args:
        name: of the check. A table with two columns of one enum has to tell them apart.
    """
    return Enum(
        members,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """Every table. Enums are kept as their values in CHECKed strings."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        datetime: UtcDateTime(),
        enum.StrEnum: one_of(enum.StrEnum),
    }


IntPK = Annotated[int, mapped_column(primary_key=True)]

db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    # A page is rendered from what its queries read; nothing is fetched again behind its back.
    session_options={"expire_on_commit": False},
)

_will_write: ContextVar[bool] = ContextVar("will_write", default=False)


@contextmanager
def transaction() -> Iterator[None]:
    """Commit on success, roll back on any error. Only views, jobs and commands open one.

    What was read before is let go first, so that SQLite can take the write lock at
    the beginning: a read snapshot that has grown old cannot be upgraded and fails
    at once, however long one is ready to wait.
    """
    db.session.commit()
    token = _will_write.set(True)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _will_write.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Read inside a job that has changed nothing yet, without keeping writers waiting.

    Its transaction holds SQLite's write lock only from its first change on.
    """
    db.session.commit()
    token = _will_write.set(False)
    try:
        yield
        db.session.commit()
    finally:
        _will_write.reset(token)


def one_moment() -> None:
    """Let this session read the database as it is now, until its transaction ends.

    On SQLite every transaction that reads does so. One that lives inside somebody else's, as in
    most tests, sees what that one sees.
    """
    db.session.commit()
    if isinstance(db.session.get_bind(), Engine) and db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def wipe() -> bool:
    """Write the database's files anew, without what was deleted or changed; False if not now.

    SQLite overwrites what it deletes (see `prepare_sqlite`), but not what it leaves behind when it
    moves rows from page to page, nor what its log still holds. Writers wait meanwhile.
    PostgreSQL clears up by itself, some time later.
    """
    if db.engine.dialect.name != "sqlite":
        return True
    db.session.commit()
    with db.engine.connect() as connection:
        raw = connection.connection.cursor()
        try:
            raw.execute("VACUUM")
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:  # somebody writes for longer than we wait
            return False
        finally:
            raw.close()
    return not busy


def size() -> int:
    """Return how many bytes SQLite's file has; 0 elsewhere."""
    if db.engine.dialect.name != "sqlite":
        return 0
    pages = db.session.scalar(text("PRAGMA page_count")) or 0
    page_size = db.session.scalar(text("PRAGMA page_size")) or 0
    db.session.commit()
    return int(pages) * int(page_size)


def engine_options(url: str) -> dict[str, Any]:
    """Return how to connect: enough connections, and threads that wait for one another.

    What a failing statement was given may be an address or what somebody wrote: it is for no
    log, and for no outbox, which keeps the errors of its handlers.
    """
    options: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return options | {"connect_args": {"timeout": SQLITE_BUSY_MS / 1000}}
    return options | {"pool_size": 10, "max_overflow": 10}


def init_app(app: Flask) -> None:
    """Attach the database to ``app`` and set it up."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)
        else:
            check_idle_connections(db.engine)
            keep_values_out_of_errors(db.engine)


def check_idle_connections(engine: Engine) -> None:
    """See whether a connection still holds before it is used again after a while.

    Asking each time would cost every request a round trip. A server that restarts
    between two requests in quick succession costs each process one page, which says
    that the database does not answer; then all connections are made anew.
    """

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        used_at = record.info.get("used_at")
        if used_at is None or time.monotonic() - used_at < IDLE_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def keep_values_out_of_errors(engine: Engine) -> None:
    """Let errors say what is wrong, and not of what: they end in logs, whoever writes those.

    PostgreSQL names the values in further lines: ``DETAIL:  Key (email)=(…) already exists.``
    """

    @event.listens_for(engine, "handle_error")
    def on_error(context: ExceptionContext) -> None:
        if context.statement is None:  # it could not connect: every line is for the operator
            return
        for error in (context.original_exception, context.sqlalchemy_exception):
            if error is not None and error.args:
                first, *others = error.args
                error.args = (str(first).partition("\n")[0], *others)


def prepare_sqlite(engine: Engine) -> None:
    """Make SQLite keep its promises: foreign keys, WAL, and transactions begun by us.

    Python's driver begins a transaction only before a change, which breaks
    savepoints and lets a read and the write after it see different worlds. So the
    driver is told to begin none, and SQLAlchemy begins each one
    (https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#pysqlite-serializable).
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten, or the words of people who have left would stay in the
        # file. Deleting and changing rows writes more; reading and adding them costs nothing.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _will_write.get() else "BEGIN")
