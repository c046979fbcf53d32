"""Appeals: three people drawn at random, who have nothing to do with the case, judge a decision."""

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from community.accounts.models import User
from community.accounts.services import leave
from community.companies import services as companies
from community.companies.models import Company, Employment, Rivalry
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Conflict, Invalid, NotAllowed
from community.moderation.models import (
    ANSWER_WITHIN,
    JURY_FOR,
    MODERATOR_WITHIN,
    REMIND_AFTER,
    Appeal,
    AppealState,
    Case,
    Decision,
    DecisionAction,
    Flag,
    FlagOutcome,
    Juror,
    JurorVote,
    LogAction,
    LogEntry,
    LogRole,
)
from community.moderation.services import appeal as appeals
from community.moderation.services.draw import draw
from community.moderation.services.flag import flag, withdraw
from community.moderation.services.overturn import reverse
from community.topics.models import Reply, Rule
from community.topics.services import editing, visibility
from tests.conftest import counted_statements
from tests.factories import make_company, make_employee, make_reply, make_topic, make_user
from tests.moderation.trials import appealed, judged, jury_of, trusted

pytestmark = pytest.mark.usefixtures("app")

UPHOLD, OVERTURN = JurorVote.UPHOLD, JurorVote.OVERTURN


def row_of(appeal: Appeal) -> LogEntry:
    assert appeal.log_seq is not None
    return db.session.get_one(LogEntry, appeal.log_seq)


def is_open(appeal: Appeal) -> bool:
    return appeal.state is AppealState.OPEN


def is_without_jury(appeal: Appeal) -> bool:
    return appeal.fallback_at is not None


def is_seen(reply: Reply) -> bool:
    return reply.hidden_at is None


def events(name: str) -> int:
    rows = select(func.count()).select_from(outbox.OutboxRow).where(outbox.OutboxRow.event == name)
    return db.session.scalar(rows) or 0


def test_two_votes_that_agree_bring_a_post_back() -> None:
    trusted(3)
    reply = make_reply()
    appeal = appealed(reply)
    first, second, third = jury_of(appeal)
    assert not is_seen(reply)

    appeals.vote(first, appeal, vote=OVERTURN, reason="It names a product, no more.")
    assert is_open(appeal)
    appeals.vote(second, appeal, vote=OVERTURN, reason="It helps.")

    assert (appeal.state, is_seen(reply)) == (AppealState.OVERTURNED, True)
    row = row_of(appeal)
    assert (row.action, row.role) == (LogAction.RESTORE, LogRole.JURY)
    decision = db.session.get_one(Decision, appeal.decision_id)
    assert json.loads(row.details)["reverses"] == decision.log_seq
    assert json.loads(row.details)["votes"] == {"uphold": 0, "overturn": 2}
    assert decision.overturned_at is not None
    with pytest.raises(NotAllowed, match="decided meanwhile"):
        appeals.vote(third, appeal, vote=UPHOLD, reason="Too late.")


def test_an_upheld_decision_changes_nothing_and_is_logged() -> None:
    trusted(3)
    reply = make_reply()
    appeal = appealed(reply)
    first, second, third = jury_of(appeal)

    appeals.vote(first, appeal, vote=UPHOLD, reason="An advertisement indeed.")
    appeals.vote(second, appeal, vote=OVERTURN, reason="I do not think so.")
    appeals.vote(third, appeal, vote=UPHOLD, reason="It is.")

    assert (appeal.state, reply.hidden_at is None) == (AppealState.UPHELD, False)
    assert (row_of(appeal).action, row_of(appeal).role) == (LogAction.UPHOLD, LogRole.JURY)


def test_a_flagger_appeals_against_what_was_kept() -> None:
    trusted(3)
    reply, flagger = make_reply(), make_user()
    decision = judged(reply, DecisionAction.KEEP, flagger=flagger)

    with pytest.raises(NotAllowed, match="Only who flagged"):
        appeals.appeal(reply.author, decision, words="Thank you.")
    appeal = appeals.appeal(flagger, decision, words="Look at the link.")
    for juror in jury_of(appeal)[:2]:
        appeals.vote(juror, appeal, vote=OVERTURN, reason="It leads to a shop.")

    assert reply.hidden_at is not None
    assert (row_of(appeal).action, row_of(appeal).rule) == (LogAction.REMOVE, Rule.SPAM)


