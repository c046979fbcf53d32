"""Who may add a picture."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from community.accounts.models import User
from community.accounts.policies import can_take_part
from community.core.policy import YES, Decision, no
from community.pictures.models import Picture

DAY = timedelta(days=1)
COUNT_MAX = 100  # pictures a person and day
SIZE_MAX = 50 * 1024 * 1024  # bytes that they take together, as we keep them


def can_add(actor: User | None, *, count: int, size: int, at: datetime) -> Decision:
    """Tell whether ``actor`` may add another picture.

    Args:
        count: how many they have added within the last `DAY`.
        size: how many bytes those take.
    """
    if not (decision := can_take_part(actor, at)):
        return decision
    if count >= COUNT_MAX or size >= SIZE_MAX:
        return no(_("You have added many pictures today. More can follow tomorrow."))
    return YES


def can_see_withheld(actor: User | None, picture: Picture, *, judges: bool) -> Decision:
    """Open a picture of a post out of sight: who sent it, and who judges that post.

    Args:
        judges: whether the actor does; nobody with a stake in the company does (rule N12).
    """
    if actor is not None and (judges or actor.id == picture.uploaded_by_id):
        return YES
    return no(_("This picture belongs to a post that was taken out of sight."))
