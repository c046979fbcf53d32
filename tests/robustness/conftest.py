"""The world that every route is tried in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from flask import Flask

from community.accounts import passwords
from community.web.limits import limiter
from tests.conftest import TEST_DATABASE_URL, undoing
from tests.robustness.routes import Noted, World


@pytest.fixture(autouse=True)
def undone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """As everywhere, except around the `world`: it undoes every request, so one serves a file."""
    if {"world", "live_app"} & set(request.fixturenames):
        yield
        return
    with undoing(request.getfixturevalue("app"), tmp_path):
        yield


def lifetime(fixture_name: str, config: pytest.Config) -> Literal["function", "module"]:
    """Say how long one world serves: a file, or with PostgreSQL a test.

    There everything that is undone stays in the tables until the transaction around it ends, and
    each request takes longer than the one before.
    """
    return "function" if TEST_DATABASE_URL else "module"


@pytest.fixture(scope=lifetime)
def world(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """People, a company and a conversation, a site that hashes quickly and counts no tries."""
    with undoing(app, tmp_path_factory.mktemp("world")), pytest.MonkeyPatch.context() as patched:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patched.setattr(passwords, "hasher", quick)
        passwords._nobodys_hash.cache_clear()
        patched.setattr(limiter, "enabled", False)
        patched.setattr(app.request_class, "parameter_storage_class", Noted)
        yield World(app)
    passwords._nobodys_hash.cache_clear()
