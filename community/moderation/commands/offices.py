"""Commands about offices: who moderates, who is trusted to judge appeals, who operates the site."""

import click
from flask.cli import AppGroup
from sqlalchemy import or_, select

from community.accounts import queries as people
from community.accounts.models import User
from community.core.db import db, transaction
from community.moderation.models.offices import Office, is_held_by
from community.moderation.services import appoint

office_group = AppGroup("office", help="Operators, moderators and trusted members.")
_OFFICE = click.Choice([office.value for office in Office])


@office_group.command("list")
def list_offices() -> None:
    """Say who holds which office."""
    holders = select(User).where(
        or_(User.is_admin, User.is_moderator, User.trusted_since.is_not(None)),
        User.deleted_at.is_(None),
    )
    found = db.session.scalars(holders.order_by(User.username_key)).all()
    for user in found:
        click.echo(f"{user.username}: {', '.join(o for o in Office if is_held_by(user, o))}")
    if not found:
        click.echo("Nobody holds an office yet.")


@office_group.command("give")
@click.argument("person")
@click.argument("office", type=_OFFICE)
@click.option("--reason", required=True, help="Why, for everybody to read in the public log.")
def give(person: str, office: str, reason: str) -> None:
    """Give PERSON, by user name, an office: it is written into the public log."""
    _change(person, Office(office), holds=True, reason=reason)


@office_group.command("take")
@click.argument("person")
@click.argument("office", type=_OFFICE)
@click.option("--reason", required=True, help="Why, for everybody to read in the public log.")
def take(person: str, office: str, reason: str) -> None:
    """Take an office from PERSON, by user name: it is written into the public log."""
    _change(person, Office(office), holds=False, reason=reason)


def _change(username: str, office: Office, *, holds: bool, reason: str) -> None:
    user = people.by_username(username)
    if user is None:
        raise click.UsageError(f"There is nobody with the user name {username!r}.")
    with transaction():
        changed = appoint.appoint_at_console(user, office, holds=holds, reason=reason)
    now = "is" if holds else "is no"
    again = "" if changed else " That was so before; nothing was changed."
    click.echo(f"{user.username} {now} {_name(office)}.{again}")


def _name(office: Office) -> str:
    return {Office.TRUSTED: "trusted member"}.get(office, office.value)
