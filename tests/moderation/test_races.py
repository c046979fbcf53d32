"""Two moderators, one case, at once: one lease and one decision. Two people, one post: one case."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.models import User
from community.core.db import db, transaction
from community.core.errors import Conflict
from community.moderation.models import Case, Decision, DecisionAction, Flag, LogEntry
from community.moderation.queries import judging
from community.moderation.services import lease
from community.moderation.services.decide import Ruling, decide
from community.moderation.services.flag import flag
from community.topics.models import Reply, Rule, Tombstone
from tests.factories import make_reply, make_user
from tests.moderation.trials import KEPT, REMOVED, case_of, moderator

ROUNDS = 5


def at_once(app: Flask, *steps: Callable[[], None]) -> list[Exception | None]:
    """Run steps in threads that begin together, each in a transaction; return what each raised."""
    start = threading.Barrier(len(steps))
    came_of: list[Exception | None] = [None] * len(steps)

    def run(number: int, step: Callable[[], None]) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    step()
            except Exception as error:  # noqa: BLE001 (the test looks at it)
                came_of[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came_of


def furnish() -> tuple[int, int, list[int]]:
    """Return the ids of a case, its reply and two moderators."""
    with transaction():
        reply = make_reply()
        return case_of(reply).id, reply.id, [moderator().id for _ in range(2)]


def taking(case_id: int, moderator_id: int) -> Callable[[], None]:
    def take() -> None:
        lease.take(db.session.get_one(User, moderator_id), db.session.get_one(Case, case_id))

    return take


def deciding(case_id: int, moderator_id: int, ruling: Ruling, seen: str) -> Callable[[], None]:
    def do() -> None:
        moderator, case = db.session.get_one(User, moderator_id), db.session.get_one(Case, case_id)
        decide(moderator, case, ruling, seen=seen)

    return do


def count(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_of_two_gets_the_lease(live_app: Flask, _round: int) -> None:
    with live_app.app_context():
        case_id, _reply_id, moderators = furnish()
        came_of = at_once(live_app, *(taking(case_id, one) for one in moderators))
        lost = [error for error in came_of if error is not None]
        assert [type(error) for error in lost] == [Conflict]
        assert "is looking at this case" in str(lost[0])
        winner = moderators[came_of.index(None)]
        assert db.session.get_one(Case, case_id).leased_by_id == winner


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_of_two_decides(live_app: Flask, _round: int) -> None:
    """Neither has the lease, and one keeps what the other removes."""
    with live_app.app_context():
        case_id, reply_id, moderators = furnish()
        seen = judging.seen(db.session.get_one(Case, case_id))
        db.session.rollback()
        came_of = at_once(
            live_app,
            deciding(case_id, moderators[0], REMOVED, seen),
            deciding(case_id, moderators[1], KEPT, seen),
        )
        lost = [error for error in came_of if error is not None]
        assert [type(error) for error in lost] == [Conflict]
        assert str(lost[0]) == "This case is decided."
        made = db.session.scalars(select(Decision)).one()
        assert made.moderator_id == moderators[came_of.index(None)]
        was_removed = made.action is DecisionAction.REMOVE
        assert count(Tombstone) == int(was_removed)
        assert (db.session.get_one(Reply, reply_id).hidden_at is not None) == was_removed
        assert count(LogEntry) == 1


def test_a_flag_and_a_decision_at_once_are_both_whole(live_app: Flask) -> None:
    """Whichever comes first, no flag stays open in a case that is decided."""
    with live_app.app_context():
        case_id, reply_id, moderators = furnish()
        with transaction():
            reporter_id = make_user().id
        seen = judging.seen(db.session.get_one(Case, case_id))
        db.session.rollback()

        def flagging() -> None:
            reply = db.session.get_one(Reply, reply_id)
            flag(db.session.get_one(User, reporter_id), reply, rule=Rule.ABUSE)

        at_once(live_app, flagging, deciding(case_id, moderators[0], KEPT, seen))
        stuck = (
            select(Flag.id)
            .join(Case, Case.id == Flag.case_id)
            .where(Flag.outcome.is_(None), Case.decided_at.is_not(None))
        )
        assert db.session.scalars(stuck).all() == []
        assert count(Flag) == 2


def test_two_first_flags_open_one_case(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            reply_id = make_reply().id
            reporters = [make_user().id for _ in range(2)]

        def flagging(reporter_id: int) -> Callable[[], None]:
            def do() -> None:
                reply = db.session.get_one(Reply, reply_id)
                flag(db.session.get_one(User, reporter_id), reply, rule=Rule.SPAM)

            return do

        assert at_once(live_app, *(flagging(one) for one in reporters)) == [None, None]
        case = db.session.scalars(select(Case)).one()
        assert (count(Flag), case.version) == (2, 3)


def test_the_same_person_flags_once_however_fast(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            reply_id, reporter_id = make_reply().id, make_user().id

        def flagging() -> None:
            reply = db.session.get_one(Reply, reply_id)
            flag(db.session.get_one(User, reporter_id), reply, rule=Rule.SPAM)

        assert at_once(live_app, flagging, flagging) == [None, None]
        assert count(Flag) == 1
