"""What others see of a person."""

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from community.accounts import naming
from community.accounts.models import ABOUT_MAX, LANGUAGE_MAX, TIME_ZONE_MAX, User
from community.accounts.services.joining import require_free
from community.core import text
from community.core.db import db
from community.core.errors import Conflict, Invalid
from community.core.names import folded
from community.core.sql import changed


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


def choose_reading(user: User, *, time_zone: str, language: str) -> None:
    """Set how pages are shown to ``user``.

    Args:
        time_zone: a name of the IANA database; "" for UTC, and the device's where it can tell.
        language: "" for what the browser says.
    """
    user.time_zone = time_zone[:TIME_ZONE_MAX]
    user.language = language[:LANGUAGE_MAX]


def choose_username(user: User, username: str) -> None:
    """Let whoever came as a guest choose a user name, once.

    Raises:
        Invalid: it cannot be used, or it is taken.
        Conflict: a name was chosen before.
    """
    username = naming.accepted_username(username)
    require_free(username)
    given = user.username
    chosen_before = Conflict(_("You have chosen your user name already."))
    if not naming.is_guest_name(given):
        raise chosen_before
    try:
        with db.session.begin_nested():
            chosen = changed(
                update(User)
                .where(User.id == user.id, User.username == given)
                .values(username=username, username_key=folded(username))
            )
    except IntegrityError:
        require_free(username)  # somebody was faster
        raise
    db.session.refresh(user)
    if not chosen:
        raise chosen_before
