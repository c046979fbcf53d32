"""The stage that every proof plays on."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from flask import Flask

from community.accounts import passwords
from community.web.limits import limiter
from tests.neutrality.world import Stage


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of `make prove`, known where the folder is named."""
    group = parser.getgroup("proof of neutrality")
    group.addoption("--seed", type=int, help="draws the checks that are taken away")
    group.addoption("--count", type=int, default=5, help="how many; 0 for all")


@pytest.fixture
def stage(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Customers who criticise a company, on a site that hashes quickly and counts no tries."""
    monkeypatch.setattr(
        passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    passwords._nobodys_hash.cache_clear()
    monkeypatch.setattr(limiter, "enabled", False)
    yield Stage(app)
    passwords._nobodys_hash.cache_clear()
