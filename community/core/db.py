"""The database: one declarative base, one session, one way to commit."""

import enum
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
    MetaData,
    TypeDecorator,
    event,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

SQLITE_BUSY_MS = 10_000  # how long a writer waits for another


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


def engine_options(url: str) -> dict[str, Any]:
    """Return how to connect: checked connections, and threads that wait for one another."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": SQLITE_BUSY_MS / 1000}}
    return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10}


def init_app(app: Flask) -> None:
    """Attach the database to ``app`` and set SQLite up where it is used."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)


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
        cursor.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _will_write.get() else "BEGIN")
