"""What people do with their accounts.

A password is hashed by the functions called ``prepare_*`` and by `authenticate`. They
change nothing and are called before a transaction is opened, because hashing is slow
on purpose and SQLite lets one writer in at a time.
"""

import secrets
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from community.accounts import naming, passwords, queries
from community.accounts.models import ABOUT_MAX, CONFIRM_FOR, SignUp, User
from community.core import clock, outbox, text
from community.core.db import db
from community.core.errors import Conflict, Invalid
from community.core.names import folded
from community.core.sql import changed

KEY_BYTES = 16


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
    _require_free(username)
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
    """Make the person of a sign-up whose address is confirmed.

    Args:
        username: another user name, for when the first was taken in the meantime.

    Raises:
        Invalid: the user name is taken, or cannot be used.
        Conflict: the link was used already, or the address has got an account since.
    """
    username = naming.accepted_username(username) if username else sign_up.username
    if sign_up.id not in _locked_sign_ups(sign_up.email):
        raise Conflict(_("This link, or another one for this address, was used already. Sign in."))
    _require_free(username)
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
        _require_free(username)  # somebody was faster, if it was the name
        raise Conflict(
            _("This address has got an account in the meantime. Sign in with it.")
        ) from None
    # The owner has shown up: what others, or they themselves, began with the address is void.
    db.session.execute(delete(SignUp).where(SignUp.email == user.email))
    outbox.publish("person.joined", user_id=user.id)
    return user


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
    _locked_sign_ups(user.new_email)
    try:
        with db.session.begin_nested():
            moved = changed(
                update(User)
                .where(User.id == user.id, User.new_email == user.new_email)
                .values(email=User.new_email, new_email=None, email_verified_at=clock.now())
            )
    except IntegrityError:
        raise Conflict(_("This address has got an account in the meantime.")) from None
    if not moved:
        raise Conflict(_("This link was used already."))
    db.session.refresh(user)
    db.session.execute(delete(SignUp).where(SignUp.email == user.email))


def describe_oneself(user: User, *, display_name: str, about: str) -> None:
    """Set the name that is shown and the few words about oneself.

    Raises:
        Invalid: the name or the text is too long, or the name could mislead.
    """
    display_name = naming.accepted_display_name(display_name)
    about = text.lines(about)
    if len(about) > ABOUT_MAX:
        raise Invalid(
            _(
                "The text about you has at most %(most)s characters; this one has %(count)s.",
                most=ABOUT_MAX,
                count=len(about),
            ),
            field="about",
        )
    user.display_name = display_name
    user.about = about


def _locked_sign_ups(email: str) -> Sequence[int]:
    """Return the sign-ups with this address, which nobody else can confirm for the moment.

    Everything that gives an address to a person begins with it: of two at once one
    waits here, and neither waits for what the other holds.
    """
    return db.session.scalars(
        select(SignUp.id).where(SignUp.email == email).order_by(SignUp.id).with_for_update()
    ).all()


def _require_free(username: str) -> None:
    """Raise `Invalid` if somebody has this user name, or one that looks like it."""
    if not queries.is_username_free(folded(username), naming.look_alike(username)):
        raise Invalid(_("This user name is taken. Choose another."), field="username")


def _replace_hash(user: User, password_hash: str) -> None:
    """Change the hash only if it is still the one that was read: of two at once, one wins."""
    unchanged = User.password_hash.is_not_distinct_from(user.password_hash)
    mine = update(User).where(User.id == user.id, unchanged)
    if not changed(mine.values(password_hash=password_hash)):
        raise Conflict(_("The password was changed a moment ago."))
    db.session.refresh(user, ["password_hash"])
