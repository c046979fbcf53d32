"""The worker: Huey runs what the outbox owes, when nudged and once a minute.

Huey's own queue holds only nudges ("look into the outbox"), never the work itself, so
that losing the queue loses nothing.
"""

import gc
import logging
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app
from huey import SqliteHuey, crontab
from huey.api import Huey, MemoryHuey
from sqlalchemy import event
from sqlalchemy.orm import Session

from community.core import outbox
from community.core.db import db

log = logging.getLogger(__name__)
_nightly: list[Callable[[], Any]] = [outbox.prune]
_often: list[Callable[[], Any]] = []
_spare: list[Callable[[], bool]] = []
_is_spare_waiting = threading.Event()  # in the queue of this process


def init_app(app: Flask) -> None:
    """Give ``app`` its queue and the tasks that the worker runs."""
    huey = _queue(app)

    def in_context(work: Callable[[], Any]) -> Callable[[], None]:
        def run() -> None:
            with app.app_context():
                work()

        return run

    def use_spare_time() -> None:
        _is_spare_waiting.clear()
        if do_spare():
            call_spare()

    app.extensions["huey"] = huey
    # Below everything else in the queue, and a little at a time: whatever comes goes first.
    app.extensions["spare"] = huey.task(name="spare", priority=-1)(in_context(use_spare_time))
    huey.periodic_task(crontab(minute="*"), name="spare_minute")(in_context(call_spare))
    app.extensions["nudge"] = huey.task(name="deliver")(in_context(outbox.deliver_due))
    huey.periodic_task(crontab(minute="*"), name="sweep")(in_context(outbox.deliver_due))
    huey.periodic_task(crontab(minute="*/15"), name="quarter")(in_context(do_often))
    huey.periodic_task(crontab(hour="4", minute="7"), name="night")(in_context(do_nightly))


def nightly(work: Callable[[], Any]) -> None:
    """Run ``work`` once a night (all wiring is in `community.wiring`)."""
    if work not in _nightly:
        _nightly.append(work)


def often(work: Callable[[], Any]) -> None:
    """Run ``work`` every quarter of an hour, on the quarter (all wiring is in `community.wiring`)."""
    if work not in _often:
        _often.append(work)


def in_spare_time(work: Callable[[], bool]) -> None:
    """Run ``work`` while nothing else is to be done (all wiring is in `community.wiring`).

    Args:
        work: takes about half a second, and returns whether there is more to do. Asked again
            after everything else that is due, and each minute.
    """
    if work not in _spare:
        _spare.append(work)


def call_spare() -> None:
    """Have the worker look soon for what waits for spare time."""
    if not _is_spare_waiting.is_set():
        _is_spare_waiting.set()
        current_app.extensions["spare"]()


def do_spare() -> bool:
    """Do a little of what waits for spare time, each whether or not another fails.

    Return whether there is more; what fails is tried again in a minute.
    """
    more = False
    for each in _spare:
        try:
            more |= each()
        except Exception:
            log.exception("%s failed; it is tried again in a minute.", each.__qualname__)
    return more


def do_nightly() -> None:
    """Do what is done once a night; one failure does not keep the rest from being done."""
    _do(_nightly, "%s failed tonight; it is tried again tomorrow.")


def do_often() -> None:
    """Do what is done every quarter of an hour, each whether or not another fails."""
    _do(_often, "%s failed; it is tried again in a quarter of an hour.")


def _do(works: list[Callable[[], Any]], complaint: str) -> None:
    for each in works:
        try:
            each()
        except Exception:
            log.exception(complaint, each.__qualname__)


def work(app: Flask) -> None:
    """Run the worker in this process until it is told to stop (SIGINT or SIGTERM).

    SIGTERM, which supervisors send, lets the job in hand be finished.
    What was left from an earlier life is delivered first, without waiting for a nudge.
    """
    app.extensions["nudge"]()
    gc.freeze()  # the application stays for good: the collector need not go through it
    # One thread: the index has one writer, and a handler is short.
    app.extensions["huey"].create_consumer(
        workers=1,
        worker_type="thread",
        initial_delay=0.05,
        max_delay=0.5,
        graceful_signal="TERM",
    ).run()


def _queue(app: Flask) -> Huey:
    if app.testing:  # tests deliver by hand
        return MemoryHuey("community")
    settings = app.config["SETTINGS"]
    return SqliteHuey("community", filename=str(settings.data_dir / "jobs.sqlite3"))


@event.listens_for(db.session, "after_commit")
def _nudge(session: Session) -> None:
    if not session.info.pop(outbox.OWES, False) or current_app.testing:
        return
    try:
        current_app.extensions["nudge"]()
    except Exception:  # the job is safe in the outbox; only the news of it was lost
        log.exception("The worker could not be nudged; the sweep will find the work.")


@event.listens_for(db.session, "after_rollback")
def _forget_what_was_owed(session: Session) -> None:
    session.info.pop(outbox.OWES, None)
