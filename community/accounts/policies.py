"""Who may take part."""

from datetime import datetime

from flask_babel import format_date
from flask_babel import gettext as _

from community.accounts.models import LEAVE_FOR, User
from community.core.policy import YES, Decision, no


def can_take_part(actor: User | None, at: datetime) -> Decision:
    """Tell whether ``actor`` may write or judge anything at all at the moment ``at``."""
    may = has_account(actor)
    return _is_not_suspended(actor, at) if actor is not None and may else may


def has_account(actor: User | None) -> Decision:
    """Tell whether ``actor`` is a member with a confirmed address, suspended or not."""
    if actor is None:
        return no(_("Sign in first; what you typed is kept."))
    if actor.deleted_at is not None or actor.email_verified_at is None:
        return no(_("Confirm your e-mail address first."))
    return YES


def can_ask(actor: User | None, at: datetime) -> Decision:
    """Tell whether ``actor`` may ask: everybody who may take part, and whoever is a guest."""
    if actor is not None and actor.is_guest:
        return _is_not_suspended(actor, at)
    return can_take_part(actor, at)


def can_take_over(owner: User, person: User, at: datetime) -> Decision:
    """Tell whether ``owner`` may have what ``person`` wrote: only of whoever has no account."""
    if not (person.is_guest or person.is_placeholder) or person.deleted_at is not None:
        return no(_("This name belongs to an account, so nobody else can take it over."))
    if owner.deleted_at is not None:
        return no(
            _("Your account is closed. Sign in to open it again, then open the link once more.")
        )
    return can_take_part(owner, at)


def can_stay(person: User, at: datetime) -> Decision:
    """Tell whether ``person``, who has left, may come back: not once they are being forgotten."""
    if person.deleted_at is not None and person.deleted_at <= at - LEAVE_FOR:
        return no(_("This account is being forgotten, and cannot be brought back."))
    return YES


def _is_not_suspended(actor: User, at: datetime) -> Decision:
    if actor.suspended_until is not None and actor.suspended_until > at:
        day = format_date(actor.suspended_until, "d MMMM yyyy")
        return no(_("You can take part again on %(day)s.", day=day))
    return YES