def test_somebody_suspended_may_appeal_and_is_let_in_again() -> None:
    trusted(3)
    author = make_user()
    suspension = judged(author, rule=Rule.ABUSE, measure=DecisionAction.SUSPEND, days=9)
    assert author.suspended_until is not None

    appeal = appeals.appeal(author, suspension, words="It was not me.")
    for juror in jury_of(appeal)[:2]:
        appeals.vote(juror, appeal, vote=OVERTURN, reason="Nothing shows it.")

    assert author.suspended_until is None


def test_what_was_kept_is_judged_again_once_whoever_flagged_it() -> None:
    trusted(6)
    reply, first, second, regretful = make_reply(), make_user(), make_user(), make_user()
    flag(second, reply, rule=Rule.ABUSE)
    withdraw(regretful, flag(regretful, reply, rule=Rule.ABUSE))
    decision = judged(reply, DecisionAction.KEEP, flagger=first)
    with pytest.raises(NotAllowed, match="Only who flagged it"):
        appeals.appeal(regretful, decision, words="I have thought about it.")
    appeal = appeals.appeal(first, decision, words="Look again.")
    for juror in jury_of(appeal)[:2]:
        appeals.vote(juror, appeal, vote=UPHOLD, reason="It is fine.")

    for flagger in (first, second):
        with pytest.raises(NotAllowed, match="once"):
            appeals.appeal(flagger, decision, words="Look again.")
    with clock.frozen(clock.now() + timedelta(days=1)):
        anew = judged(reply, DecisionAction.KEEP, flagger=second)
        with pytest.raises(NotAllowed, match="once"):
            appeals.appeal(second, anew, words="A new flag, and the same text.")
        editing.edit_reply(reply.author, reply, body="Now it is an insult.", from_number=1)
        assert appeals.may_appeal(second, anew, at=clock.now())


def test_what_a_jury_takes_away_its_author_can_have_judged_by_another() -> None:
    trusted(6)
    reply, flagger, other = make_reply(), make_user(), make_user()
    withdraw(other, flag(other, reply, rule=Rule.UNLAWFUL))
    kept = judged(reply, DecisionAction.KEEP, flagger=flagger)
    appeal = appeals.appeal(flagger, kept, words="It is spam.")
    jury = jury_of(appeal)
    for juror in jury[:2]:
        appeals.vote(juror, appeal, vote=OVERTURN, reason="It sells something.")
    tombstone = visibility.in_force(reply)
    assert tombstone is not None
    assert tombstone.rule is Rule.SPAM  # of the flag for which they appealed
    removal = db.session.scalars(select(Decision).order_by(Decision.id.desc()).limit(1)).one()
    assert (removal.action, removal.log_seq) == (DecisionAction.REMOVE, tombstone.log_seq)

    again = appeals.appeal(reply.author, removal, words="It is a helpful link.")
    assert not set(jury_of(again)) & set(jury)  # nobody judges the same thing twice
    for juror in jury_of(again)[:2]:
        appeals.vote(juror, again, vote=OVERTURN, reason="It helps.")
    assert reply.hidden_at is None
    assert db.session.scalars(select(Flag.outcome).order_by(Flag.id)).all() == [
        FlagOutcome.WITHDRAWN,
        FlagOutcome.DECLINED,
    ]


@pytest.mark.parametrize(
    ("since", "words"),
    [
        ({"trusted_since": None}, "you are none any more"),
        ({"is_moderator": True}, "a moderator by now"),
        ({}, "taken part in this since"),
    ],
)
def test_whoever_could_not_be_drawn_any_more_does_not_vote(
    since: dict[str, Any], words: str
) -> None:
    trusted(3)
    reply = make_reply()
    appeal = appealed(reply)
    juror = jury_of(appeal)[0]
    for column, value in since.items():
        setattr(juror, column, value)
    if not since:
        make_reply(reply.topic, juror)
    db.session.flush()
    with pytest.raises(NotAllowed, match=words):
        appeals.vote(juror, appeal, vote=UPHOLD, reason="It is fine.")


