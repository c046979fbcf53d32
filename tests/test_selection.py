"""Nothing may be skipped in CI without being noticed, and nothing but repetition is left out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.selection import LONGEST, LOOKS, WITHOUT_DATABASE

ROOT = Path(__file__).parent.parent

TESTS = """
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


REPEATED = """
def test_words(): ...

@pytest.fixture
def app(): ...

def test_words_in_the_database(app): ...
"""


def outcomes(folder: Path, **environ: str) -> dict[str, str]:
    """Run `TESTS` with our plugin and return what became of each test, in their order."""
    return results(printed(folder, {"test_some.py": TESTS}, **environ))


def results(lines: list[str]) -> dict[str, str]:
    """Return what became of each test."""
    words = [line.partition("::")[2].split() for line in lines]
    return {found[0]: found[1] for found in words if len(found) >= 2 and found[1].isupper()}


def printed(folder: Path, files: dict[str, str], *options: str, **environ: str) -> list[str]:
    """Run tests in files with our plugin and return the lines that are printed."""
    for name, tests in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"import pytest\n{tests}")
    inherited = {k: v for k, v in os.environ.items() if k not in {"CI", "TEST_DATABASE_URL"}}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-v", "-p", "tests.selection"),
            *("-p", "no:cacheprovider", "-W", "ignore::pytest.PytestUnknownMarkWarning"),
            *("-c", os.devnull, "--rootdir", str(folder), *options, str(folder)),
        ],
        cwd=ROOT,
        env={**inherited, **environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # ours is named
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines()


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


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "2")])
def test_what_touches_no_database_runs_once_and_is_counted(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    name = next(name for name in WITHOUT_DATABASE if name.endswith(".py"))
    files = {name: REPEATED, LOOKS[0]: "def test_colours(): ..."}

    here = printed(tmp_path, files, *options)
    there = printed(tmp_path, files, *options, TEST_DATABASE_URL="postgresql+psycopg://x/any")

    assert "3 passed" in here[-1]
    assert "1 passed" in there[-1]
    assert "Left to the run on SQLite: 1 about looks, 1 touch no database." in there


def test_the_longest_files_begin_and_those_with_slow_tests_follow(tmp_path: Path) -> None:
    slow = "@pytest.mark.slow\ndef test_c(): ...\n"
    files = {
        "test_1.py": "def test_a(): ...",
        "test_2.py": f"def test_b(): ...\n{slow}",
        f"{LONGEST[-1]}test_3.py": "def test_d(): ...",
    }

    assert list(results(printed(tmp_path, files))) == ["test_d", "test_b", "test_c", "test_a"]


def test_what_is_named_is_there() -> None:
    assert [
        name for name in (*WITHOUT_DATABASE, *LOOKS, *LONGEST) if not (ROOT / name).exists()
    ] == []
