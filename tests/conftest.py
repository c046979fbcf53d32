"""What every test stands on: one migrated database, undone after each test.

`TEST_DATABASE_URL` names a PostgreSQL database to use instead of SQLite.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from itsdangerous import URLSafeTimedSerializer
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url

from community import search
from community.accounts.models import User
from community.app import create_app
from community.core import clock, config, jobs
from community.core.db import db
from community.moderation import heads
from community.moderation.queries import modes
from community.web.limits import limiter
from tests import selection
from tests.factories import make_session

TEST_DATABASE_URL = os.environ.get("TEST_DATABASE_URL", "")
COMPILED = FileSystemBytecodeCache()  # every application compiles templates anew otherwise


class Client(FlaskClient):
    """A browser without a window: each request has an application context of its own."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request outside the test's own context, whose ``g`` must not leak into it."""
        with self.application.app_context():
            return super().open(*args, **kwargs)

    def submit(self, path: str, headers: Any = None, **fields: Any) -> Any:
        """Send a form as a page of ours would: with the token, if there is a session."""
        with self.session_transaction() as session:
            if session:
                raw = session.setdefault("csrf_token", secrets.token_hex(20))
                serializer = URLSafeTimedSerializer(
                    self.application.secret_key or "", salt="wtf-csrf-token"
                )
                fields["csrf_token"] = serializer.dumps(raw)
        return self.post(
            path, data=fields, headers={"Sec-Fetch-Site": "same-origin", **(headers or {})}
        )


def make_app(
    folder: Path,
    database_url: str = "",
    *,
    is_migrated: bool = False,
    environ: Mapping[str, str] | None = None,
    **overrides: Any,
) -> Flask:
    """Build an application whose data lie in ``folder``, migrated and empty.

    Args:
        is_migrated: its database is there already.
        environ: settings of its own, besides or in place of those of all tests.
        overrides: Flask's own configuration.
    """
    settings = config.from_environ(
        {
            "COMMUNITY_DATA_DIR": str(folder),
            "COMMUNITY_DATABASE_URL": database_url,
            "COMMUNITY_MAIL_URL": "memory:",
            "COMMUNITY_LIMITS_URL": "memory://",
            "COMMUNITY_BASE_URL": "http://localhost",
            **(environ or {}),
        }
    )
    app = create_app(settings, **{"TESTING": True, **overrides})
    app.test_client_class = Client
    app.jinja_env.bytecode_cache = COMPILED
    if not is_migrated:
        with app.app_context():
            upgrade()
            db.engine.dispose()
    return app


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application that most tests share."""
    with own_database(TEST_DATABASE_URL) as url:
        app = make_app(tmp_path_factory.mktemp("instance"), url)
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(autouse=True)
def undone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """Run the test inside a transaction that is rolled back, whatever it commits.

    A test that touches no database gets no application either, without which the session of the
    database refuses to work.
    """
    if "live_app" in request.fixturenames or not selection.touches_database(request.node):
        modes.forget()
        yield
        return
    with undoing(request.getfixturevalue("app"), tmp_path):
        yield


@contextmanager
def undoing(app: Flask, folder: Path) -> Iterator[None]:
    """Undo what is done within, and begin with an empty search index, which lies in ``folder``."""
    modes.forget()
    app.extensions["huey"].flush()
    jobs._is_spare_waiting.clear()
    search.use(search.open_index("whoosh", folder / "search"))
    search.index().rebuild([])
    with app.app_context():
        engines: Any = db.engines  # the sessions look here, and take a connection as well
        engine = engines[None]
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection
            db.session.configure(join_transaction_mode="create_savepoint")
            app.extensions.pop("mail_sent", None)
            limiter.reset()
            # No transaction takes back what lies in a file.
            (app.config["SETTINGS"].data_dir / heads.FILE).unlink(missing_ok=True)
            modes.known(clock.now())  # as on a site that has shown a page before
            try:
                yield
            finally:
                db.session.remove()
                engines[None] = engine
                outer.rollback()


def browser_for(app: Flask) -> Client:
    """Return a new browser, with no cookies yet."""
    browser = app.test_client()
    assert isinstance(browser, Client)
    return browser


@pytest.fixture
def client(app: Flask) -> Client:
    """A visitor's browser."""
    return browser_for(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[User], Client]:
    """Return a browser in which somebody is signed in, without the detour over the form."""

    def browser_of(user: User) -> Client:
        browser = browser_for(app)
        with browser.session_transaction() as session:
            session["_user_id"] = make_session(user)
            session["_fresh"] = True
        return browser

    return browser_of


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Folder and address of a migrated database that nobody uses: copying is quicker than migrating."""
    with own_database(TEST_DATABASE_URL) as url:
        folder = tmp_path_factory.mktemp("pattern")
        make_app(folder, url)
        yield folder, url


@pytest.fixture
def live_app(tmp_path: Path, pattern: tuple[Path, str]) -> Iterator[Flask]:
    """An application with a database of its own, where commits are real: for races and browsers."""
    with copied(pattern, tmp_path / "instance") as app:
        search.index().rebuild([])
        yield app


@contextmanager
def copied(pattern: tuple[Path, str], folder: Path) -> Iterator[Flask]:
    """Build an application in ``folder`` on a copy of the folder and the database of another."""
    shutil.copytree(pattern[0], folder)
    with own_database(TEST_DATABASE_URL, like=pattern[1]) as url:
        app = make_app(folder, url, is_migrated=True)
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def own_database(server_url: str, *, like: str = "") -> Iterator[str]:
    """Make a database beside the one in ``server_url`` and drop it afterwards.

    Yields an empty string, which stands for SQLite in the data folder, when there is no server.

    Args:
        like: the address of the database that it is a copy of; without it is empty.
    """
    if not server_url:
        yield ""
        return
    name = f"community_test_{secrets.token_hex(6)}"
    template = make_url(like).database if like else "template0"
    engine = create_engine(make_url(server_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING \'UTF8\'')
        )
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()


@contextmanager
def counted_statements(app: Flask) -> Iterator[list[str]]:
    """Collect the SQL statements sent within, without savepoints and PRAGMAs."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA", "BEGIN")):
            statements.append(statement)

    with app.app_context():
        engine = db.engines[None]
        modes.known(clock.now())  # pages ask anew after some seconds, and tests can be slow
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
