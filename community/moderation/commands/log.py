"""Commands about the public log."""

from typing import IO

import click
from flask.cli import AppGroup, ScriptInfo

from community.core.db import one_moment, reading, transaction
from community.moderation.queries import log as queries
from community.moderation.services import redact as redacting
from community.moderation.verifying import Broken, Head, Verified, check_file

log_group = AppGroup("log", help="The public log: check it, and take personal data out of it.")


class HeadType(click.ParamType[Head]):
    """The number of a row and its digest, as pages and feeds of the log show them."""

    name = "SEQ:DIGEST"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Head:
        """Return what was written, or say what is expected."""
        if isinstance(value, Head):
            return value
        try:
            return Head.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@log_group.command("verify", with_appcontext=False)
@click.argument("file", type=click.File("rb"), required=False)
@click.option(
    "--head",
    "heads",
    type=HeadType(),
    multiple=True,
    help="A row and its digest that you noted earlier; may be given several times.",
)
@click.pass_context
def verify(ctx: click.Context, file: IO[bytes] | None, heads: tuple[Head, ...]) -> None:
    """Check each row of the public log, and that none was changed, swapped or taken out.

    FILE is a log that was downloaded from a site ("-": standard input); it is checked without
    a database. Without FILE it is the log of this site, which is compared with the heads that
    were noted in the data folder as well. Ends with 1 if the log is broken.
    """
    try:
        verified = check_file(file, heads) if file is not None else _of_this_site(ctx, heads)
    except Broken as broken:
        click.echo(f"Broken ({broken.fault}): {broken}", err=True)
        ctx.exit(1)
    click.echo(
        f"{verified.head.seq:,} rows, whole and in order; {verified.redacted:,} texts redacted."
    )
    click.echo(f"Head: {verified.head}")
    if file is not None and not heads:
        click.echo("A file is whole only up to its head: compare that with one from elsewhere.")


@log_group.command("redact")
@click.argument("seq", type=click.IntRange(min=1), metavar="ROW")
@click.argument("fields", nargs=-1, required=True, metavar="FIELD…")
@click.option("--reason", required=True, help="Why, for everybody to read; it names nobody.")
def redact(seq: int, fields: tuple[str, ...], reason: str) -> None:
    """Take texts out of a row of the log for good; a new row says so.

    FIELD is what the page of the row calls a text, such as "reason".
    """
    with transaction():
        entry = redacting.redact_at_console(seq, fields=fields, reason=reason)
    click.echo(f"The texts are gone from row {seq}; row {entry.seq} says so.")


def _of_this_site(ctx: click.Context, heads: tuple[Head, ...]) -> Verified:
    with ctx.ensure_object(ScriptInfo).load_app().app_context(), reading():
        one_moment()
        return queries.verified(heads)
