"""Leaving: closed at once, forgotten after a while in which one may come back."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import update

from community.accounts.models import LEAVE_FOR, User
from community.accounts.services.signing_in import sign_out_everywhere
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Conflict
from community.core.sql import changed


def leave(user: User, *, for_good: bool = False) -> None:
    """Close an account: from now on its posts are those of a former member.

    Args:
        for_good: forget the person now, and not only after `LEAVE_FOR`.
    """
    user.deleted_at = clock.now()
    user.new_email = None
    sign_out_everywhere(user)
    outbox.publish("account.closed", user_id=user.id, for_good=for_good)
    after = timedelta(0) if for_good else LEAVE_FOR
    outbox.publish("person.left", after=after, user_id=user.id, for_good=for_good)


def stay(user: User) -> None:
    """Open an account again whose owner has left and changed their mind.

    Raises:
        Conflict: the person has been forgotten.
    """
    came_back = changed(
        update(User)
        .where(User.id == user.id, User.email_verified_at.is_not(None))
        .values(deleted_at=None)
    )
    if not came_back:
        raise Conflict(_("This account has been forgotten, and cannot be brought back."))
    db.session.refresh(user)
    outbox.publish("person.returned", user_id=user.id)
