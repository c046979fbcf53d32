"""The ``community`` command: every part's commands under one name."""

import logging
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import click
from flask.cli import FlaskGroup, with_appcontext
from flask_migrate.cli import db as migrations_group  # type: ignore[import-not-found] # untyped

from community import __version__, search, supervisor
from community.accounts import commands as accounts_commands
from community.app import create_app
from community.core import jobs, mail, migrating, outbox
from community.core.config import Settings
from community.core.db import db
from community.core.errors import DomainError, SearchUnavailable
from community.demo import commands as demo_commands
from community.demo import load as demo_load
from community.demo import sign_in as demo_sign_in
from community.moderation import commands as moderation_commands
from community.notifications import commands as notifications_commands
from community.search import commands as search_commands
from community.topics import commands as topics_commands
from community.topics import indexing
from community.topics.importing import commands as importing_commands
from community.topics.measuring import commands as measuring_commands

LOCAL = "127.0.0.1"


class Commands(FlaskGroup):
    """Our commands in reading order; a refusal is one sentence, not a trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names as they were added, without starting the application."""
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one of ours; what Flask's extensions add to its own command has no place here."""
        return click.Group.get_command(self, ctx, cmd_name)

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
    context_settings={"max_content_width": 100},
)
# One application is all there is: Flask's options for choosing another would only puzzle.
main.params = []
click.version_option(__version__, prog_name="community")(main)


@main.command(with_appcontext=False)
@click.option(
    "--host", default=LOCAL, show_default=True, help="Listen on this address; 0.0.0.0 means all."
)
@click.option("--no-demo", is_flag=True, help="Leave an empty site empty.")
def run(host: str, no_demo: bool) -> None:
    """Start the site: the web server and the worker. Ctrl-C stops both.

    The port is what PORT says, or 8000. Migrates the database first and, in development,
    loads the demonstration content into an empty site.
    """
    screen = logging.StreamHandler()
    screen.setLevel(logging.WARNING)  # migrations, for one, tell more
    logging.basicConfig(handlers=[screen], format="%(message)s")
    app = create_app()
    settings: Settings = app.config["SETTINGS"]
    supervisor.check_port(host, settings.port)
    with app.app_context():
        _prepare(settings, with_demo=not no_demo)
        click.echo("\n".join(_welcome(settings, host)))
        db.session.remove()
        db.engine.dispose()  # the children make connections of their own
    sys.exit(supervisor.run(host=host, port=settings.port))


def _prepare(settings: Settings, *, with_demo: bool) -> None:
    """Bring the tables up to date, and give a new site its search index and content."""
    migrating.upgrade_if_behind()
    if with_demo and not settings.is_production and demo_load.is_site_empty():
        demo_commands.load_and_tell(settings)
    if indexing.visible_count() == 0:
        demo_load.fill_index()


def _welcome(settings: Settings, host: str) -> Iterator[str]:
    """Yield what somebody needs to know who has just started the site."""
    yield f"Common Ground is at {settings.base_url}"
    if settings.is_production or host != LOCAL:
        yield f"and listens on {host}, port {settings.port}."
    if not settings.is_production and (people := demo_sign_in.kept(settings.data_dir)):
        yield f"\nSign in as\n{textwrap.indent(people, '  ')}"
    if trouble := _search_trouble():
        yield f"Suggestions and search are off. {trouble}"
    if (folder := mail.outbox_folder()) is not None:
        yield f"Mail is not sent but written to {folder}"
    yield "Ctrl-C stops everything."


def _search_trouble() -> str:
    """Return what keeps search from working, or an empty text."""
    try:
        search.index().count()
    except SearchUnavailable as error:
        return error.message
    return ""


@main.command(with_appcontext=False)
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


for command in (
    importing_commands.import_group,
    demo_commands.demo,
    topics_commands.recount,
    topics_commands.reindex,
    topics_commands.relate,
    search_commands.search_group,
    search_commands.eval_group,
    accounts_commands.people,
    notifications_commands.mail_group,
    moderation_commands.log_group,
    moderation_commands.office_group,
    moderation_commands.mode_group,
    migrations_group,
):
    main.add_command(command)
for command in (
    measuring_commands.guess,
    measuring_commands.measure_online,
    measuring_commands.export,
    measuring_commands.measure_answers,
):
    search_commands.eval_group.add_command(command)
search_commands.search_group.add_command(measuring_commands.explain)
