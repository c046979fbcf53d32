"""Nothing may be skipped in CI without being noticed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

TESTS = """
import pytest

def test_passes(): ...

@pytest.mark.skip(reason="no browser here")
def test_needs_a_browser(): ...

@pytest.mark.skip(reason="COMMUNITY_TEST_DATA_DIR names no folder")
def test_needs_outside_data(): ...

@pytest.mark.postgres
def test_about_postgresql(): ...

@pytest.mark.sqlite
def test_about_sqlite(): ...
"""


def outcomes(folder: Path, **environ: str) -> dict[str, str]:
    """Run `TESTS` with our plugin and return what became of each test."""
    (folder / "test_some.py").write_text(TESTS)
    inherited = {k: v for k, v in os.environ.items() if k not in {"CI", "TEST_DATABASE_URL"}}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-v", "-p", "tests.selection"),
            *("-p", "no:cacheprovider", "-W", "ignore::pytest.PytestUnknownMarkWarning"),
            *("-c", os.devnull, "--rootdir", str(folder), str(folder)),
        ],
        cwd=ROOT,
        env={**inherited, **environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # ours is named
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.partition("::")[2].split() for line in done.stdout.splitlines()]
    return {words[0]: words[1] for words in lines if len(words) >= 2 and words[1].isupper()}


def test_at_home_what_is_missing_is_skipped(tmp_path: Path) -> None:
    assert outcomes(tmp_path) == {
        "test_passes": "PASSED",
        "test_needs_a_browser": "SKIPPED",
        "test_needs_outside_data": "SKIPPED",
        "test_about_sqlite": "PASSED",
    }


def test_in_ci_only_outside_data_may_be_missing(tmp_path: Path) -> None:
    assert outcomes(tmp_path, CI="true") == {
        "test_passes": "PASSED",
        "test_needs_a_browser": "ERROR",  # as whatever goes wrong before the test itself
        "test_needs_outside_data": "SKIPPED",
        "test_about_sqlite": "PASSED",
    }


@pytest.mark.parametrize("ci", ["", "true"])
def test_tests_about_the_other_database_are_left_out(tmp_path: Path, ci: str) -> None:
    found = outcomes(tmp_path, CI=ci, TEST_DATABASE_URL="postgresql+psycopg://example/any")

    assert "test_about_postgresql" in found
    assert "test_about_sqlite" not in found
