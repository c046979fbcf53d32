"""A storage for each test, and pictures of every sort."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from community.pictures import storage
from tests.pictures.memory import Memory


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


@pytest.fixture(autouse=True)
def kept() -> Iterator[Memory]:
    """Where the pictures of this test lie."""
    before, memory = storage.in_use(), Memory()
    storage.use(memory)
    yield memory
    storage.use(before)
