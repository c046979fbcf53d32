"""Another address in place of the present one."""

from flask_babel import gettext as _
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from community.accounts import naming
from community.accounts.models import SignUp, User
from community.accounts.services.joining import locked_sign_ups
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Conflict, Invalid
from community.core.sql import changed


def ask_new_email(user: User, *, email: str) -> None:
    """Remember the address that ``user`` wants, and owe the mails about it.

    Its owner is asked to confirm it; the present address is told at once, while the
    change can still be stopped. An address that belongs to somebody else is answered
    in the same way, or one could find out who has an account.

    Raises:
        Invalid: this is not an address, or it is the present one.
    """
    email = naming.accepted_email(email)
    if email == user.email:
        raise Invalid(_("This is your address already."), field="email")
    user.new_email = email
    outbox.publish("email.change_asked", user_id=user.id)


def drop_new_email(user: User) -> None:
    """Keep the present address; the link to the other one is void."""
    user.new_email = None


def confirm_new_email(user: User) -> None:
    """Put the address that ``user`` asked for, and has confirmed, in place of the old one.

    Raises:
        Conflict: it has got an account in the meantime, or the link was used already.
    """
    assert user.new_email is not None  # or there would be no link
    locked_sign_ups(user.new_email)
    try:
        with db.session.begin_nested():
            moved = changed(
                update(User)
                .where(User.id == user.id, User.new_email == user.new_email)
                .values(
                    email=User.new_email,
                    new_email=None,
                    email_verified_at=clock.now(),
                    email_bounced_at=None,  # that was the old one
                )
            )
    except IntegrityError:
        raise Conflict(_("This address has got an account in the meantime.")) from None
    if not moved:
        raise Conflict(_("This link was used already."))
    db.session.refresh(user)
    db.session.execute(delete(SignUp).where(SignUp.email == user.email))
