"""Which tests run where: loaded by pytest itself, before any test is collected.

Tests marked ``postgres`` or ``sqlite`` are left out on the other database. In CI nothing
else may be missing: a skipped test has failed there, unless what it lacks is data from
outside the repository.
"""

import os
from collections.abc import Generator
from typing import Any, TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

OUTSIDE_DATA = "COMMUNITY_TEST_DATA_DIR"  # a test that lacks it names it as the reason
FALSE = {"", "0", "false"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    other = "sqlite" if os.environ.get("TEST_DATABASE_URL") else "postgres"
    left_out = [item for item in items if item.get_closest_marker(other)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker(other)]


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
