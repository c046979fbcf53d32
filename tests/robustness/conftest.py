"""The world that every route is tried in."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from flask import Flask

from community.accounts import passwords
from community.web.limits import limiter
from tests.robustness.routes import Noted, World


@pytest.fixture
def world(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """People, a company and a conversation, a site that hashes quickly and counts no tries."""
    monkeypatch.setattr(
        passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    passwords._nobodys_hash.cache_clear()
    monkeypatch.setattr(limiter, "enabled", False)
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Noted)
    yield World(app)
    passwords._nobodys_hash.cache_clear()
