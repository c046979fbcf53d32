"""Passwords and sessions: how somebody shows who they are, and where they are signed in."""

import secrets

from flask_babel import gettext as _
from sqlalchemy import delete, update

from community.accounts import naming, passwords, queries
from community.accounts.models import DEVICE_MAX, SESSION_FOR, PersonClaim, Session, SignUp, User
from community.core import clock, outbox
from community.core.db import db, transaction
from community.core.errors import Conflict, Invalid
from community.core.sql import changed

SESSION_KEY_BYTES = 32


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


def begin_session(user: User, *, device: str = "") -> str:
    """Sign ``user`` in somewhere; return the key that the browser shows from now on.

    Args:
        device: what it is, in words: "Firefox on Linux".
    """
    key = secrets.token_urlsafe(SESSION_KEY_BYTES)
    db.session.add(
        Session(user_id=user.id, digest=queries.session_digest(key), device=device[:DEVICE_MAX])
    )
    db.session.flush()
    return key


def end_session(key: str) -> None:
    """Sign out where this key is shown."""
    db.session.execute(delete(Session).where(Session.digest == queries.session_digest(key)))


def end_session_of(user: User, session_id: int) -> bool:
    """Sign ``user`` out in one browser; return False if they are not signed in there."""
    theirs = delete(Session).where(Session.id == session_id, Session.user_id == user.id)
    return changed(theirs) == 1


def end_other_sessions(user: User, session_id: int) -> int:
    """Sign ``user`` out in every browser but this one. Return how many there were."""
    return changed(delete(Session).where(Session.user_id == user.id, Session.id != session_id))


def note_seen(session_id: int) -> None:
    """Note that somebody uses a session just now."""
    changed(update(Session).where(Session.id == session_id).values(seen_at=clock.now()))


def prune_sessions() -> int:
    """Forget sessions that nobody has used for `SESSION_FOR`. Return how many went."""
    with transaction():
        return changed(delete(Session).where(Session.seen_at <= clock.now() - SESSION_FOR))


def sign_out_everywhere(user: User) -> None:
    """End every session of ``user``, in every browser, and make links to sign in void."""
    db.session.execute(delete(Session).where(Session.user_id == user.id))
    db.session.execute(delete(PersonClaim).where(PersonClaim.user_id == user.id))


def _replace_hash(user: User, password_hash: str) -> None:
    """Change the hash only if it is still the one that was read: of two at once, one wins."""
    unchanged = User.password_hash.is_not_distinct_from(user.password_hash)
    mine = update(User).where(User.id == user.id, unchanged)
    if not changed(mine.values(password_hash=password_hash)):
        raise Conflict(_("The password was changed a moment ago."))
    db.session.refresh(user, ["password_hash"])
