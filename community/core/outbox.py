"""What a change owes: jobs written in the change's own transaction, done by the worker.

A change calls `publish`; every subscriber of the event gets a row. After the commit
the worker is nudged (`community.core.jobs`), and a sweep each minute finds what no
nudge told of, so a dead process loses nothing.

A row is *claimed* for `LEASE` before its handler runs. A worker that dies leaves its
claims to run out, then the row is due again: handlers run **at least once** and must
end in the same state however often they run.

A handler runs in one transaction with the note that it is done, unless it is subscribed
with ``alone``: one that talks to another machine, or works through thousands of rows, opens
transactions of its own, so that nobody waits for a lock meanwhile.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, String, Text, delete, func, insert, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, IntPK, db, transaction
from community.core.sql import changed

LEASE = timedelta(minutes=1)  # how long a claimed row is left alone
BATCH = 200  # rows claimed at once
ATTEMPTS_MAX = 12
BACK_OFF_MAX = timedelta(days=1)
KEEP_DONE = timedelta(days=7)
KEEP_FAILED = timedelta(days=90)  # for the operator to look at
OWES = "owes"  # in the session's info, from `publish` to the commit that makes it true
NOBODY = "nobody"  # the handler of an event that nobody listens to
OPEN = "done_at IS NULL AND failed_at IS NULL"

log = logging.getLogger(__name__)

Payload = dict[str, Any]
Handler = Callable[..., None]


class OutboxRow(Base):
    """One job that is owed, or was done."""

    __tablename__ = "outbox"

    id: Mapped[IntPK]
    event: Mapped[str] = mapped_column(String(60))
    handler: Mapped[str] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    run_after: Mapped[datetime] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]  # given up after `ATTEMPTS_MAX`

    __table_args__ = (
        Index(
            "ix_outbox_due",
            "run_after",
            "id",
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
    )


@dataclass(frozen=True)
class Subscription:
    """Who wants to hear of an event, and how it is called (see `subscribe`)."""

    name: str
    handler: Handler
    batch: bool
    alone: bool
    patient: bool


_NEWEST = select(func.max(OutboxRow.id))
_subscriptions: dict[str, list[Subscription]] = defaultdict(list)
_by_name: dict[str, Subscription] = {}


class Retry(Exception):
    """Raised by a handler that could not run just now, through no fault: try again soon."""

    def __init__(self, why: str, *, after: timedelta) -> None:
        super().__init__(why)
        self.after = after


def subscribe(
    event: str,
    handler: Handler,
    *,
    batch: bool = False,
    alone: bool = False,
    patient: bool = False,
) -> None:
    """Call ``handler`` with the payload of every ``event`` (all wiring is in `community.wiring`).

    Args:
        event: past tense, ``noun.verb``.
        handler: takes the payload as keyword arguments; with ``batch``, one sequence
            of payloads.
        batch: hand over all due rows of this handler in one call.
        alone: call it outside any transaction; it opens its own where it writes.
        patient: it waits until nothing else is due, however much of it there is.
    """
    name = f"{handler.__module__}.{handler.__qualname__}"
    subscription = Subscription(name, handler, batch=batch, alone=alone, patient=patient)
    if all(known.name != name for known in _subscriptions[event]):
        _subscriptions[event].append(subscription)
    _by_name[name] = subscription


def subscriptions() -> dict[str, list[str]]:
    """Return the names of the handlers of each event, for the documentation's test."""
    return {event: [known.name for known in found] for event, found in _subscriptions.items()}


def publish(event: str, *, after: timedelta = timedelta(0), **payload: Any) -> None:
    """Owe one job per subscriber of ``event``, in the caller's transaction.

    An event that nobody listens to leaves a row as well, which is done already: a newer
    row is how pages that are kept learn of a change (`newest_id`).

    ``payload`` holds ids and plain values, never model instances: by the time a
    handler runs, the row may have changed or gone.

    Args:
        after: how long the worker leaves it alone.
    """
    publish_all(event, [payload], after=after)


def publish_all(
    event: str, payloads: Iterable[Payload], *, after: timedelta = timedelta(0)
) -> None:
    """Publish ``event`` once for each of ``payloads``, all in one statement (see `publish`)."""
    now = clock.now()
    subscriptions = _subscriptions.get(event, ())
    ends: list[dict[str, Any]]
    if subscriptions:
        ends = [{"handler": one.name, "done_at": None} for one in subscriptions]
        db.session.info[OWES] = True
    else:
        ends = [{"handler": NOBODY, "done_at": now}]
    rows = [
        {"event": event, "payload": payload, "run_after": now + after, **end}
        for payload in payloads
        for end in ends
    ]
    if rows:
        db.session.execute(insert(OutboxRow), rows)