def test_who_flagged_the_author_is_not_drawn() -> None:
    (flagger, *_) = trusted(3)
    reply = make_reply()
    flag(flagger, reply.author, rule=Rule.ABUSE)
    assert flagger not in jury_of(appealed(reply))


def test_who_may_not() -> None:
    reply, stranger = make_reply(), make_user()
    employee = make_employee(reply.topic.company)
    decision = judged(reply)

    for actor in (None, stranger, make_user(is_moderator=True), employee):
        with pytest.raises(NotAllowed):
            appeals.appeal(actor, decision, words="Bring it back.")
    for words in ("", "  \n", "x" * 501):
        with pytest.raises(Invalid):
            appeals.appeal(reply.author, decision, words=words)
    with clock.frozen(clock.now() + timedelta(days=31)), pytest.raises(NotAllowed, match="30 days"):
        appeals.appeal(reply.author, decision, words="Only now have I seen it.")


def test_nobody_with_anything_to_do_with_it_is_drawn() -> None:
    company, rival = make_company(), make_company()
    topic = make_topic(company)
    reply = make_reply(topic)
    poster, flagger, works, left, rivals, speaks, suspended, moderator, operator = trusted(9)
    make_reply(topic, poster)
    suspended.suspended_until = clock.now() + timedelta(days=1)
    moderator.is_moderator = operator.is_admin = True
    low, high = sorted((company.id, rival.id))
    db.session.add_all(
        (
            Rivalry(company_id=low, rival_id=high, declared_by_id=works.id),
            Employment(user_id=works.id, company_id=company.id),
            Employment(user_id=left.id, company_id=company.id, ended_at=clock.now()),
            Employment(user_id=rivals.id, company_id=rival.id),
        )
    )
    make_employee(company).trusted_since = speaks.trusted_since
    reply.author.trusted_since = topic.author.trusted_since = speaks.trusted_since
    db.session.flush()
    flag(flagger, reply, rule=Rule.SPAM)

    appeal = appeals.appeal(reply.author, judged(reply), words="It answers the question.")

    drawn = db.session.scalars(select(Juror.user_id)).all()
    assert drawn == [speaks.id]
    assert appeal.fallback_at is not None  # one alone is no jury


def test_everybody_has_the_same_chance() -> None:
    pool = trusted(8)
    appeal = appealed()
    case = db.session.get_one(Case, db.session.get_one(Decision, appeal.decision_id).case_id)
    db.session.execute(delete(Juror))
    chance, rounds = random.Random(11), 400

    drawn = Counter(
        user_id
        for _ in range(rounds)
        for user_id in draw(appeal, case, number=3, at=clock.now(), chance=chance)
    )

    assert set(drawn) == {one.id for one in pool}
    expected = rounds * 3 / len(pool)
    # Pearson's chi squared; 24.3 is passed once in a thousand at 7 degrees of freedom.
    assert sum((seen - expected) ** 2 / expected for seen in drawn.values()) < 24.3


def test_who_declines_is_replaced_until_nobody_is_left() -> None:
    trusted(4)
    appeal = appealed()
    jury = jury_of(appeal)

    appeals.decline(jury[0], appeal)
    assert len(jury_of(appeal)) == 3
    assert jury[0] not in jury_of(appeal)
    with pytest.raises(NotAllowed, match="somebody else"):
        appeals.vote(jury[0], appeal, vote=UPHOLD, reason="After all.")
    appeals.decline(jury[1], appeal)
    assert len(jury_of(appeal)) == 2
    assert not is_without_jury(appeal)  # two can still agree
    appeals.decline(jury[2], appeal)

    assert is_without_jury(appeal)
    assert jury_of(appeal) == []


def test_a_stake_that_is_newer_than_the_draw_bars() -> None:
    trusted(3)
    reply = make_reply()
    appeal = appealed(reply)
    juror = jury_of(appeal)[0]
    db.session.add(Employment(user_id=juror.id, company_id=reply.topic.company_id))
    db.session.flush()

    with pytest.raises(NotAllowed, match="You work for this company"):
        appeals.vote(juror, appeal, vote=UPHOLD, reason="We are the best.")
    company = db.session.get_one(Company, reply.topic.company_id)
    companies.end_employment(juror, company)
    with pytest.raises(NotAllowed, match="less than 90 days ago"):
        appeals.vote(juror, appeal, vote=UPHOLD, reason="They were the best.")
    appeals.decline(juror, appeal)


