"""The migrations and the models say the same."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import CheckConstraint, inspect

from community.core.db import Base, db


def test_migrated_database_is_what_the_models_describe(live_app: Flask) -> None:
    with live_app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrated_database_checks_what_the_models_check(live_app: Flask) -> None:
    """`compare_metadata` does not look at these."""
    with live_app.app_context(), db.engine.connect() as connection:
        database = inspect(connection)
        for table in Base.metadata.sorted_tables:
            checks = {one for one in table.constraints if isinstance(one, CheckConstraint)}
            expected = {
                str(connection.dialect.identifier_preparer.format_constraint(one)) for one in checks
            }
            found = {one["name"] for one in database.get_check_constraints(table.name)}
            assert (table.name, found) == (table.name, expected)
