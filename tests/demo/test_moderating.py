"""What somebody who signs in on the demonstration site finds of moderation, and that it holds."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, or_, select

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.moderation.models import (
    Appeal,
    AppealState,
    Case,
    Decision,
    DecisionAction,
    Flag,
    Juror,
    LegalOutcome,
    LegalRequest,
    LogAction,
    LogEntry,
    Restriction,
    RestrictionKind,
)
from community.moderation.queries import log, modes
from community.notifications.models import Notification
from community.topics.models import AskedBy, Reply, Rule, Sight, Tombstone, Topic
from tests.conftest import Client, browser_for
from tests.factories import make_session

FEW = 4  # kinds of actions that nobody has taken: nobody has left, for one


def _user(username: str) -> User:
    return db.session.scalars(select(User).filter_by(username=username)).one()


def _case_of(username: str) -> Case:
    """Return the open case of what somebody wrote."""
    mine = select(Reply.id).where(Reply.author_id == _user(username).id)
    cases = select(Case).where(Case.reply_id.in_(mine), Case.decided_at.is_(None))
    return db.session.scalars(cases).one()


@pytest.fixture
def browser_of(live_app: Flask) -> Callable[[str], Client]:
    """Return a browser in which somebody is signed in; "": nobody is."""

    def signed_in(username: str) -> Client:
        browser = browser_for(live_app)
        if username:
            with browser.session_transaction() as session:
                session["_user_id"] = make_session(_user(username))
                session["_fresh"] = True
            db.session.commit()
        return browser

    return signed_in


@pytest.mark.usefixtures("live_app")
class TestModeration:
    def test_the_public_log_is_whole_and_shows_nearly_everything(self) -> None:
        moments = db.session.scalars(select(LogEntry.at).order_by(LogEntry.seq)).all()

        assert log.verified().head.seq == len(moments) > 40
        assert moments == sorted(moments)
        shown = set(db.session.scalars(select(LogEntry.action).distinct()))
        assert len(shown) >= len(LogAction) - FEW

    def test_every_kind_of_decision_was_made(self) -> None:
        assert set(db.session.scalars(select(Decision.action).distinct())) == set(DecisionAction)
        kinds = set(db.session.scalars(select(Restriction.kind)))
        assert kinds == {RestrictionKind.HELD, RestrictionKind.SUSPENDED}

    def test_every_sort_of_tombstone_stands_somewhere(
        self, browser_of: Callable[[str], Client]
    ) -> None:
        in_force = select(Tombstone.sight).where(Tombstone.lifted_at.is_(None)).distinct()
        topic = db.session.scalars(
            select(Topic)
            .join(Reply)
            .join(Tombstone, Tombstone.reply_id == Reply.id)
            .where(Tombstone.sight == Sight.REMOVED, Tombstone.lifted_at.is_(None))
        ).one()

        assert set(db.session.scalars(in_force)) == set(Sight)
        page = browser_of("").get(f"/t/{topic.id}/{topic.slug}").text
        assert "A reply was removed." in page

    def test_the_queue_holds_cases_of_different_rules_and_risks(
        self, browser_of: Callable[[str], Client]
    ) -> None:
        flagged = select(Flag.rule).where(Flag.outcome.is_(None))
        risks = db.session.scalars(select(Case.risk).where(Case.decided_at.is_(None))).all()

        assert len(set(db.session.scalars(flagged))) >= 4
        assert len(risks) >= 8
        assert max(risks) > 5 * min(risks) > 0
        queue = browser_of("sam").get("/moderation")
        assert queue.status_code == 200
        assert queue.text.count("/moderation/cases/") >= len(risks)

    def test_a_wave_waits_to_be_decided_at_once(self, browser_of: Callable[[str], Client]) -> None:
        waiting = db.session.scalars(
            select(Case)
            .join(Topic, Topic.id == Case.topic_id)
            .where(
                Topic.author_id == _user("helpline-now").id,
                Topic.hidden_at.is_not(None),  # held, before anybody saw it
                Case.decided_at.is_(None),
            )
        ).all()

        assert len(waiting) == 3
        page = browser_of("sam").get(f"/moderation/cases/{waiting[0].id}").text
        assert all(str(case.id) in page for case in waiting)

    def test_who_has_a_stake_is_barred(self, browser_of: Callable[[str], Client]) -> None:
        case = _case_of("rashid-m")  # at Pedalworks, whose champion the operator is

        assert browser_of("sam").get(f"/moderation/cases/{case.id}").status_code == 200
        barred = browser_of("ingrid").get(f"/moderation/cases/{case.id}")
        assert barred.status_code == 403
        assert "champion" in barred.text

    def test_appeals_held_fell_and_wait(self, browser_of: Callable[[str], Client]) -> None:
        states = db.session.scalars(select(Appeal.state).order_by(Appeal.id)).all()
        seat = db.session.scalars(
            select(Juror)
            .join(Appeal, Appeal.id == Juror.appeal_id)
            .where(Appeal.state == AppealState.OPEN, Juror.user_id == _user("mira").id)
        ).one()

        assert states == [AppealState.UPHELD, AppealState.OVERTURNED, AppealState.OPEN]
        assert seat.vote is None
        assert seat.due_at > clock.now()
        page = browser_of("mira").get(f"/appeals/{seat.appeal_id}").text
        assert f'action="/appeals/{seat.appeal_id}/vote"' in page
        ended = db.session.scalars(select(Appeal.id).where(Appeal.state != AppealState.OPEN))
        reasons = select(Juror.reason).where(
            Juror.vote.is_not(None), Juror.appeal_id.in_(ended.all())
        )
        for reason in db.session.scalars(reasons):
            assert len(reason) > 40

    def test_those_concerned_read_what_was_decided(
        self, browser_of: Callable[[str], Client]
    ) -> None:
        masked = select(Decision).where(Decision.action == DecisionAction.MASK)
        decision = db.session.scalars(masked).one()

        page = browser_of("jonas").get(f"/decisions/{decision.id}").text
        assert decision.reason in page
        assert f"/log/{decision.log_seq}/appeal" in page
        assert (
            browser_of("").get(f"/decisions/{decision.id}").location == f"/log/{decision.log_seq}"
        )

    def test_a_company_s_flag_counts_like_anybody_s(
        self, browser_of: Callable[[str], Client]
    ) -> None:
        refused = db.session.scalars(select(Flag).where(Flag.reporter_id == _user("dana").id)).one()

        assert (refused.role, refused.outcome) == (AskedBy.COMPANY, "declined")
        assert (
            "Beta firmware is for the beta programme"
            in browser_of("dana").get("/account/flags").text
        )

    def test_an_honest_question_was_held_and_stands_where_it_would_have(self) -> None:
        topic = db.session.scalars(
            select(Topic).where(Topic.author_id == _user("pilar-v").id)
        ).one()
        tombstone = db.session.scalars(
            select(Tombstone).where(Tombstone.topic_id == topic.id)
        ).one()
        seen = [tombstone.is_unseen, tombstone.rule, topic.hidden_at, topic.reply_count]

        assert seen == [True, Rule.SPAM, None, 1]
        assert tombstone.lifted_at is not None
        assert topic.created_at < tombstone.lifted_at

    def test_a_topic_is_slow_and_the_site_is_not_read_only(
        self, browser_of: Callable[[str], Client]
    ) -> None:
        (mode,) = modes.in_force(clock.now())
        topic = db.session.get_one(Topic, mode.topic_id)

        assert mode.reason in browser_of("").get(f"/t/{topic.id}/{topic.slug}").text
        assert modes.read_only((mode,)) is None

    def test_a_request_of_a_court_was_answered_and_one_waits(
        self, browser_of: Callable[[str], Client]
    ) -> None:
        outcomes = db.session.scalars(select(LegalRequest.outcome).order_by(LegalRequest.id)).all()

        assert outcomes == [LegalOutcome.REFUSED, LegalOutcome.PENDING]
        for username in ("", "ingrid"):
            assert "Kesselstadt" in browser_of(username).get("/legal-requests").text

    def test_nobody_s_bell_tells_of_what_is_out_of_sight(self) -> None:
        told = (
            select(func.count())
            .select_from(Notification)
            .outerjoin(Topic, Topic.id == Notification.topic_id)
            .outerjoin(Reply, Reply.id == Notification.reply_id)
            .where(
                Notification.decision_id.is_(None),
                or_(Topic.hidden_at.is_not(None), Reply.hidden_at.is_not(None)),
            )
        )

        assert db.session.scalar(told) == 0

    @pytest.mark.parametrize(
        ("username", "pages"),
        [
            ("", ["/log", "/appeals", "/transparency", "/legal-requests"]),
            ("jonas", ["/account/flags", "/appeals", "/log"]),
            ("mira", ["/account/flags", "/appeals", "/notifications"]),
            ("dana", ["/account/flags", "/notifications"]),
            ("sam", ["/moderation", "/moderation/modes", "/log"]),
            ("ingrid", ["/moderation", "/moderation/modes", "/legal-requests", "/log"]),
        ],
    )
    def test_there_is_something_to_look_at(
        self, browser_of: Callable[[str], Client], username: str, pages: list[str]
    ) -> None:
        browser = browser_of(username)
        for page in pages:
            assert browser.get(page).status_code == 200, page
