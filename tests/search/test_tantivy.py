"""The Tantivy engine: what every engine does, and what only its files can go through."""

from pathlib import Path

import pytest

from tests.search.conformance import Conformance

pytest.importorskip("tantivy", reason="the extra `tantivy` is not installed")

from community.search.engines.tantivy import TantivyIndex


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "search"


@pytest.fixture
def index(folder: Path) -> TantivyIndex:
    return TantivyIndex(folder)


class TestTantivy(Conformance):
    """The conformance suite on this engine."""
