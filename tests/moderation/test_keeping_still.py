"""What somebody judges stays as it is meanwhile: its author cannot change it under their eyes."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from community.accounts.models import User
from community.core import clock
from community.core.errors import NotAllowed
from community.moderation.models import AppealState, DecisionAction, JurorVote
from community.moderation.queries import judging
from community.moderation.services import appeal as appeals
from community.moderation.services import lease
from community.moderation.services.decide import Ruling, decide
from community.moderation.services.overturn import reverse
from community.topics.models import Rule, Topic
from community.topics.services import editing, post, verdicts
from tests.conftest import Client
from tests.factories import make_employee, make_reply, make_topic, make_user
from tests.moderation.trials import appealed, case_of, judged, jury_of, moderator, trusted

SignIn = Callable[[User], Client]

MASKED = Ruling(action=DecisionAction.MASK, rule=Rule.PERSONAL_DATA, reason="A number.")
LOOKED_AT = "moderator is looking at this"
APPEALED = "An appeal about this is being judged"


def change(topic: Topic, body: str, *, number: int = 1) -> bool:
    return editing.edit_topic(
        topic.author,
        topic,
        from_number=number,
        title=topic.title,
        body=body,
        kind=topic.kind,
        product_ids=[],
        tags=[],
    )


# -- while a moderator has it -------------------------------------------------------------------


def test_who_goes_on_changing_it_does_not_keep_a_moderator_from_deciding() -> None:
    topic, by = make_topic(), moderator()
    case = case_of(topic, Rule.PERSONAL_DATA)
    assert change(topic, "Her number is 030 1234567.")  # nobody looks yet
    lease.take(by, case)
    seen = judging.seen(case)
    for body in ("Her number is 030 1234568.", "Her number is 030 1234569."):
        with pytest.raises(NotAllowed, match=rf"{LOOKED_AT}.*in 10 minutes; what you typed"):
            change(topic, body, number=2)
        with pytest.raises(NotAllowed, match=LOOKED_AT):
            editing.sort_topic(topic.author, topic, tags=[body])
    decide(by, case, MASKED, seen=seen)


@pytest.mark.parametrize("how", ["given up", "over", "kept"])
def test_it_can_be_changed_when_the_moderator_is_done(how: str) -> None:
    reply, by = make_reply(), moderator()
    case = case_of(reply)
    with clock.frozen(clock.now()) as move_on:
        lease.take(by, case)
        with pytest.raises(NotAllowed, match=LOOKED_AT):
            editing.edit_reply(reply.author, reply, from_number=1, body="Better.")
        if how == "given up":
            lease.release(by, case)
        elif how == "over":
            move_on(lease.LEASE)
        else:
            kept = Ruling(action=DecisionAction.KEEP, reason="It breaks no rule.")
            decide(by, case, kept, seen=judging.seen(case))
        assert editing.edit_reply(reply.author, reply, from_number=1, body="Better.")


def test_the_word_of_a_company_stays_as_it_is_too() -> None:
    topic = make_topic()
    employee = make_employee(topic.company)
    said = post.post_reply(employee, topic, body="It works here.", as_company=True)
    lease.take(moderator(), case_of(said))
    with pytest.raises(NotAllowed, match=LOOKED_AT):
        editing.edit_reply(employee, said, from_number=1, body="It does not.")


def test_nothing_else_waits_for_a_moderator() -> None:
    """Other posts, verdicts about this one, and what moderators file it under."""
    topic, by = make_topic(), moderator()
    reply, comment = make_reply(topic), make_reply(topic)
    lease.take(by, case_of(topic))
    assert editing.edit_reply(comment.author, comment, from_number=1, body="Put better.")
    post.post_reply(make_user(), topic, body="Me too.")
    assert editing.sort_topic(moderator(), topic, tags=["wifi"])
    assert verdicts.accept(topic.author, topic, reply)


@pytest.mark.parametrize("what", ["topic", "reply"])
def test_the_form_comes_back_with_what_was_typed(sign_in: SignIn, what: str) -> None:
    reply = make_reply()
    target = reply.topic if what == "topic" else reply
    lease.take(moderator(), case_of(target))
    fields = {"body": "Taken out.", "note": "mine", "from_number": "1"}
    if what == "topic":
        fields |= {"title": "It drops", "kind": "question", "product": "0", "tags": ""}

    sent = sign_in(target.author).submit(f"/{what[0]}/{target.id}/edit", **fields)

    assert sent.status_code == 422
    page = re.sub(r"\s+", " ", sent.get_data(as_text=True))
    assert "A moderator is looking at this, so it stays as it is for now. Try again in 10" in page
    assert "Taken out." in page
    assert 'value="mine"' in page


# -- while an appeal is open --------------------------------------------------------------------


def test_all_who_judge_an_appeal_read_the_same_text() -> None:
    trusted(5)
    reply, flagger = make_reply(body="Bad words."), make_user()
    decision = judged(reply, DecisionAction.KEEP, flagger=flagger)
    appeal = appeals.appeal(flagger, decision, words="They are bad.")
    first, second, _third = jury_of(appeal)
    appeals.vote(first, appeal, vote=JurorVote.UPHOLD, reason="Bad, and no rule is broken.")
    with pytest.raises(NotAllowed, match=APPEALED):
        editing.edit_reply(reply.author, reply, from_number=1, body="Worse words.")
    appeals.vote(second, appeal, vote=JurorVote.UPHOLD, reason="I agree.")
    assert appeal.state is AppealState.UPHELD
    assert editing.edit_reply(reply.author, reply, from_number=1, body="Good words.")


def test_an_appeal_keeps_it_as_it_is_until_it_is_due_at_most() -> None:
    topic, flagger = make_topic(), make_user()
    decision = judged(topic, DecisionAction.KEEP, flagger=flagger)
    with clock.frozen(clock.now()) as move_on:
        trusted(3)
        appeal = appeals.appeal(flagger, decision, words="Look again.")
        move_on(timedelta(days=12) - timedelta(minutes=1))
        with pytest.raises(NotAllowed, match=APPEALED):
            change(topic, "Better.")
        move_on(timedelta(minutes=1))
        assert appeal.state is AppealState.OPEN  # nothing runs that would end it
        assert change(topic, "Better.")


def test_an_appeal_that_a_moderator_judges_ends_sooner() -> None:
    topic, flagger = make_topic(), make_user()
    decision = judged(topic, DecisionAction.KEEP, flagger=flagger)
    with clock.frozen(clock.now()) as move_on:
        appeal = appeals.appeal(flagger, decision, words="Look again.")
        assert appeal.fallback_at is not None  # there is nobody to draw
        move_on(timedelta(days=3) - timedelta(minutes=1))
        with pytest.raises(NotAllowed, match=APPEALED):
            change(topic, "Better.")
        move_on(timedelta(minutes=1))
        assert change(topic, "Better.")


def test_who_is_late_judges_no_more() -> None:
    """Also while nothing runs that would ask others: the text may be another by then."""
    trusted(3)
    appeal = appealed()
    with clock.frozen(clock.now()) as move_on:
        juror, other, _ = jury_of(appeal)
        move_on(timedelta(hours=72) - timedelta(seconds=1))
        appeals.vote(juror, appeal, vote=JurorVote.UPHOLD, reason="It is spam.")
        move_on(timedelta(seconds=1))
        with pytest.raises(NotAllowed, match="Your time to judge this is over"):
            appeals.vote(other, appeal, vote=JurorVote.UPHOLD, reason="It is.")


def test_a_moderator_who_is_late_judges_no_more() -> None:
    appeal, by = appealed(), moderator()
    with clock.frozen(clock.now()) as move_on:
        move_on(timedelta(hours=72) - timedelta(seconds=1))
        assert appeals.may_decide(by, appeal, at=clock.now())
        move_on(timedelta(seconds=2))
        with pytest.raises(NotAllowed, match="time to decide this is over"):
            appeals.decide(by, appeal, vote=JurorVote.UPHOLD, reason="It is.")
        appeals.advance(appeal)
        assert appeal.state is AppealState.LAPSED


def test_a_decision_that_is_taken_back_lets_its_author_go_on() -> None:
    trusted(5)
    reply = make_reply()
    warned = judged(reply, DecisionAction.KEEP, rule=Rule.ABUSE, measure=DecisionAction.WARN)
    appeals.appeal(reply.author, warned, words="It is no insult.")
    with pytest.raises(NotAllowed, match=APPEALED):
        editing.edit_reply(reply.author, reply, from_number=1, body="Better.")
    reverse(moderator(), warned, reason="It is none.")
    assert editing.edit_reply(reply.author, reply, from_number=1, body="Better.")
