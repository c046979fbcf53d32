"""``community demo``: the demonstration content, by hand."""

import sys
from typing import Self

import click
from flask.cli import with_appcontext

from community.core import config, migrating
from community.core.config import Settings
from community.demo import load, sign_in


@click.command()
@with_appcontext
def demo() -> None:
    """Load the demonstration content, with people to sign in as.

    Nine invented companies and what their customers say. In development it is loaded by
    itself when `community run` starts on an empty site; in production it is refused.
    """
    settings = config.current()
    load.refuse_in_production(settings)
    migrating.upgrade_if_behind()
    if not load_and_tell(settings):
        click.echo("The demonstration content is there already; nothing was changed.")
    click.echo(sign_in.kept(settings.data_dir), nl=False)


def load_and_tell(settings: Settings) -> bool:
    """Load the content with a line that says how far it is. Return False if it was there.

    Raises:
        DomainError: as `load.load` does.
    """
    line = _Line("Loading the demonstration content")
    with line:
        loaded = load.load(settings, tell=line.tell)
        if loaded is not None:
            line.end(
                f"{loaded.companies} companies, {loaded.people} people, {loaded.topics} topics, "
                f"{loaded.replies} replies."
            )
    return loaded is not None


class _Line:
    """One line of output that is written over while the work goes on."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._is_open = False
        self._can_overwrite = sys.stdout.isatty()

    def tell(self, doing: str) -> None:
        """Say what is being done now."""
        if self._can_overwrite:
            click.echo(f"\r\x1b[K{self._what}: {doing} …", nl=False)
        elif not self._is_open:
            click.echo(f"{self._what} …")
        self._is_open = True

    def end(self, result: str) -> None:
        """Say what came of it."""
        click.echo(f"\r\x1b[K{result}" if self._can_overwrite else result)
        self._is_open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._is_open and self._can_overwrite:  # an error message begins on its own line
            click.echo()
