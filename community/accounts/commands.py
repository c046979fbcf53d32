"""Commands about people."""

import logging

import click
from flask.cli import AppGroup

from community.accounts import queries, services
from community.accounts.models import User
from community.core import holdings
from community.core.db import transaction

log = logging.getLogger(__name__)
people = AppGroup("people", help="People: imported authors, and whose they are.")


@people.command("claim")
@click.argument("person")
@click.argument("member")
@click.option("--dry-run", is_flag=True, help="Say how much it is, and change nothing.")
def claim(person: str, member: str, dry_run: bool) -> None:
    """Give what an imported author wrote to a member who has shown you that they are the same.

    PERSON is the author's user name here, or their key in the import ("archive:tilda");
    MEMBER is the user name of the account. It cannot be undone.
    """
    author = queries.by_source_key(person) or _named(person)
    owner = _named(member)
    posts = holdings.posts_of(author)
    what = f"{posts:,} posts of {author.username} ({author.source_key or 'a guest'})"
    if dry_run:
        click.echo(f"{what} would go to {owner.username}. Nothing was changed.")
        return
    name = author.username
    with transaction():
        services.take_over(author, owner)
    log.warning("%s were given to %s by an operator.", what, owner.username)
    click.echo(f"{what} are {owner.username}'s now. {name} is no more.")


def _named(username: str) -> User:
    user = queries.by_username(username)
    if user is None:
        raise click.UsageError(f"There is nobody with the user name or key {username!r}.")
    return user
