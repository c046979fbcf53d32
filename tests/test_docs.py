"""The documentation, held to the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from community.accounts.models import SESSION_FOR
from community.cli import main
from community.core import config, outbox
from community.notifications.services import mailing, telling
from community.writing import services as writing

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
VARIABLE = re.compile(r"\bCOMMUNITY_[A-Z_]+\b|\bPORT\b")
EVENT = re.compile(r"[a-z_]+\.[a-z_]+")
FOREIGN = {"db"}  # groups that have a documentation of their own


def _rows(page: str) -> Iterator[list[str]]:
    """Yield the cells of each row of each table on a page."""
    for line in (DOCS / page).read_text().splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def _words(cell: str) -> list[str]:
    """Return what is written as code in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def test_every_setting_is_described() -> None:
    read = set(VARIABLE.findall(_code_of(Path(config.__file__))))
    described = {_words(row[0])[0] for row in _rows("settings.md") if _words(row[0])}

    assert described == read
    assert all(len(row) == 4 and all(row[:3]) for row in _rows("settings.md"))


def _code_of(path: Path) -> str:
    """Return the texts that a module's code has as whole names, without its documentation."""
    texts = (
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return " ".join(text for text in texts if VARIABLE.fullmatch(text))


@pytest.mark.usefixtures("app")
def test_every_event_is_described_with_its_listeners() -> None:
    listeners = {event: {name.rpartition(".")[2] for name in names} for event, names in _wired()}
    published = {event: listeners.get(event, set()) for event in _published()} | listeners

    described = {
        _words(row[0])[0]: set(_words(row[3])) for row in _rows("events.md") if _words(row[0])
    }

    assert described == published


def _wired() -> Iterator[tuple[str, list[str]]]:
    for event, names in outbox.subscriptions().items():
        ours = [name for name in names if name.startswith("community.")]  # not those of tests
        if ours:
            yield event, ours


def _published() -> set[str]:
    """Return the events that the code names where it publishes one."""
    return {
        first.value
        for path in (ROOT / "community").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and call.args
        for first in call.args[:1]
        if isinstance(first, ast.Constant) and isinstance(first.value, str)
        if ast.unparse(call.func).rpartition(".")[2] in {"publish", "publish_all", "_tell"}
        if EVENT.fullmatch(first.value)
    }


def test_what_is_forgotten_by_itself_is_described() -> None:
    described = [row[1] for row in _rows("operating.md") if row[-1].endswith(" days")]
    kept = (
        telling.KEEP_FOR,
        mailing.KEEP_FOR,
        outbox.KEEP_DONE,
        outbox.KEEP_FAILED,
        writing.KEPT,
        SESSION_FOR,
    )

    assert described == [f"{each.days} days" for each in kept]


def test_every_command_is_described() -> None:
    named = set(re.findall(r"`(community(?: [a-z]+)+)", (DOCS / "operating.md").read_text()))

    assert {f"community {command}" for command in _commands(main)} <= named
    assert {name for name in named if not _is_command(name)} == set()


def _commands(group: click.Group) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group) and name not in FOREIGN:
            yield from (f"{name} {below}" for below in _commands(command))
        elif name not in FOREIGN:
            yield name


def _is_command(name: str) -> bool:
    command: click.Command | None = main
    for word in name.split()[1:]:
        command = command.commands.get(word) if isinstance(command, click.Group) else None
    return command is not None


def test_every_command_says_what_it_does() -> None:
    for name, command in main.commands.items():
        assert command.get_short_help_str(limit=200).endswith("."), name
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, f"{name}: {option.name}"


def test_every_route_is_described(app: Flask) -> None:
    routes = {
        (rule.rule, frozenset((rule.methods or set()) - {"HEAD", "OPTIONS"}), rule.endpoint)
        for rule in app.url_map.iter_rules()
    }
    described = {
        (address, frozenset(row[0].split(", ")), _words(row[2])[0])
        for row in _rows("routes.md")
        for address in _words(row[1])
    }

    assert described == routes


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert broken == []
