"""What the operator does about mail."""

from typing import BinaryIO

import click
from flask.cli import with_appcontext

from community.core.db import transaction
from community.notifications import bounces, queries, services


@click.group("mail")
def mail_group() -> None:
    """Look after mail: what came back, and what hangs."""


@mail_group.command("bounced")
@click.argument("report", type=click.File("rb"), default="-")
@with_appcontext
def bounced(report: BinaryIO) -> None:
    """Read a REPORT of a mail that came back: from standard input, as a mail server pipes it.

    An address that takes no mail gets no more news until its owner puts it right. What came
    back for another reason counts when it happens again and again. Whatever else is read is
    left alone, and the command ends well, so that the mail server never answers a bounce.
    """
    bounce = bounces.read(report.read(bounces.SIZE_MAX))
    if bounce is None:
        click.echo("This reports no mail of ours that failed; nothing was changed.")
        return
    with transaction():
        given_up = services.note_bounce(bounce.mail_id, is_hard=bounce.is_hard)
    click.echo(
        f"Mail {bounce.mail_id} came back. "
        + ("Its address gets no more news." if given_up else "Its address is kept for now.")
    )


@mail_group.command("stuck")
@click.option("--forget", is_flag=True, help="Note them as sent: they are never sent again.")
@with_appcontext
def stuck(*, forget: bool) -> None:
    """Show the mails of which nobody knows whether they were sent.

    A crash, or a connection that broke after the mail was handed over, leaves them. They are
    not sent again by themselves, for nothing is sent twice; what they tell is in the bell.
    """
    mails = queries.stuck_mails()
    for mail in mails:
        click.echo(f"{mail.id}  {mail.created_at:%Y-%m-%d %H:%M} UTC  {mail.key}")
    if forget:
        with transaction():
            for mail in mails:
                services.note_sent(mail.id)
    click.echo(f"{len(mails)} mails hang{', and are noted as sent now' if forget else ''}.")
