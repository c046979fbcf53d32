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

Kind = NotificationKind

AGAIN = "-overturned"  # of the key of news of a decision that was taken back
HARMLESS = {"keep", "release"}  # nothing was taken from anybody by these


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
    author = queries.just(person_id)
    _tell(Kind.DECIDED, author, decision_id, Outcome(action), topic_id=topic_id, reply_id=reply_id)


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
    """Tell an author that a decision was taken back, and whoever flagged that it was judged again.

    Where a post had been kept, nothing was done to its author; what is done now is told by itself.
    """
    if action not in HARMLESS:
        _tell(
            Kind.DECIDED,
            queries.just(person_id),
            decision_id,
            Outcome.OVERTURNED,
            topic_id=topic_id,
            reply_id=reply_id,
            step=AGAIN,
        )
    if reporters:
        people, outcome = _people(reporters), Outcome.OVERTURNED
        _tell(
            Kind.FLAG_JUDGED,
            people,
            decision_id,
            outcome,
            topic_id=topic_id,
            reply_id=reply_id,
            step=AGAIN,
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
    people = _people(reporters)
    _tell(Kind.FLAG_JUDGED, people, decision_id, outcome, topic_id=topic_id, reply_id=reply_id)


def _people(ids: Collection[int]) -> Select[int]:
    return select(User.id.label("user_id")).where(User.id.in_(list(ids)))


def _tell(
    kind: NotificationKind,
    people: Select[int],
    decision_id: int,
    outcome: Outcome,
    *,
    topic_id: int | None,
    reply_id: int | None,
    step: str = "",
) -> None:
    """Tell people of an outcome. ``step`` sets it apart from an earlier one of the same decision."""
    happening = Happening(
        source_key=f"decision-{decision_id}{step}",
        topic_id=topic_id,
        reply_id=reply_id,
        decision_id=decision_id,
        outcome=outcome,
    )
    tell(happening, [Reason(kind, people)])
