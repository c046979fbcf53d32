"""A site with the demonstration content, loaded once for a class of tests."""

from collections.abc import Iterator

import pytest
from flask import Flask

from community.core.db import db
from community.demo.load import load
from tests.conftest import TEST_DATABASE_URL, make_app, own_database


@pytest.fixture(scope="class")
def live_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Stand in for the fixture of that name: tests here only look, so one site is enough."""
    with own_database(TEST_DATABASE_URL) as url:
        app = make_app(tmp_path_factory.mktemp("demo"), url)
        with app.app_context():
            load(app.config["SETTINGS"])
            yield app
            db.session.remove()
            db.engine.dispose()
