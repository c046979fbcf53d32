"""Passwords and sessions: how somebody shows who they are, and where they are signed in."""

from flask_babel import gettext as _
from sqlalchemy import update

from community.accounts import naming, passwords, queries
from community.accounts.models import SignUp, User
from community.core import outbox
from community.core.db import db
from community.core.errors import Conflict, Invalid
from community.core.sql import changed


def authenticate(*, identifier: str, password: str) -> User | SignUp | None:
    """Return whose password this is: a person, or a sign-up that waits for confirmation.

    Every wrong answer takes the same work, whether or not there is an account.

    Args:
        identifier: a user name or an e-mail address, as it was typed.
    """
    identifier = naming.identifier(identifier)
    user = queries.may_sign_in(identifier)
    if passwords.fits(password, user.password_hash if user else None):
        return user
    sign_up = queries.latest_sign_up(identifier)
    if passwords.fits(password, sign_up.password_hash if sign_up else None):
        return sign_up
    return None


def forget_password(*, email: str) -> None:
    """Owe the mail with which a forgotten password is replaced.

    The job is owed for addresses without an account, too, and then does nothing, so
    that both take the same time.

    Raises:
        Invalid: this is not an address.
    """
    user = queries.may_sign_in(naming.accepted_email(email))
    outbox.publish("password.forgotten", user_id=user.id if user else None)


def prepare_password(user: User, password: str) -> str:
    """Return the hash of a new password for ``user``.

    Raises:
        Invalid: it is too short, too long or too easily guessed.
    """
    passwords.accepted(password, username=user.username, email=user.email or "")
    return passwords.hashed(password)


def require_password(user: User, password: str) -> None:
    """Refuse anybody but the owner, who may have left the browser open.

    Raises:
        Invalid: the password is not theirs.
    """
    if not passwords.fits(password, user.password_hash):
        raise Invalid(_("This is not your present password."), field="current")


def change_password(user: User, password_hash: str) -> None:
    """Put a new password in place of the one that was read, and end every session.

    Raises:
        Conflict: it was changed by somebody else in the meantime.
    """
    _replace_hash(user, password_hash)
    user.new_email = None  # whoever asked for it may not have been the owner
    sign_out_everywhere(user)
    outbox.publish("password.changed", user_id=user.id)


def renew_hash(user: User, password_hash: str) -> None:
    """Keep the same password under today's parameters.

    Raises:
        Conflict: it was changed in the meantime.
    """
    _replace_hash(user, password_hash)


def sign_out_everywhere(user: User) -> None:
    """Make every session of ``user`` void, in every browser."""
    user.session_epoch = User.session_epoch + 1
    db.session.flush()
    db.session.refresh(user, ["session_epoch"])


def _replace_hash(user: User, password_hash: str) -> None:
    """Change the hash only if it is still the one that was read: of two at once, one wins."""
    unchanged = User.password_hash.is_not_distinct_from(user.password_hash)
    mine = update(User).where(User.id == user.id, unchanged)
    if not changed(mine.values(password_hash=password_hash)):
        raise Conflict(_("The password was changed a moment ago."))
    db.session.refresh(user, ["password_hash"])
