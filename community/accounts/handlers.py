"""The mails that accounts owe. Tokens are made here, at the last moment."""

from datetime import timedelta

from community.accounts import digests, forgetting, queries, services, tokens
from community.accounts.models import (
    CHANGE_EMAIL_FOR,
    CONFIRM_FOR,
    LEAVE_FOR,
    RESET_FOR,
    SIGN_IN_LINK_FOR,
)
from community.core import clock, mail, outbox
from community.core.db import db, transaction, wipe
from community.core.db import size as db_size
from community.core.links import absolute

BUSY_AGAIN = timedelta(seconds=5)
WIPED_AT_ONCE_MAX = 200_000_000  # bytes, about two seconds
NIGHT = 3  # the hour, UTC


def mail_confirmation(sign_up_id: int) -> None:
    """Send the link that confirms a sign-up, or tell the owner of the address who has one."""
    sign_up = queries.sign_up_by_id(sign_up_id)
    if sign_up is None:
        return  # confirmed or swept out since
    if queries.by_email(sign_up.email) is not None:
        mail_known_address(sign_up.email)
        return
    mail.send(
        sign_up.email,
        "accounts/confirm",
        username=sign_up.username,
        link=absolute("accounts.confirm", token=tokens.for_sign_up(sign_up)),
        days=CONFIRM_FOR.days,
    )


def mail_known_address(email: str) -> None:
    """Tell a person that somebody, perhaps they, tried to use their address once more.

    Nothing in it comes from whoever tried.
    """
    owner = queries.by_email(email)
    if owner is None:
        return
    mail.send(
        email,
        "accounts/known_address",
        username=owner.username,
        sign_in=absolute("accounts.sign_in"),
        forgot=absolute("accounts.forgot"),
    )


def mail_claim(claim_id: int) -> None:
    """Send the link with which a guest or an imported author shows who they are.

    Runs outside a transaction. For an imported author whose address is another nothing is sent.
    """
    made = queries.claim_by_id(claim_id)
    person = queries.by_id(made.user_id) if made is not None else None
    if made is None or person is None:
        return  # opened or swept out since
    if person.is_placeholder and person.source_email_digest != digests.of_source_email(made.email):
        with transaction():
            db.session.delete(made)
        return
    mail.send(
        made.email,
        "accounts/claim_placeholder" if person.is_placeholder else "accounts/claim_guest",
        name=person.name,
        link=absolute("accounts.claim", token=tokens.for_claim(made)),
        days=CONFIRM_FOR.days,
    )


def mail_sign_in_link(user_id: int | None, return_to: str) -> None:
    """Send the link that signs a person in; for nobody, do nothing. Runs outside a transaction."""
    user = queries.by_id(user_id) if user_id is not None else None
    if user is None or user.email is None:
        return
    with transaction():
        made = services.claim(user, email=user.email, return_to=return_to)
    mail.send(
        user.email,
        "accounts/sign_in_link",
        username=user.username,
        link=absolute("accounts.claim", token=tokens.for_claim(made)),
        minutes=SIGN_IN_LINK_FOR.seconds // 60,
    )


def mail_account_closed(user_id: int, for_good: bool) -> None:
    """Tell the owner that their account is closed, while it can be stopped."""
    user = queries.by_id(user_id)
    if user is None or user.email is None or user.deleted_at is None:
        return  # came back, or is forgotten already
    mail.send(
        user.email,
        "accounts/closed",
        username=user.username,
        for_good=for_good,
        sign_in=absolute("accounts.sign_in"),
        days=LEAVE_FOR.days,
    )


def forget_person(user_id: int, for_good: bool) -> None:
    """Forget somebody who has left, unless they came back. Runs outside a transaction."""
    user = queries.by_id(user_id)
    if user is None or user.deleted_at is None or user.email_verified_at is None:
        return  # stays, or is forgotten already
    if not for_good and user.deleted_at > clock.now() - LEAVE_FOR:
        return  # came back and left again: that is another job
    forgetting.forget(user)


def wipe_database(**_: object) -> None:
    """Overwrite what a forgotten person, or words that were covered, have left in the files.

    Runs outside a transaction. Everybody who writes waits for it, so that with a large
    database it waits for the night itself.

    Raises:
        Retry: it is not night yet, or somebody uses just now what would be overwritten.
    """
    until_night = timedelta(hours=(NIGHT - clock.now().hour) % 24)
    if until_night and db_size() > WIPED_AT_ONCE_MAX:
        raise outbox.Retry("The database is large; it is wiped at night.", after=until_night)
    if not wipe():
        raise outbox.Retry("The database is being used.", after=BUSY_AGAIN)


def mail_reset(user_id: int | None) -> None:
    """Send the link with which a person chooses a new password; for nobody, do nothing."""
    user = queries.by_id(user_id) if user_id is not None else None
    if user is None or user.email is None or user.deleted_at is not None:
        return
    mail.send(
        user.email,
        "accounts/reset",
        username=user.username,
        link=absolute("accounts.reset", token=tokens.for_reset(user)),
        minutes=RESET_FOR.seconds // 60,
    )


def mail_password_changed(user_id: int) -> None:
    """Tell a person that their password is another now."""
    user = queries.by_id(user_id)
    if user is None or user.email is None:
        return
    mail.send(
        user.email,
        "accounts/password_changed",
        username=user.username,
        forgot=absolute("accounts.forgot"),
    )


def mail_new_address(user_id: int) -> None:
    """Ask at the new address whether it is theirs.

    If it has an account already, its owner is told instead.
    """
    user = queries.by_id(user_id)
    if user is None or user.new_email is None:
        return  # called off, or confirmed since
    if queries.by_email(user.new_email) is not None:
        mail_known_address(user.new_email)
        return
    mail.send(
        user.new_email,
        "accounts/new_email",
        username=user.username,
        link=absolute("accounts.confirm_email", token=tokens.for_new_email(user)),
        days=CHANGE_EMAIL_FOR.days,
    )


def mail_old_address(user_id: int) -> None:
    """Tell the present address that another one was asked for, while it can be stopped."""
    user = queries.by_id(user_id)
    if user is None or user.email is None or user.new_email is None:
        return
    mail.send(
        user.email,
        "accounts/email_change_asked",
        username=user.username,
        new_email=user.new_email,
        settings=absolute("accounts.change_email"),
        forgot=absolute("accounts.forgot"),
    )
