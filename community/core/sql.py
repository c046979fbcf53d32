"""SQL that is said once and holds on either database: changes, locks, and functions of moments.

Changes are made in one statement, so that two people at once both count: the unique row decides
who was first, and what is counted beside it is changed only by the one whose insert took effect.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CursorResult,
    Date,
    Executable,
    FunctionElement,
    SQLColumnExpression,
    String,
    Table,
    and_,
    func,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler

from community.core.db import Base, db

Insert = postgresql.Insert | sqlite.Insert
Row = TypeVar("Row", bound=Base)
Each = TypeVar("Each")

ROW_ID_MAX = 2**31 - 1  # what an id's column holds


def insert(table: type[Base]) -> Insert:
    """Return an INSERT that knows ON CONFLICT, for the database in use."""
    target = cast(Table, table.__table__)
    if db.session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(target)
    return sqlite.insert(target)


def begins_with(column: SQLColumnExpression[str], prefix: str) -> ColumnElement[bool]:
    """Return the condition for texts that begin with ``prefix``, which an index can answer.

    On PostgreSQL that is an index with ``text_pattern_ops``. SQLite has no LIKE that minds
    its indexes, but compares texts sign by sign.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        return column.startswith(prefix, autoescape=True)
    return column.between(prefix, prefix + "\U0010ffff")


def find(table: type[Row], row_id: int | None) -> Row | None:
    """Return the row with this id, which may come from anywhere; None if there is no such row."""
    if row_id is None or not 1 <= row_id <= ROW_ID_MAX:  # PostgreSQL refuses to look for more
        return None
    return db.session.get(table, row_id)


def lock(row: Base) -> None:
    """Let nobody else who locks ``row`` go on before this transaction ends.

    On SQLite a transaction that writes is alone from its beginning.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        key = inspect(type(row)).primary_key
        # Without holding up those whose new rows refer to this one.
        db.session.execute(select(*key).where(_is(row)).with_for_update(key_share=True))


def lock_word(word: str) -> None:
    """Let nobody else who locks ``word`` go on before this transaction ends.

    For what two people are about to make at once, where there is no row to lock yet.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        number = func.hashtextextended(word, 0)
        db.session.execute(select(func.pg_advisory_xact_lock(number)))


def changed(statement: Executable) -> int:
    """Run an INSERT, UPDATE or DELETE and return how many rows it changed.

    Objects in the session do not notice.
    """
    # Of an INSERT, SQLAlchemy forgets the number unless it is told that somebody asks.
    options = {"synchronize_session": False, "preserve_rowcount": True}
    result = db.session.execute(statement, execution_options=options)
    return cast(CursorResult[Any], result).rowcount


def add_once(table: type[Base], **values: Any) -> bool:
    """Insert a row; return False if one with the same key is there already."""
    return changed(insert(table).values(**values).on_conflict_do_nothing()) == 1


def change(row: Base, *only_if: Any, **values: Any) -> bool:
    """Set columns of ``row`` to values or SQL expressions; they are read again when looked at.

    Args:
        only_if: conditions that must still hold.

    Returns:
        False if they do not.
    """
    done = changed(update(type(row)).where(_is(row), *only_if).values(**values))
    db.session.expire(row, list(values))
    return done == 1


def hand_over(*columns: InstrumentedAttribute[Any], from_id: int, to_id: int) -> None:
    """Let what refers to one row by these columns, such as to a person, refer to another."""
    for column in columns:
        changed(update(column.class_).where(column == from_id).values({column.key: to_id}))


def chunks(items: Iterable[Each], size: int) -> Iterator[list[Each]]:
    """Yield ``items`` in lists of ``size``, the last maybe shorter: a statement holds only so many."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def take_statistics() -> None:
    """Let PostgreSQL count its rows anew after many were added at once.

    It does so by itself after a while, and plans until then as if there were none. SQLite
    plans by its indexes alone.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("ANALYZE"))


def _is(row: Base) -> ColumnElement[bool]:
    """Return the condition for this very row."""
    mapper = inspect(type(row))
    key = zip(mapper.primary_key, mapper.primary_key_from_instance(row), strict=True)
    return and_(*(column == value for column, value in key))


class epoch_s(FunctionElement[int]):  # noqa: N801 (reads as the SQL function that it is)
    """The whole seconds of a moment since 1970."""

    type = BigInteger()
    inherit_cache = True

    def __init__(self, moment: SQLColumnExpression[Any]) -> None:
        super().__init__(moment)


@compiles(epoch_s)
def _epoch_s(element: epoch_s, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {moment})) AS BIGINT)"


@compiles(epoch_s, "sqlite")
def _epoch_s_on_sqlite(element: epoch_s, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"CAST(STRFTIME('%s', {moment}) AS INTEGER)"


class month_of(FunctionElement[str]):  # noqa: N801 (reads as the SQL function that it is)
    """The month, in UTC, of a moment or a day: "2026-11"."""

    type = String()
    inherit_cache = True

    def __init__(self, moment: SQLColumnExpression[Any]) -> None:
        super().__init__(moment)


@compiles(month_of)
def _month_of(element: month_of, compiler: SQLCompiler, **options: Any) -> str:
    [clause] = element.clauses
    moment = compiler.process(clause, **options)
    zone = "" if isinstance(clause.type, Date) else " AT TIME ZONE 'UTC'"
    return f"TO_CHAR({moment}{zone}, 'YYYY-MM')"


@compiles(month_of, "sqlite")
def _month_of_on_sqlite(element: month_of, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"STRFTIME('%Y-%m', {moment})"
