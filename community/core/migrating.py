"""The tables brought to the form that the code expects, at start."""

from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy.exc import OperationalError

from community.core.db import db
from community.core.errors import SettingsError


def upgrade_if_behind() -> bool:
    """Run the migrations that the database has not seen. Return whether there were any.

    Raises:
        SettingsError: the database cannot be reached, or is newer than the code.
    """
    if is_current():
        return False
    try:
        # Flask-Migrate's own `upgrade` ends the process on an error.
        command.upgrade(current_app.extensions["migrate"].migrate.get_config(), "heads")
    except CommandError as error:  # Alembic knows no way from where the database stands
        raise SettingsError(
            f"The database cannot be brought up to date: {error}. "
            "Was it last used by a newer version of Common Ground?"
        ) from error
    return True


def is_current() -> bool:
    """Tell whether the database has seen all migrations, which takes milliseconds.

    Raises:
        SettingsError: the database cannot be reached.
    """
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    try:
        with db.engine.connect() as connection:
            seen = MigrationContext.configure(connection).get_current_heads()
    except OperationalError as error:
        raise SettingsError(
            f"The database cannot be used: {' '.join(str(error.orig).split())}. "
            "Check COMMUNITY_DATABASE_URL."
        ) from error
    return set(seen) == set(scripts.get_heads())
