"""The ``community`` command: every part's commands under one name."""

import logging
import sys
from typing import Any

import click
from flask.cli import FlaskGroup, with_appcontext
from flask_migrate.cli import db as migrations_group  # type: ignore[import-not-found] # untyped

from community import __version__
from community.app import create_app
from community.core import jobs, outbox
from community.core.errors import DomainError


class Commands(FlaskGroup):
    """Our commands in reading order; a refusal is one sentence, not a trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names as they were added, without starting the application."""
        return list(self.commands)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command."""
        try:
            return super().main(*args, **kwargs)
        except DomainError as error:
            click.echo(f"community: {error.message}", err=True)
            sys.exit(2)


main = Commands(
    name="community",
    help="Common Ground: a neutral place where customers get help with any company's product.",
    create_app=create_app,
    add_default_commands=False,
    add_version_option=False,
    load_dotenv=False,
)
# One application is all there is: Flask's options for choosing another would only puzzle.
main.params = []
click.version_option(__version__, prog_name="community")(main)


@main.command()
def worker() -> None:
    """Do what the site owes: index, mail, count. Runs until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(levelname)s %(message)s")
    logging.getLogger("huey").setLevel(logging.WARNING)
    jobs.work(create_app())


@main.command()
@with_appcontext
def deliver() -> None:
    """Do once what is owed now, then stop."""
    click.echo(f"{outbox.deliver_due()} jobs done, {outbox.waiting()} still waiting.")


main.add_command(migrations_group)
