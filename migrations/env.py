"""Alembic's bridge to the application's database. Run it with ``community db …``."""

import logging
from typing import Literal

from alembic import context
from flask import current_app

from community.core.db import Base, UtcDateTime, db

config = context.config
logging.getLogger("alembic").setLevel(logging.INFO)


def render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column type as the plain one it stands for, so that migrations stand alone."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run_migrations() -> None:
    """Bring the database of the present application up (or down) to a revision."""
    with db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # SQLite changes a table by putting another in its place. What refers to it would
            # go with it, and within a transaction this cannot be switched.
            connection.connection.execute("PRAGMA foreign_keys = OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        if is_sqlite:
            connection.rollback()  # or it would not be switched
            broken = connection.connection.execute("PRAGMA foreign_key_check").fetchall()
            connection.connection.execute("PRAGMA foreign_keys = ON")
            if broken:
                raise RuntimeError(f"Rows are left that refer to nothing: {broken[:5]}")


run_migrations()