def owed(event: str) -> list[OutboxRow]:
    """Return what is owed after ``event``, due or not, for somebody who does it all at once."""
    rows = select(OutboxRow).where(text(OPEN), OutboxRow.event == event).order_by(OutboxRow.id)
    return list(db.session.scalars(rows))


def settle(rows: Iterable[OutboxRow]) -> None:
    """Note that these jobs are done, in the caller's transaction."""
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_([row.id for row in rows]))
        .values(done_at=clock.now(), last_error=None)
    )


def deliver_due() -> int:
    """Run what is due until nothing is. Return how many rows were tried."""
    tried = 0
    while rows := _claim():
        tried += len(rows)
        _run(rows)
    return tried


def waiting() -> int:
    """Return how many rows are owed, due or not."""
    return db.session.scalar(select(func.count()).select_from(OutboxRow).where(text(OPEN))) or 0


def newest_id() -> int:
    """Return the id of the newest row: another one means that something was published."""
    return db.session.scalar(_NEWEST) or 0


def prune() -> int:
    """Forget what was done or given up long ago. Return how many rows went."""
    now = clock.now()
    old = or_(OutboxRow.done_at < now - KEEP_DONE, OutboxRow.failed_at < now - KEEP_FAILED)
    with transaction():
        return changed(delete(OutboxRow).where(old))


def _claim() -> list[OutboxRow]:
    """Take what one call of a handler needs: a due row, or those of a batch handler.

    Nothing is taken before its turn, so the lease covers the call and no waiting. Two
    workers never get the same row: on SQLite the transaction holds the write lock, on
    PostgreSQL the rows are locked and another's are skipped.
    """
    with transaction():
        now = clock.now()
        due = (
            select(OutboxRow)
            .where(text(OPEN), OutboxRow.run_after <= now)
            .order_by(OutboxRow.run_after, OutboxRow.id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        patient = [one.name for one in _by_name.values() if one.patient]
        rows = list(db.session.scalars(due.where(OutboxRow.handler.not_in(patient)).limit(1)))
        if not rows and patient:
            rows = list(db.session.scalars(due.limit(1)))
        if rows and _is_batch(rows[0].handler):
            same = due.where(OutboxRow.handler == rows[0].handler).limit(BATCH)
            rows = list(db.session.scalars(same))
        for row in rows:
            row.run_after = now + LEASE
            row.attempts += 1
    return rows


def _is_batch(name: str) -> bool:
    return name in _by_name and _by_name[name].batch


def _run(rows: list[OutboxRow]) -> None:
    """Call the handler of ``rows``; note in the same transaction that they are done."""
    name, ids = rows[0].handler, [row.id for row in rows]
    try:
        subscription = _by_name[name]
        if subscription.alone:
            _call(subscription, rows)
        with transaction():
            if not subscription.alone:
                _call(subscription, rows)
            settle(rows)
    except Retry as reason:
        log.info("%s waits %s: %s", name, reason.after, reason)
        _put_back(ids, reason)
    except Exception as error:  # a handler's fault must not stop the others
        if len(rows) > 1:  # nor one bad row its batch
            for row in rows:
                _run([row])
            return
        log.exception("%s failed for outbox row %s", name, ids)
        _note_failure(rows[0], error)


def _call(subscription: Subscription, rows: list[OutboxRow]) -> None:
    try:
        if subscription.batch:
            subscription.handler([row.payload for row in rows])
        else:
            subscription.handler(**rows[0].payload)
    except BaseException:
        db.session.rollback()  # what a handler that is alone has begun
        raise


def _put_back(ids: list[int], reason: Retry) -> None:
    with transaction():
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_(ids))
            .values(
                run_after=clock.now() + reason.after,
                attempts=OutboxRow.attempts - 1,
                last_error=str(reason),
            )
        )


def _first_line(error: Exception) -> str:
    """Return what went wrong. Databases tell in further lines what they were given."""
    return str(error).partition("\n")[0][:2000]


def _note_failure(row: OutboxRow, error: Exception) -> None:
    """Back off ``2 ** attempts`` minutes, at most a day; give up after `ATTEMPTS_MAX`."""
    now = clock.now()
    with transaction():
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == row.id)
            .values(
                last_error=f"{type(error).__name__}: {_first_line(error)}",
                run_after=now + min(timedelta(minutes=2**row.attempts), BACK_OFF_MAX),
                failed_at=now if row.attempts >= ATTEMPTS_MAX else None,
            )
        )
