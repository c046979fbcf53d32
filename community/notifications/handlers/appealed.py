"""Telling people of appeals: who is asked to judge one, and how one's own ended."""

from community.notifications import queries
from community.notifications.models import NotificationKind, Outcome
from community.notifications.queries import Reason
from community.notifications.services import Happening, tell

_ENDED = {
    "upheld": Outcome.HOLDS,
    "overturned": Outcome.FALLS,
    "lapsed": Outcome.LAPSED,
}


def tell_juror(appeal_id: int, user_id: int) -> None:
    """Tell somebody that they were drawn to judge an appeal."""
    _tell(appeal_id, user_id, Outcome.SUMMONED)


def remind_juror(appeal_id: int, user_id: int) -> None:
    """Tell a juror who has not answered that a day is left."""
    _tell(appeal_id, user_id, Outcome.REMINDED)


def tell_moderator(appeal_id: int, user_id: int) -> None:
    """Tell a moderator that they may decide in place of a jury."""
    _tell(appeal_id, user_id, Outcome.ASKED)


def tell_appellant(appeal_id: int, appellant_id: int, state: str, **_: object) -> None:
    """Tell whoever appealed how it ended."""
    _tell(appeal_id, appellant_id, _ENDED[state])


def _tell(appeal_id: int, user_id: int, outcome: Outcome) -> None:
    tell(
        Happening(
            source_key=f"appeal-{appeal_id}-{outcome}",
            topic_id=None,
            appeal_id=appeal_id,
            outcome=outcome,
        ),
        [Reason(NotificationKind.APPEAL, queries.just(user_id))],
    )
