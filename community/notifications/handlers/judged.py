"""Telling people what moderators decided: about what they wrote, and about their flags.

What is out of sight by now is told of all the same, to those whom it concerns.
"""

from collections.abc import Collection

from sqlalchemy import Select, select

from community.accounts.models import User
from community.notifications import queries
from community.notifications.models import NotificationKind, Outcome
from community.notifications.queries import Reason
from community.notifications.services import Happening, tell

KEPT = "keep"  # of which its author need not hear: nothing has happened to them


def tell_of_decision(
    decision_id: int,
    action: str,
    person_id: int,
    topic_id: int | None,
    reply_id: int | None,
    **_: object,
) -> None:
    """Tell an author what became of a post, or of themselves."""
    if action not in set(Outcome):
        return  # it stays as it is
    tell(
        _happening(f"decision-{decision_id}", decision_id, Outcome(action), topic_id, reply_id),
        [Reason(NotificationKind.DECIDED, queries.just(person_id))],
    )


def tell_of_overturned(
    decision_id: int,
    action: str,
    person_id: int,
    topic_id: int | None,
    reply_id: int | None,
    *,
    reporters: Collection[int] = (),
    **_: object,
) -> None:
    """Tell an author that a decision was taken back; or, where a post had been kept, that it is gone.

    Whoever flagged it hears that their flag was judged again.
    """
    outcome = Outcome.REMOVE if action == KEPT else Outcome.OVERTURNED
    key = f"decision-{decision_id}-overturned"
    tell(
        _happening(key, decision_id, outcome, topic_id, reply_id),
        [Reason(NotificationKind.DECIDED, queries.just(person_id))],
    )
    if reporters:
        tell(
            _happening(key, decision_id, Outcome.OVERTURNED, topic_id, reply_id),
            [Reason(NotificationKind.FLAG_JUDGED, _people(reporters))],
        )


def tell_of_judged_flags(
    decision_id: int,
    reporters: Collection[int],
    was_upheld: bool,
    topic_id: int | None,
    reply_id: int | None,
    **_: object,
) -> None:
    """Tell whoever flagged something what came of it."""
    if not reporters:
        return
    outcome = Outcome.UPHELD if was_upheld else Outcome.DECLINED
    tell(
        _happening(f"decision-{decision_id}", decision_id, outcome, topic_id, reply_id),
        [Reason(NotificationKind.FLAG_JUDGED, _people(reporters))],
    )


def _people(ids: Collection[int]) -> Select[int]:
    return select(User.id.label("user_id")).where(User.id.in_(list(ids)))


def _happening(
    source_key: str,
    decision_id: int,
    outcome: Outcome,
    topic_id: int | None,
    reply_id: int | None,
) -> Happening:
    return Happening(
        source_key=source_key,
        topic_id=topic_id,
        reply_id=reply_id,
        decision_id=decision_id,
        outcome=outcome,
    )
