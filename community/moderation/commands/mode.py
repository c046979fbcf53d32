"""Commands about modes: for whoever has the server and not the browser."""

from datetime import timedelta

import click
from flask.cli import AppGroup

from community.accounts import queries as accounts
from community.accounts.models import User
from community.core import clock
from community.core.db import transaction
from community.core.sql import find
from community.moderation import chain
from community.moderation.models import Mode
from community.moderation.models.modes import FOR_MAX
from community.moderation.queries import modes as queries
from community.moderation.services import modes

mode_group = AppGroup("mode", help="Times in which less can be written: the site, a topic.")
MINUTES_MAX = int(FOR_MAX.total_seconds()) // 60

_operator = click.option(
    "--as", "username", required=True, help="User name of the operator who does it; it is logged."
)


@mode_group.command("show")
def show() -> None:
    """List the modes in force, with the number by which each is ended."""
    found = queries.in_force(clock.now())
    for mode in found:
        until = chain.moment(mode.until) if mode.until else "it is ended"
        place = mode.place or "the whole site"
        click.echo(f"{mode.id}: {mode.kind.value}, {place}, until {until}: {mode.reason}")
    if not found:
        click.echo("No mode is in force.")


@mode_group.command("readonly")
@click.option("--reason", required=True, help="Why, in one sentence that everybody reads.")
@click.option(
    "--minutes",
    type=click.IntRange(1, MINUTES_MAX),
    help="How long; without it until it is ended.",
)
@_operator
def read_only(reason: str, minutes: int | None, username: str) -> None:
    """Let the whole site be read only. Signing in, drafts, flags and moderation go on."""
    until = clock.now() + timedelta(minutes=minutes) if minutes else None
    with transaction():
        mode = modes.set_read_only(_named(username), reason=reason, until=until)
        number = mode.id
    click.echo(f"The site can only be read now. End it with: community mode end {number}")


@mode_group.command("end")
@click.argument("number", type=int)
@_operator
def end(number: int, username: str) -> None:
    """End a mode, by its number, before its time."""
    mode = find(Mode, number)
    if mode is None:
        raise click.UsageError(f"There is no mode {number}; `community mode show` lists them.")
    with transaction():
        is_ended = modes.end(_named(username), mode)
    click.echo("It has ended." if is_ended else "It had ended already.")


def _named(username: str) -> User:
    user = accounts.by_username(username)
    if user is None:
        raise click.UsageError(f"There is nobody with the user name {username!r}.")
    return user
