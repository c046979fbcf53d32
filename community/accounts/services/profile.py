"""What others see of a person."""

from flask_babel import gettext as _

from community.accounts import naming
from community.accounts.models import ABOUT_MAX, User
from community.core import text
from community.core.errors import Invalid


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
