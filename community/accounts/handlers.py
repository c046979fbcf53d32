"""The mails that accounts owe. Tokens are made here, at the last moment."""

from community.accounts import queries, tokens
from community.accounts.models import CHANGE_EMAIL_FOR, CONFIRM_FOR, RESET_FOR
from community.core import mail
from community.core.links import absolute


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
