"""Guests: people who ask with an address alone, and confirm it afterwards."""

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from community.accounts import naming
from community.accounts.models import CONFIRM_FOR, GUEST_TOPICS_MAX, PersonClaim, User
from community.accounts.services.claims import claim
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Conflict, Invalid
from community.core.names import folded

TRIES = 5  # at a number that nobody has


def welcome_guest(email: str) -> User:
    """Make a person for somebody without an account, and owe the mail with their link.

    The same is done whether or not the address has an account; what the link leads to is
    decided when it is opened.

    Args:
        email: as it was typed.

    Raises:
        Invalid: this is not an address, or as many as may wait for it to be confirmed do.
    """
    email = naming.accepted_email(email)
    waiting = db.session.scalar(
        select(func.count())
        .select_from(PersonClaim)
        .join(User, User.id == PersonClaim.user_id)
        .where(
            PersonClaim.email == email,
            PersonClaim.asked_at > clock.now() - CONFIRM_FOR,
            User.email.is_(None),
            User.source_key.is_(None),
        )
    )
    if waiting is not None and waiting >= GUEST_TOPICS_MAX:
        raise Invalid(
            _(
                "What was asked with this address before waits to be confirmed. Open the link in the mail, then ask on."
            ),
            field="email",
        )
    guest = _new_guest()
    made = claim(guest, email=email, return_to="/")  # `lead_guest` says where to, later
    outbox.publish("address.claimed", claim_id=made.id)
    return guest


def lead_guest(guest: User, return_to: str) -> None:
    """Let the link that a guest was sent lead to this local path."""
    db.session.execute(
        update(PersonClaim).where(PersonClaim.user_id == guest.id).values(return_to=return_to)
    )


def _new_guest() -> User:
    """Make a person with a user name that nobody has and nobody can choose."""
    for _try in range(TRIES):
        username = naming.guest_name()
        guest = User(username=username, username_key=folded(username))
        try:
            with db.session.begin_nested():
                db.session.add(guest)
        except IntegrityError:
            continue
        return guest
    raise Conflict(_("This cannot be taken just now. Try once more."))
