"""What somebody can be on the site besides a member. The columns are those of the person."""

import enum

from community.accounts.models import User


class Office(enum.StrEnum):
    """What operators give and take; none of them is a company's to give."""

    TRUSTED = "trusted"  # may be drawn to judge appeals
    MODERATOR = "moderator"
    OPERATOR = "operator"  # given at the server itself


def is_held_by(person: User, office: Office) -> bool:
    """Tell whether somebody holds an office."""
    if office is Office.TRUSTED:
        return person.trusted_since is not None
    return bool(person.is_moderator if office is Office.MODERATOR else person.is_admin)
