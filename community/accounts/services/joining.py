"""Joining: a sign-up becomes a person once the address is confirmed."""

import secrets
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from community.accounts import naming, passwords, queries
from community.accounts.models import CONFIRM_FOR, SignUp, User
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Conflict, Invalid
from community.core.names import folded

KEY_BYTES = 16


def prepare_sign_up(*, username: str, email: str, password: str, return_to: str = "/") -> SignUp:
    """Return a sign-up whose parts are in order, to be handed to `begin_sign_up`.

    Args:
        return_to: the local path to go on at once the address is confirmed.

    Raises:
        Invalid: the name, the address or the password cannot be used, or the name is taken.
    """
    username = naming.accepted_username(username)
    email = naming.accepted_email(email)
    passwords.accepted(password, username=username, email=email)
    require_free(username)
    return SignUp(
        key=secrets.token_urlsafe(KEY_BYTES),
        username=username,
        username_key=folded(username),
        email=email,
        password_hash=passwords.hashed(password),
        return_to=return_to,
    )


def begin_sign_up(sign_up: SignUp) -> None:
    """Keep a sign-up and owe the mail that goes with it.

    The same is done whether or not the address has an account: only the mail differs,
    which is written later, by `community.accounts.handlers`.
    """
    # Each new one sweeps out those whose links are void, so no job has to.
    db.session.execute(delete(SignUp).where(SignUp.asked_at < clock.now() - CONFIRM_FOR))
    db.session.add(sign_up)
    db.session.flush()  # assigns sign_up.id, which the job carries
    ask_confirmation(sign_up)


def ask_confirmation(sign_up: SignUp) -> None:
    """Owe the mail with the link, the first time or once more."""
    sign_up.asked_at = clock.now()
    outbox.publish("confirmation.asked", sign_up_id=sign_up.id)


def require_chosen_password(sign_up: SignUp, password: str) -> None:
    """Refuse anybody but the one who signed up.

    Raises:
        Invalid: it is not the password of the sign-up.
    """
    if not passwords.fits(password, sign_up.password_hash):
        raise Invalid(_("This is not the password you chose."), field="password")


def confirm_sign_up(sign_up: SignUp, *, username: str = "") -> User:
    """Make the person of a sign-up whose address is confirmed, once.

    A link pressed twice finds the person there the second time.

    Args:
        username: another user name, for when the first was taken in the meantime.

    Raises:
        Invalid: the user name is taken, or cannot be used.
        Conflict: another link was used, or the address has got an account since.
    """
    username = naming.accepted_username(username) if username else sign_up.username
    if sign_up.id not in locked_sign_ups(sign_up.email):
        if user := queries.made_of(sign_up):
            return user
        raise Conflict(_("This link, or another one for this address, was used already. Sign in."))
    require_free(username)
    user = User(
        username=username,
        username_key=folded(username),
        email=sign_up.email,
        email_verified_at=clock.now(),
        password_hash=sign_up.password_hash,
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:
        require_free(username)  # somebody was faster, if it was the name
        raise Conflict(
            _("This address has got an account in the meantime. Sign in with it.")
        ) from None
    # The owner has shown up: what others, or they themselves, began with the address is void.
    db.session.execute(delete(SignUp).where(SignUp.email == user.email))
    outbox.publish("person.joined", user_id=user.id)
    return user


def locked_sign_ups(email: str) -> Sequence[int]:
    """Return the sign-ups with this address, which nobody else can confirm for the moment.

    Everything that gives an address to a person begins with it: of two at once one
    waits here, and neither waits for what the other holds.
    """
    return db.session.scalars(
        select(SignUp.id).where(SignUp.email == email).order_by(SignUp.id).with_for_update()
    ).all()


def require_free(username: str) -> None:
    """Raise `Invalid` if somebody has this user name, or one that looks like it."""
    if not queries.is_username_free(folded(username), naming.look_alike(username)):
        raise Invalid(_("This user name is taken. Choose another."), field="username")
