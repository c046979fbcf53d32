"""The index needs no database, so these tests start none."""

import pytest


@pytest.fixture(autouse=True)
def undone() -> None:
    """Stand in for the fixture that undoes what a test does to the database."""
