"""Offices: who is a moderator or a trusted member, by hand. Each change is in the public log."""

from flask_babel import gettext as _

from community.accounts.models import User
from community.core import clock, outbox
from community.core.errors import Invalid
from community.core.sql import change, lock
from community.moderation import policies
from community.moderation.models import LogAction, LogRole
from community.moderation.models.offices import Office, is_held_by
from community.moderation.services import log


def appoint(actor: User | None, person: User, office: Office, *, holds: bool, reason: str) -> bool:
    """Give somebody an office, or take it away. Return False if they had it, or had it not.

    Args:
        holds: whether they hold it from now on.
        reason: 1 to `REASON_MAX` characters, for everybody to read.

    Raises:
        NotAllowed: the actor is no operator.
        Invalid: there is no reason, it is too long, or the person cannot hold an office.
    """
    policies.can_appoint(actor, office, at=clock.now()).require()
    assert actor is not None  # can_appoint refuses None
    return _appoint(person, office, holds=holds, reason=reason, by=actor.username)


def appoint_at_console(person: User, office: Office, *, holds: bool, reason: str) -> bool:
    """Do the same for whoever runs the server; operators are appointed only so.

    Raises:
        Invalid: there is no reason, it is too long, or the person cannot hold an office.
    """
    return _appoint(person, office, holds=holds, reason=reason)


def _appoint(person: User, office: Office, *, holds: bool, reason: str, by: str = "") -> bool:
    reason = log.reason_said(reason)
    if holds and (person.deleted_at is not None or person.email_verified_at is None):
        raise Invalid(_("Only somebody with a confirmed account can hold an office."))
    lock(person)
    if is_held_by(person, office) is holds:
        return False
    if office is Office.TRUSTED:
        change(person, trusted_since=clock.now() if holds else None)
    elif office is Office.MODERATOR:
        change(person, is_moderator=holds)
    else:
        change(person, is_admin=holds)
    entry = log.append(
        LogAction.APPOINT,
        role=LogRole.OPERATOR,
        target=f"person {person.id}",
        details={"office": office.value, "change": "given" if holds else "taken"},
        texts={"person": person.username, "reason": reason} | ({"operator": by} if by else {}),
    )
    outbox.publish(
        "office.changed", user_id=person.id, office=office.value, holds=holds, log_seq=entry.seq
    )
    return True
