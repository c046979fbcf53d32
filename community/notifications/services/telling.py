"""Telling people: one notification for one thing, however often and why ever they are told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from community.core import clock, outbox
from community.core.db import db, reading, transaction
from community.core.sql import changed, insert
from community.notifications import queries
from community.notifications.models import Delivery, Notification, Outcome
from community.notifications.queries import Reason, Recipient

BATCH = 500  # people told in one transaction: others write in between
KEEP_FOR = timedelta(days=365)  # read or not, in the bell
GATHER_FOR = timedelta(minutes=1)  # what happens in a topic meanwhile comes in one mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What people are told of.

    ``source_key`` names it: whoever was told of it in the same kind is not told again.
    """

    source_key: str
    topic_id: int | None
    actor_id: int | None = None
    reply_id: int | None = None
    change_id: int | None = None
    number: int | None = None
    decision_id: int | None = None
    appeal_id: int | None = None
    outcome: Outcome | None = None


def tell(what: Happening, reasons: Sequence[Reason], *, but: Collection[int] = ()) -> int:
    """Tell everybody who has one of ``reasons``, but who did it. Return how many are new.

    Opens transactions of its own, one for each `BATCH` of people, and owes the mails in
    the same ones. Broken off and begun again, it tells the others.

    Args:
        reasons: the weightiest first; it counts for who has several.
        but: more people who are not told.
    """
    if not reasons:
        return 0
    left_out = {*but, *([what.actor_id] if what.actor_id is not None else [])}
    with reading():
        told = queries.audience(reasons, but=left_out)
    new = 0
    for start in range(0, len(told), BATCH):
        with transaction():
            new += _write(what, told[start : start + BATCH])
    return new


def prune_news() -> int:
    """Forget what people were told long ago. Return how much.

    What came first has the lowest ids, so only what goes is read, `BATCH` at a time.
    """
    gone, before = 0, clock.now() - KEEP_FOR
    while True:
        with transaction():
            first = select(Notification.id).order_by(Notification.id).limit(BATCH)
            old = Notification.created_at < before
            pruned = changed(delete(Notification).where(Notification.id.in_(first), old))
        gone += pruned
        if pruned < BATCH:
            return gone


def _write(what: Happening, told: Sequence[Recipient]) -> int:
    now = clock.now()
    rows = [
        {
            "user_id": one.user_id,
            "kind": one.kind,
            "search_id": one.search_id,
            "topic_id": what.topic_id,
            "actor_id": what.actor_id,
            "reply_id": what.reply_id,
            "change_id": what.change_id,
            "number": what.number,
            "decision_id": what.decision_id,
            "appeal_id": what.appeal_id,
            "outcome": what.outcome,
            "source_key": what.source_key,
            "created_at": now,
            # Whoever wants no mail of this kind has it, so to say, already.
            "mailed_at": now if one.delivery is Delivery.NEVER else None,
        }
        for one in told
    ]
    written = insert(Notification).on_conflict_do_nothing().returning(Notification.user_id)
    new = set(db.session.scalars(written, rows))
    outbox.publish_all(
        "news.waiting",
        [
            {"user_id": one.user_id, "topic_id": what.topic_id}
            for one in told
            if one.user_id in new and one.delivery is Delivery.AT_ONCE
        ],
        after=GATHER_FOR,
    )
    return len(new)