def sit_out(appeal: Appeal, juror: User, move_on: Callable[[timedelta], None]) -> None:
    """Check that whoever was drawn for somebody who cannot vote decides together with the others."""
    others = [one for one in jury_of(appeal) if one != juror]
    appeals.vote(others[0], appeal, vote=OVERTURN, reason="It helps.")
    move_on(ANSWER_WITHIN)
    appeals.advance(appeal)
    new = jury_of(appeal)
    assert len(new) == 2  # for who cannot, and for who let the time pass
    assert not {juror, *others} & set(new)
    appeals.vote(new[0], appeal, vote=OVERTURN, reason="It does.")
    assert appeal.state is AppealState.OVERTURNED


def test_who_is_suspended_after_the_draw_is_replaced() -> None:
    trusted(5)
    with clock.frozen(clock.now()) as move_on:
        appeal = appealed()
        juror = jury_of(appeal)[0]
        juror.suspended_until = clock.now() + timedelta(days=30)
        db.session.flush()

        with pytest.raises(NotAllowed, match="again"):
            appeals.vote(juror, appeal, vote=UPHOLD, reason="It is.")
        sit_out(appeal, juror, move_on)


def test_who_has_a_stake_since_the_draw_and_says_nothing_is_replaced() -> None:
    trusted(5)
    reply = make_reply()
    with clock.frozen(clock.now()) as move_on:
        appeal = appealed(reply)
        juror = jury_of(appeal)[0]
        db.session.add(Employment(user_id=juror.id, company_id=reply.topic.company_id))
        db.session.flush()

        sit_out(appeal, juror, move_on)


def test_who_leaves_after_the_draw_is_replaced() -> None:
    trusted(5)
    with clock.frozen(clock.now()) as move_on:
        appeal = appealed()
        juror = jury_of(appeal)[0]
        leave(juror)
        db.session.flush()

        with pytest.raises(NotAllowed):
            appeals.vote(juror, appeal, vote=UPHOLD, reason="It is.")
        sit_out(appeal, juror, move_on)


def test_the_place_of_who_is_forgotten_is_filled_at_the_next_look() -> None:
    trusted(4)
    appeal = appealed()
    juror = jury_of(appeal)[0]
    leave(juror, for_good=True)
    outbox.deliver_due()
    assert len(jury_of(appeal)) == 2

    appeals.advance(appeal)

    assert len(jury_of(appeal)) == 3
    assert juror not in jury_of(appeal)


def test_what_a_juror_said_before_leaving_counts() -> None:
    trusted(3)
    appeal = appealed()
    first, second, _third = jury_of(appeal)
    appeals.vote(first, appeal, vote=UPHOLD, reason="An advertisement indeed.")
    leave(first, for_good=True)
    outbox.deliver_due()

    appeals.vote(second, appeal, vote=UPHOLD, reason="It is.")

    assert appeal.state is AppealState.UPHELD


def test_stakes_are_looked_up_for_those_alone_who_could_judge(app: Flask) -> None:
    trusted(3)
    appeal = appealed()
    juror, now = jury_of(appeal)[0], clock.now()
    moderator, stranger = make_user(is_moderator=True), make_user()

    def statements(actor: User | None) -> tuple[int, int]:
        counts = []
        for may in (appeals.may_serve, appeals.may_decide):
            with counted_statements(app) as sent:
                may(actor, appeal, at=now)
            counts.append(len(sent))
        return counts[0], counts[1]

    for actor in (juror, moderator):  # what they are about is in the session then
        statements(actor)
    assert statements(None) == (0, 0)
    assert statements(stranger) == (1, 0)  # whether they have a seat
    assert statements(juror)[1] == 0
    assert statements(moderator)[0] == 1


def test_the_clock_reminds_redraws_and_hands_over() -> None:
    trusted(9)
    with clock.frozen(clock.now()) as move_on:
        appeal = appealed()
        first = jury_of(appeal)
        move_on(REMIND_AFTER)
        appeals.advance(appeal)
        appeals.advance(appeal)
        assert events("juror.reminded") == 3
        assert jury_of(appeal) == first

        move_on(ANSWER_WITHIN - REMIND_AFTER)
        appeals.advance(appeal)
        second = jury_of(appeal)
        assert len(second) == 3
        assert not set(first) & set(second)
        appeals.vote(second[0], appeal, vote=UPHOLD, reason="It is.")

        move_on(JURY_FOR)
        appeals.advance(appeal)
        assert appeal.fallback_at == clock.now()
        assert jury_of(appeal) == []
        assert events("appeal.unjudged") == 1


