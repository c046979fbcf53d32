"""Small made-up files, and the commands that import them."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner, Result

from community.core import migrating
from community.topics.importing import commands

Row = dict[str, Any]


class Run(Protocol):
    """Runs ``community import`` inside the test's transaction."""

    def __call__(self, *words: object, typed: bytes | None = None) -> Result: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command; rejected rows go to ``rejects.jsonl`` in the test's folder."""
    # The test's one connection is inside a transaction, where migrations cannot look.
    monkeypatch.setattr(migrating, "upgrade_if_behind", lambda: False)

    def call(*words: object, typed: bytes | None = None) -> Result:
        kind, *rest = map(str, words)
        arguments = [kind, *rest, "--rejects", str(tmp_path / "rejects.jsonl")]
        return CliRunner().invoke(
            commands.import_group, arguments, input=typed, catch_exceptions=False
        )

    return call


@pytest.fixture
def rejected(tmp_path: Path) -> Callable[[], list[Row]]:
    """Return what was rejected in the last run."""

    def read() -> list[Row]:
        lines = (tmp_path / "rejects.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    return read


@pytest.fixture
def jsonl(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as a file, gzipped if its name says so. A row may be raw bytes."""

    def write(*rows: Row | bytes, name: str = "threads.jsonl") -> Path:
        lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        path = tmp_path / name
        content = b"".join(line + b"\n" for line in lines)
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


def a_row(number: int = 1, **fields: Any) -> Row:
    """Return a thread about a humming kettle, without answers unless they are given."""
    return {
        "id": f"kettle-{number}",
        "company": "Brewhouse",
        "title": f"The kettle hums, case {number}",
        "body": "It hums **all** the time.",
        "author": "tilda",
        "created": "2020-02-01T10:00:00Z",
    } | fields


def an_answer(number: int = 1, **fields: Any) -> Row:
    """Return an answer to it."""
    return {
        "id": f"answer-{number}",
        "author": "ruben",
        "body": "Descale it with vinegar.",
        "created": "2020-02-01 04:30:00 -0800",
    } | fields
