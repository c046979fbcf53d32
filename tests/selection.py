"""Which tests run where and when: loaded by pytest itself, before any test is collected.

Tests marked ``postgres`` or ``sqlite`` are left out on the other database. So are, on PostgreSQL,
those that would only repeat what the run on SQLite has shown: `WITHOUT_DATABASE` and `LOOKS`. How
many were left out, and why, is said at the end of each run. In CI nothing else may be
missing: a skipped test has failed there, unless what it lacks is data from outside the
repository.

The longest files begin, then those with slow tests, so that at the end no processor waits for the
last of them.
"""

import os
from collections import Counter
from collections.abc import Generator
from typing import Any, TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

OUTSIDE_DATA = "COMMUNITY_TEST_DATA_DIR"  # a test that lacks it names it as the reason
FALSE = {"", "0", "false"}

# Files and folders whose tests touch no database, except those that ask for one by a fixture. The
# others get no application (see `undone` in tests/conftest.py), so that they fail if they do.
WITHOUT_DATABASE = (
    "tests/accounts/test_naming.py",
    "tests/accounts/test_passwords.py",
    "tests/core/test_blocks.py",
    "tests/core/test_config.py",
    "tests/core/test_markup.py",
    "tests/core/test_markup_words.py",
    "tests/core/test_sealing.py",
    "tests/core/test_text.py",
    "tests/core/test_worddiff.py",
    "tests/demo/test_content.py",
    "tests/moderation/test_chain.py",
    "tests/packaging/",
    "tests/search/",
    "tests/test_docs.py",
    "tests/test_selection.py",
    "tests/test_serving.py",
    "tests/test_supervisor.py",
    "tests/topics/importing/test_from_html.py",
    "tests/topics/importing/test_progress.py",
    "tests/topics/test_policies.py",
    "tests/web/test_redirects.py",
    "tests/writing/test_personal.py",
)
DATABASES = {"app", "live_app"}  # the fixtures through which tests come to one

# What a browser makes of pages. tests/robustness opens the same pages and writes the same texts on
# both databases.
LOOKS = (
    "tests/journeys/test_access.py",
    "tests/journeys/test_every_screen.py",
    "tests/journeys/test_hostile_texts.py",
)

LONGEST = ("tests/robustness/", "tests/neutrality/", "tests/demo/")  # files, the longest first

left_out = pytest.StashKey[Counter[str]]()


def touches_database(item: pytest.Item) -> bool:
    """Tell whether a test may read or write a database."""
    asks = DATABASES & set(getattr(item, "fixturenames", ()))
    return bool(asks) or not item.nodeid.startswith(WITHOUT_DATABASE)


def why_left_out(item: pytest.Item) -> str:
    """Return why a test is left to the run on the other database; "" if it is not."""
    if not os.environ.get("TEST_DATABASE_URL"):
        return "about PostgreSQL" if item.get_closest_marker("postgres") else ""
    if item.get_closest_marker("sqlite"):
        return "about SQLite"
    if not touches_database(item):
        return "touch no database"
    return "about looks" if item.nodeid.startswith(LOOKS) else ""


@pytest.hookimpl(trylast=True)  # when all marks are set
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    reasons = {item: why_left_out(item) for item in items}
    config.stash[left_out] = Counter(filter(None, reasons.values()))
    config.hook.pytest_deselected(items=[item for item in items if reasons[item]])
    slow = {item.path for item in items if _is_slow(item)}
    items[:] = sorted(
        (item for item in items if not reasons[item]),
        key=lambda item: (_place(item), item.path not in slow),
    )


def _place(item: pytest.Item) -> int:
    """Return how many of `LONGEST` come before a test."""
    places = [place for place, name in enumerate(LONGEST) if item.nodeid.startswith(name)]
    return places[0] if places else len(LONGEST)


def _is_slow(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(mark) for mark in ("slow", "browser"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that sums up what was left out in this one."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        counts: Counter[str] = session.config.stash.get(left_out, Counter())
        output["left_out"] = dict(counts)


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[left_out] = Counter(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    other = "SQLite" if os.environ.get("TEST_DATABASE_URL") else "PostgreSQL"
    counts: Counter[str] = config.stash.get(left_out, Counter())
    if counts:
        which = ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items()))
        terminalreporter.write_line(f"Left to the run on {other}: {which}.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _without_silent_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _without_silent_skip((yield))


def _without_silent_skip(report: Report) -> Report:
    in_ci = os.environ.get("CI", "").lower() not in FALSE
    if in_ci and report.skipped and not hasattr(report, "wasxfail"):
        reason = _reason(report.longrepr)
        if OUTSIDE_DATA not in reason:
            report.outcome = "failed"
            report.longrepr = f"Nothing is skipped in CI, but this was: {reason}"
    return report


def _reason(longrepr: Any) -> str:
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)
