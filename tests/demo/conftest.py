"""A site with the demonstration content: loaded once by each process, copied for each class of tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from community.core.db import db
from community.demo.load import load
from tests.conftest import TEST_DATABASE_URL, copied, make_app, own_database


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Folder and address of a site with the content, that nobody uses: loading takes long."""
    with own_database(TEST_DATABASE_URL) as url:
        folder = tmp_path_factory.mktemp("loaded")
        app = make_app(folder, url)
        with app.app_context():
            load(app.config["SETTINGS"])
            db.session.remove()
            db.engine.dispose()
        yield folder, url


@pytest.fixture(scope="class")
def live_app(loaded: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Stand in for the fixture of that name: tests here only look, so one site is enough."""
    folder = tmp_path_factory.mktemp("demo") / "instance"
    with copied(loaded, folder) as app, app.app_context():
        yield app
