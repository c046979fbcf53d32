"""The lock files are what installs, so they must say what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; .+)? \\$")

Pins = set[tuple[str, str]]


def pins(lock: str) -> Pins:
    """Return the names and versions that a lock file installs."""
    lines = (ROOT / lock).read_text().splitlines()
    return {(found["name"], found["version"]) for line in lines if (found := PIN.match(line))}


def asked_for(*groups: str) -> list[Requirement]:
    """Return the project's own requirements and those of the groups."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = list(project["project"]["dependencies"])
    for group in groups:
        lines += [line for line in project["dependency-groups"][group] if isinstance(line, str)]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize(
    ("lock", "groups"), [("requirements.lock", ["build"]), ("requirements-dev.lock", ["dev"])]
)
def test_what_is_asked_for_is_locked_in_a_version_that_fits(lock: str, groups: list[str]) -> None:
    locked = pins(lock)

    for requirement in asked_for(*groups):
        name = canonicalize_name(requirement.name)
        versions = [version for pinned, version in locked if pinned == name]
        assert versions, f"{name} is not in {lock}: run `make lock`"
        assert all(Version(version) in requirement.specifier for version in versions), (
            f"{name} {versions} in {lock} is not {requirement}: run `make lock`"
        )


def test_tests_run_on_the_versions_that_are_served() -> None:
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_or_the_hash_of_one(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    content = [line for line in lines if line and not line.startswith("#")]
    pinned = [number for number, line in enumerate(content) if PIN.match(line)]

    assert pinned
    for number, line in enumerate(content):
        if number in pinned:
            assert content[number + 1].startswith("    --hash=sha256:")
        else:  # no address of an index, no option, no unpinned name
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line)
