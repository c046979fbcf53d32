"""What accounts keep about a person: their row, where they are signed in, links that wait."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select

from community.accounts import naming
from community.accounts.models import PersonClaim, Session, SignUp, User
from community.core import clock
from community.core.db import db
from community.core.names import folded


def export(user: User) -> Mapping[str, Any]:
    """Return what accounts keep: the person's row and where they are signed in."""
    sessions = db.session.scalars(
        select(Session).where(Session.user_id == user.id).order_by(Session.id)
    )
    return {
        "username": user.username,
        "name": user.display_name,
        "about": user.about,
        "email": user.email,
        "email_confirmed_at": user.email_verified_at,
        "new_email": user.new_email,
        "time_zone": user.time_zone,
        "language": user.language,
        "joined_at": user.created_at,
        "imported_as": user.source_key,
        "suspended_until": user.suspended_until,
        "sessions": [
            {"device": one.device, "started_at": one.started_at, "last_used_at": one.seen_at}
            for one in sessions
        ],
    }


def forget(user: User) -> None:
    """Empty the person's row, and remove everything that waits for them to do something.

    Comes last of all: what others forget is found by the names in the row.
    """
    addresses = [address for address in (user.email, user.new_email) if address]
    theirs = or_(SignUp.email.in_(addresses), SignUp.username_key == user.username_key)
    db.session.execute(delete(SignUp).where(theirs))
    _let_go(user, PersonClaim.email.in_(addresses))
    user.username = naming.former_name(user.id)
    user.username_key = folded(user.username)
    user.display_name = user.about = user.time_zone = user.language = ""
    user.email = user.new_email = user.password_hash = None
    user.source_key = user.source_email_digest = None
    user.email_verified_at = user.email_bounced_at = user.suspended_until = None
    user.is_moderator = user.is_admin = False
    user.deleted_at = user.deleted_at or clock.now()


def move(from_user: User, to_user: User) -> None:
    """Remove the first person, who has no posts any more; keep the key of their import."""
    _let_go(from_user)
    source_key, digest = from_user.source_key, from_user.source_email_digest
    db.session.delete(from_user)
    db.session.flush()  # the key is unique: it has to be free before it is taken
    if to_user.source_key is None:  # else a later import makes them anew, to be claimed again
        to_user.source_key = source_key
        to_user.source_email_digest = digest


def _let_go(user: User, *claims: ColumnElement[bool]) -> None:
    """End every session of ``user`` and make every link void that leads to them."""
    db.session.execute(delete(Session).where(Session.user_id == user.id))
    db.session.execute(delete(PersonClaim).where(or_(PersonClaim.user_id == user.id, *claims)))
