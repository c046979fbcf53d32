"""What people were told of cases and appeals, in the terms of the handlers that tell it.

Those are `community.notifications.handlers.judged` and ``appealed``; a test compares.
"""

from collections.abc import Collection, Iterator
from typing import TypeAlias

from community.demo.site import Telling
from community.moderation.models import AppealState, DecisionAction
from community.notifications.models import NotificationKind as Kind
from community.notifications.models import Outcome
from community.notifications.services import Happening

News: TypeAlias = tuple[Happening, Kind, Collection[int]]  # what, why, and who is told

_ENDED = {
    AppealState.UPHELD: Outcome.HOLDS,
    AppealState.OVERTURNED: Outcome.FALLS,
    AppealState.LAPSED: Outcome.LAPSED,
}


def news_of(told: Telling) -> Iterator[News]:
    """Yield what a handler of cases and appeals told; nothing for any other handler."""
    said = told.payload
    match told.handler:
        case "tell_juror":
            yield _of_appeal(told, Outcome.SUMMONED), Kind.APPEAL, {said["user_id"]}
        case "tell_appellant":
            ended = _ENDED[AppealState(said["state"])]
            yield _of_appeal(told, ended), Kind.APPEAL, {said["appellant_id"]}
        case "tell_of_decision" if said["action"] in set(Outcome):
            outcome = Outcome(said["action"])
            yield _of_decision(told, outcome), Kind.DECIDED, {said["person_id"]}
        case "tell_of_judged_flags":
            outcome = Outcome.UPHELD if said["was_upheld"] else Outcome.DECLINED
            yield _of_decision(told, outcome), Kind.FLAG_JUDGED, said["reporters"]
        case "tell_of_overturned":
            was_kept = said["action"] == DecisionAction.KEEP
            outcome = Outcome.REMOVE if was_kept else Outcome.OVERTURNED
            end = "-overturned"
            yield _of_decision(told, outcome, end), Kind.DECIDED, {said["person_id"]}
            again = _of_decision(told, Outcome.OVERTURNED, end)
            yield again, Kind.FLAG_JUDGED, said.get("reporters", ())
        case _:
            pass


def _of_appeal(told: Telling, outcome: Outcome) -> Happening:
    appeal_id = told.payload["appeal_id"]
    return Happening(
        source_key=f"appeal-{appeal_id}-{outcome}",
        topic_id=None,
        appeal_id=appeal_id,
        outcome=outcome,
    )


def _of_decision(told: Telling, outcome: Outcome, end: str = "") -> Happening:
    said = told.payload
    return Happening(
        source_key=f"decision-{said['decision_id']}{end}",
        topic_id=said["topic_id"],
        reply_id=said["reply_id"],
        decision_id=said["decision_id"],
        outcome=outcome,
    )
