"""Jurors, a moderator and the clock at once: one outcome, one row of the log, applied once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db, transaction
from community.core.errors import Conflict, NotAllowed
from community.moderation.handlers import advance_appeals
from community.moderation.models import (
    ANSWER_WITHIN,
    Appeal,
    AppealState,
    Decision,
    Juror,
    JurorVote,
    LogAction,
    LogEntry,
)
from community.moderation.services import appeal as appeals
from community.moderation.services.overturn import reverse
from community.topics.models import Reply, Tombstone
from tests.conftest import Client, browser_for
from tests.factories import make_reply, make_session, make_user
from tests.moderation.test_races import at_once
from tests.moderation.trials import appealed, judged, jury_of, trusted

ROUNDS = 3
READS_FOR_S = 0.5  # what a request needs to come to the point where it waits
UPHOLD, OVERTURN = JurorVote.UPHOLD, JurorVote.OVERTURN

Step = Callable[[], None]


def furnish(people: int = 3) -> tuple[int, int, list[int]]:
    """Return the ids of an appeal against a removal, of the answer, and of the jury."""
    with transaction():
        trusted(people)
        reply = make_reply()
        appeal = appealed(reply)
        return appeal.id, reply.id, [one.id for one in jury_of(appeal)]


def voting(appeal_id: int, juror_id: int, vote: JurorVote = OVERTURN) -> Step:
    def do() -> None:
        juror = db.session.get_one(User, juror_id)
        appeals.vote(juror, _appeal(appeal_id), vote=vote, reason="It helps.")

    return do


def declining(appeal_id: int, juror_id: int) -> Step:
    return lambda: appeals.decline(db.session.get_one(User, juror_id), _appeal(appeal_id))


def advancing(appeal_id: int) -> Step:
    return lambda: appeals.advance(_appeal(appeal_id))


def reversing(decision_id: int, moderator_id: int) -> Step:
    def do() -> None:
        moderator = db.session.get_one(User, moderator_id)
        reverse(moderator, db.session.get_one(Decision, decision_id), reason="I was wrong.")

    return do


def having(appeal_id: int) -> Step:
    """Have an appeal to oneself until the transaction ends, and change nothing."""
    return lambda: db.session.refresh(_appeal(appeal_id), with_for_update={"key_share": True})


def _appeal(appeal_id: int) -> Appeal:
    return db.session.get_one(Appeal, appeal_id)


def outcomes() -> list[LogAction]:
    """Return what the log says of the end of appeals and decisions, in its order."""
    ends = LogEntry.action.in_((LogAction.UPHOLD, LogAction.RESTORE))
    return list(db.session.scalars(select(LogEntry.action).where(ends).order_by(LogEntry.seq)))


def has_ended_once(appeal_id: int, reply_id: int, *, overturned: bool) -> None:
    """Check that an appeal has one outcome, which is in the log once and was applied once."""
    db.session.expire_all()
    made = _appeal(appeal_id)
    assert made.state is (AppealState.OVERTURNED if overturned else AppealState.UPHELD)
    assert outcomes() == [LogAction.RESTORE if overturned else LogAction.UPHOLD]
    assert made.log_seq == db.session.scalar(select(func.max(LogEntry.seq)))
    in_force = select(func.count()).select_from(Tombstone).where(Tombstone.lifted_at.is_(None))
    assert db.session.scalar(in_force) == (0 if overturned else 1)
    assert (db.session.get_one(Reply, reply_id).hidden_at is None) == overturned
    waiting = select(Juror).where(Juror.vote.is_(None), Juror.declined_at.is_(None))
    assert db.session.scalars(waiting).all() == []


def browser_of(app: Flask, user_id: int) -> Client:
    browser = browser_for(app)
    with transaction(), browser.session_transaction() as session:
        session["_user_id"] = make_session(db.session.get_one(User, user_id))
        session["_fresh"] = True
    return browser


def sent_meanwhile(first: Step, *steps: Callable[[], int]) -> list[int]:
    """Take steps one by one after ``first``, before it is committed; return what each came to.

    So each has read what there is before any of them changes it.
    """
    with ThreadPoolExecutor(len(steps)) as threads:
        with transaction():
            first()
            under_way = []
            for step in steps:
                under_way.append(threads.submit(step))
                time.sleep(READS_FOR_S)
        return [one.result() for one in under_way]


def lost(came_of: list[Exception | None]) -> list[Exception]:
    return [error for error in came_of if error is not None]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_jurors_at_once_decide_it_together(live_app: Flask, _round: int) -> None:
    with live_app.app_context():
        appeal_id, reply_id, jury = furnish()

        came_of = at_once(live_app, *(voting(appeal_id, one) for one in jury[:2]))

        assert lost(came_of) == []
        has_ended_once(appeal_id, reply_id, overturned=True)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_all_three_at_once(live_app: Flask, _round: int) -> None:
    """Whoever comes last is told that it is decided, whatever they would have said."""
    with live_app.app_context():
        appeal_id, reply_id, jury = furnish()

        came_of = at_once(live_app, *(voting(appeal_id, one, UPHOLD) for one in jury))

        late = lost(came_of)
        assert [type(error) for error in late] == [NotAllowed]
        assert "decided meanwhile" in str(late[0])
        has_ended_once(appeal_id, reply_id, overturned=False)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_deciding_vote_twice_at_once_counts_once(live_app: Flask, _round: int) -> None:
    with live_app.app_context():
        appeal_id, reply_id, (first, second, third) = furnish()
        with transaction():
            voting(appeal_id, first, UPHOLD)()
            voting(appeal_id, second, OVERTURN)()

        came_of = at_once(
            live_app, voting(appeal_id, third, OVERTURN), voting(appeal_id, third, UPHOLD)
        )

        assert [type(error) for error in lost(came_of)] == [NotAllowed]
        has_ended_once(appeal_id, reply_id, overturned=came_of[0] is None)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_juror_on_two_pages_votes_once(live_app: Flask, _round: int) -> None:
    """Both pages have read that there is no vote yet before either has written one."""
    with live_app.app_context():
        appeal_id, _reply_id, (juror_id, *_others) = furnish()
        path = f"/appeals/{appeal_id}/vote"
        forms = [{"vote": one.value, "reason": one.value} for one in (UPHOLD, OVERTURN)]
        browsers = [browser_of(live_app, juror_id) for _ in forms]

        codes = sent_meanwhile(
            having(appeal_id),
            *(lambda n=n: browsers[n].submit(path, **forms[n]).status_code for n in range(2)),
        )

        seat = db.session.get_one(Juror, (appeal_id, juror_id))
        assert sorted(codes) == [303, 403]
        assert (seat.vote, seat.reason) == ((UPHOLD, OVERTURN)[codes.index(303)], seat.vote)
        assert _appeal(appeal_id).state is AppealState.OPEN


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_vote_while_the_clock_takes_the_place_away(live_app: Flask, _round: int) -> None:
    """Either the vote counts, or the place went to somebody else; never both."""
    with live_app.app_context():
        with clock.frozen(clock.now() - ANSWER_WITHIN):
            appeal_id, _reply_id, (juror_id, *_others) = furnish(6)
        browser = browser_of(live_app, juror_id)
        vote = {"vote": "overturn", "reason": "It helps."}

        def pass_on() -> int:
            with live_app.app_context():
                advance_appeals()
            return 0

        _, code = sent_meanwhile(
            having(appeal_id),
            pass_on,
            lambda: browser.submit(f"/appeals/{appeal_id}/vote", **vote).status_code,
        )

        seat = db.session.get_one(Juror, (appeal_id, juror_id))
        assert (code, seat.vote, seat.declined_at is None) in {
            (303, OVERTURN, True),
            (403, None, False),
        }
        seats = select(func.count()).select_from(Juror).where(Juror.declined_at.is_(None))
        assert db.session.scalar(seats) == 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_deciding_vote_while_the_clock_hands_it_over(live_app: Flask, _round: int) -> None:
    """Nine days are over for a jury of which one has voted, as the second vote comes."""
    with live_app.app_context():
        with clock.frozen(clock.now() - timedelta(days=10)):
            appeal_id, reply_id, (first, second, _third) = furnish()
            with transaction():
                voting(appeal_id, first)()

        came_of = at_once(live_app, voting(appeal_id, second), advancing(appeal_id))

        assert came_of[1] is None
        if came_of[0] is None:
            has_ended_once(appeal_id, reply_id, overturned=True)
            assert _appeal(appeal_id).fallback_at is None
        else:
            db.session.expire_all()
            assert _appeal(appeal_id).fallback_at is not None
            assert outcomes() == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_workers_let_it_lapse_once(live_app: Flask, _round: int) -> None:
    with live_app.app_context():
        with clock.frozen(clock.now() - timedelta(days=10)):
            appeal_id, reply_id, jury = furnish(people=0)
        assert jury == []

        came_of = at_once(live_app, *(advancing(appeal_id) for _ in range(3)))

        assert lost(came_of) == []
        db.session.expire_all()
        assert _appeal(appeal_id).state is AppealState.LAPSED
        assert outcomes() == [LogAction.RESTORE]
        assert db.session.get_one(Reply, reply_id).hidden_at is None


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_deciding_vote_while_a_moderator_takes_it_back(live_app: Flask, _round: int) -> None:
    """The post comes back once, and one row of the log says so."""
    with live_app.app_context():
        appeal_id, reply_id, (first, second, _third) = furnish()
        with transaction():
            voting(appeal_id, first)()
            moderator_id = make_user(is_moderator=True).id
        decision_id = _appeal(appeal_id).decision_id

        came_of = at_once(live_app, voting(appeal_id, second), reversing(decision_id, moderator_id))
        with transaction():
            outbox.deliver_due()

        assert [type(error) for error in lost(came_of)] == [Conflict]
        has_ended_once(appeal_id, reply_id, overturned=True)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_no_appeal_stays_open_against_what_is_taken_back(live_app: Flask, _round: int) -> None:
    with live_app.app_context():
        with transaction():
            trusted(3)
            reply = make_reply()
            decision_id, author_id = judged(reply).id, reply.author_id
            moderator_id = make_user(is_moderator=True).id

        def appealing() -> None:
            author = db.session.get_one(User, author_id)
            decision = db.session.get_one(Decision, decision_id)
            appeals.appeal(author, decision, words="It answers the question.")

        came_of = at_once(live_app, appealing, reversing(decision_id, moderator_id))
        outbox.deliver_due()

        assert came_of[1] is None
        db.session.expire_all()
        states = db.session.scalars(select(Appeal.state)).all()
        assert states == ([AppealState.OVERTURNED] if came_of[0] is None else [])
        assert outcomes() == [LogAction.RESTORE]


def test_what_is_being_taken_back_is_not_appealed(live_app: Flask) -> None:
    """The page has read that the decision stands; when its turn comes, it does no more."""
    with live_app.app_context():
        with transaction():
            trusted(3)
            reply = make_reply()
            decision, author_id = judged(reply), reply.author_id
            decision_id, path = decision.id, f"/log/{decision.log_seq}/appeal"
            moderator_id = make_user(is_moderator=True).id
        browser = browser_of(live_app, author_id)

        (code,) = sent_meanwhile(
            reversing(decision_id, moderator_id),
            lambda: browser.submit(path, words="It answers the question.").status_code,
        )

        assert code == 403
        assert db.session.scalars(select(Appeal)).all() == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_moderators_in_place_of_a_jury_decide_once(live_app: Flask, _round: int) -> None:
    with live_app.app_context():
        appeal_id, reply_id, _jury = furnish(people=0)
        with transaction():
            moderators = [make_user(is_moderator=True).id for _ in range(2)]

        def deciding(number: int) -> Step:
            def do() -> None:
                moderator = db.session.get_one(User, moderators[number])
                vote = (UPHOLD, OVERTURN)[number]
                appeals.decide(moderator, _appeal(appeal_id), vote=vote, reason="So it is.")

            return do

        came_of = at_once(live_app, deciding(0), deciding(1))

        assert [type(error) for error in lost(came_of)] == [NotAllowed]
        has_ended_once(appeal_id, reply_id, overturned=came_of[1] is None)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_who_decline_at_once_are_both_replaced(live_app: Flask, _round: int) -> None:
    with live_app.app_context():
        appeal_id, _reply_id, jury = furnish(people=5)

        came_of = at_once(live_app, *(declining(appeal_id, one) for one in jury[:2]))

        assert lost(came_of) == []
        seats = select(Juror.user_id).where(Juror.declined_at.is_(None))
        assert len(db.session.scalars(seats).all()) == 3
        assert _appeal(appeal_id).fallback_at is None