def test_a_moderator_who_did_not_act_decides_in_place_of_a_jury() -> None:
    reply = make_reply()
    appeal = appealed(reply)
    assert appeal.fallback_at is not None
    decision = db.session.get_one(Decision, appeal.decision_id)
    acted = db.session.get_one(User, decision.moderator_id)
    bound = make_employee(reply.topic.company)
    bound.is_moderator = True

    for actor, why in (
        (acted, "You acted"),
        (bound, "You speak for"),
        (make_user(), "Moderators"),
        (reply.author, "Moderators"),
    ):
        with pytest.raises(NotAllowed, match=why):
            appeals.decide(actor, appeal, vote=OVERTURN, reason="It helps.")
    other = make_user("nora", is_moderator=True)
    appeals.decide(other, appeal, vote=OVERTURN, reason="It helps.")

    assert (appeal.state, reply.hidden_at) == (AppealState.OVERTURNED, None)
    assert row_of(appeal).role is LogRole.MODERATOR


def test_no_moderator_decides_while_a_jury_can() -> None:
    trusted(3)
    appeal = appealed()

    with pytest.raises(NotAllowed, match="Three trusted members"):
        appeals.decide(make_user(is_moderator=True), appeal, vote=UPHOLD, reason="I know it.")


@pytest.mark.parametrize("action", [DecisionAction.REMOVE, DecisionAction.KEEP])
def test_what_nobody_judges_lapses_in_favour_of_the_author(action: DecisionAction) -> None:
    reply, flagger = make_reply(), make_user()
    with clock.frozen(clock.now()) as move_on:
        decision = judged(reply, action, flagger=flagger)
        who = flagger if action is DecisionAction.KEEP else reply.author
        appeal = appeals.appeal(who, decision, words="Look again.")
        move_on(MODERATOR_WITHIN - timedelta(seconds=1))
        appeals.advance(appeal)
        assert is_open(appeal)
        move_on(timedelta(seconds=1))
        appeals.advance(appeal)
        appeals.advance(appeal)

    assert (appeal.state, reply.hidden_at) == (AppealState.LAPSED, None)
    assert row_of(appeal).role is LogRole.AUTOMATIC
    expected = LogAction.UPHOLD if action is DecisionAction.KEEP else LogAction.RESTORE
    assert row_of(appeal).action is expected


def test_a_topic_that_was_moved_goes_back_unless_it_was_spoken_for() -> None:
    trusted(6)
    here, there = make_company(), make_company()
    for is_spoken_for in (False, True):
        topic = make_topic(here)
        decision = judged(topic, DecisionAction.MOVE, move_to=there)
        if is_spoken_for:
            make_reply(topic, make_employee(there), speaks_for_company=True)
        appeal = appeals.appeal(topic.author, decision, words="It is about them.")
        for juror in jury_of(appeal)[:2]:
            appeals.vote(juror, appeal, vote=OVERTURN, reason="So it is.")
        db.session.refresh(topic)

        assert appeal.state is AppealState.OVERTURNED
        assert topic.company_id == (there.id if is_spoken_for else here.id)


def test_an_appeal_ends_when_a_moderator_takes_the_decision_back() -> None:
    trusted(3)
    reply = make_reply()
    appeal = appealed(reply)
    juror = jury_of(appeal)[0]
    row = reverse(
        make_user(is_moderator=True),
        db.session.get_one(Decision, appeal.decision_id),
        reason="I was wrong.",
    )

    with pytest.raises(Conflict, match="taken the decision back"):
        appeals.vote(juror, appeal, vote=UPHOLD, reason="It is.")
    appeals.advance(appeal)
    assert is_open(appeal)
    outbox.deliver_due()
    db.session.refresh(appeal)

    assert (appeal.state, appeal.log_seq) == (AppealState.OVERTURNED, row.seq)
    assert jury_of(appeal) == []
