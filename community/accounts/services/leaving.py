"""Leaving: closed at once, forgotten after a while in which one may come back."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import or_

from community.accounts import policies
from community.accounts.models import LEAVE_FOR, User
from community.accounts.services.signing_in import sign_out_everywhere
from community.core import clock, outbox
from community.core.errors import Conflict
from community.core.sql import change


def leave(user: User, *, for_good: bool = False) -> None:
    """Close an account: from now on its posts are those of a former member.

    Closed already, it stays as it is, unless that is to be for good now.

    Args:
        for_good: forget the person now, and not only after `LEAVE_FOR`: that time counts as
            over, so that nobody comes back who is being forgotten.
    """
    closed_at = clock.now() - LEAVE_FOR if for_good else clock.now()
    is_open_longer = or_(User.deleted_at.is_(None), User.deleted_at > closed_at)
    if not change(user, is_open_longer, deleted_at=closed_at, new_email=None):
        return
    sign_out_everywhere(user)
    outbox.publish("account.closed", user_id=user.id, for_good=for_good)
    after = timedelta(0) if for_good else LEAVE_FOR
    outbox.publish("person.left", after=after, user_id=user.id, for_good=for_good)


def stay(user: User) -> None:
    """Open an account again whose owner has left and changed their mind.

    Raises:
        NotAllowed: the person is being forgotten.
        Conflict: that has begun a moment ago.
    """
    now = clock.now()
    policies.can_stay(user, at=now).require()
    if not change(user, User.deleted_at > now - LEAVE_FOR, deleted_at=None):
        raise Conflict(_("This account is being forgotten, and cannot be brought back."))
    outbox.publish("person.returned", user_id=user.id)
