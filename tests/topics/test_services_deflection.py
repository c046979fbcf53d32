"""The trail of found answers counts people once and never their own clicks."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.core.errors import Invalid
from community.core.outbox import OutboxRow
from community.topics import services
from community.topics.models import (
    DeflectionEvent,
    DeflectionStep,
    Outcome,
    Reply,
    Topic,
)
from community.topics.services import recount
from tests.conftest import counted_statements
from tests.factories import make_reply, make_topic, make_user

VISIT, OTHER_VISIT = "0123456789abcdef" * 2, "fedcba9876543210" * 2
SOLVED = DeflectionStep.SOLVED


def test_this_fixed_it_counts_once_a_visit_for_the_topic_and_its_answer() -> None:
    topic = make_topic()
    reply = make_reply(topic)

    assert services.record_step(
        visit=VISIT, step=SOLVED, topic_id=topic.id, reply_id=reply.id, rank=2, query=" it\nstopped"
    )
    assert not services.record_step(visit=VISIT, step=SOLVED, topic_id=topic.id)
    assert services.record_step(visit=OTHER_VISIT, step=SOLVED, topic_id=topic.id)

    assert (topic.helped_count, reply.worked_count) == (2, 1)
    event = db.session.scalars(select(DeflectionEvent).order_by(DeflectionEvent.id)).first()
    assert event is not None
    assert (event.company_id, event.reply_id, event.rank) == (topic.company_id, reply.id, 2)
    assert event.query == "it stopped"
    assert db.session.scalars(select(Outcome.visit)).all() == [VISIT]


def test_a_member_counts_once_whatever_the_visit() -> None:
    topic, member = make_topic(), make_user()

    assert services.record_step(visit=VISIT, step=SOLVED, topic_id=topic.id, user=member)
    assert not services.record_step(visit=OTHER_VISIT, step=SOLVED, topic_id=topic.id, user=member)
    assert topic.helped_count == 1


def test_own_clicks_never_count() -> None:
    topic = make_topic()
    reply = make_reply(topic)

    for user in (topic.author, reply.author):
        assert not services.record_step(
            visit=VISIT, step=SOLVED, topic_id=topic.id, reply_id=reply.id, user=user
        )
    assert not services.record_step(
        visit=VISIT, step=DeflectionStep.ME_TOO, topic_id=topic.id, user=topic.author
    )

    assert (topic.helped_count, reply.worked_count, topic.me_too_count) == (0, 0, 0)
    assert db.session.scalars(select(DeflectionEvent)).all() == []


def test_me_too_counts_a_member_as_having_it() -> None:
    topic, member = make_topic(), make_user()

    assert services.record_step(
        visit=VISIT, step=DeflectionStep.ME_TOO, topic_id=topic.id, user=member
    )
    assert services.record_step(visit=OTHER_VISIT, step=DeflectionStep.ME_TOO, topic_id=topic.id)

    assert topic.me_too_count == 1  # a visit without an account has no name to count


def test_who_may_not_take_part_is_a_visit_like_any_other() -> None:
    topic = make_topic()
    suspended = make_user(suspended_until=clock.now() + timedelta(days=1))

    assert services.record_step(visit=VISIT, step=SOLVED, topic_id=topic.id, user=suspended)
    assert db.session.scalars(select(DeflectionEvent.user_id)).all() == [None]


def test_what_cannot_be_seen_is_not_noted() -> None:
    hidden = make_topic(hidden_at=clock.now())

    assert not services.record_step(visit=VISIT, step=SOLVED, topic_id=hidden.id)
    assert not services.record_step(visit=VISIT, step=SOLVED, topic_id=10**15)


def test_an_answer_of_another_topic_gets_no_credit() -> None:
    topic, elsewhere = make_topic(), make_reply()

    services.record_step(visit=VISIT, step=SOLVED, topic_id=topic.id, reply_id=elsewhere.id)

    assert elsewhere.worked_count == 0
    assert db.session.scalars(select(DeflectionEvent.reply_id)).all() == [None]


def test_long_words_and_strange_ranks_are_cut() -> None:
    topic = make_topic()

    services.record_step(
        visit=VISIT,
        step=DeflectionStep.DIFFERS,
        topic_id=topic.id,
        rank=10**12,
        query="q" * 1000,
        reason="r\x00" * 1000,
    )

    event = db.session.scalars(select(DeflectionEvent)).one()
    assert (len(event.query), len(event.reason), event.rank) == (150, 300, None)


def test_a_visit_is_checked() -> None:
    with pytest.raises(Invalid):
        services.record_step(visit="me", step=SOLVED)
    with pytest.raises(Invalid):
        services.record_shown(visit="me", topic_ids=[1], query="")


def test_what_was_shown_is_kept_in_one_statement(app: Flask) -> None:
    topics = [make_topic() for _ in range(5)]
    ids = [topic.id for topic in topics]
    services.record_shown(visit=VISIT, topic_ids=ids[:2], query="it stopped")

    with counted_statements(app) as statements:
        assert services.record_shown(visit=VISIT, topic_ids=ids, query="it stopped") == 3

    assert len(statements) == 1
    ranks = select(DeflectionEvent.topic_id, DeflectionEvent.rank).order_by(DeflectionEvent.id)
    assert db.session.execute(ranks).all() == list(zip(ids, range(1, 6), strict=True))
    assert services.record_shown(visit=VISIT, topic_ids=[], query="") == 0


# The answer that helped


def solved(topic: Topic, reply: Reply | None, visit: str, user: User | None = None) -> bool:
    """Say "this fixed it" of an answer."""
    return services.record_step(
        visit=visit,
        step=SOLVED,
        topic_id=topic.id,
        reply_id=reply.id if reply else None,
        user=user,
    )


def visit_of(number: int) -> str:
    """Return one of many visits."""
    return f"{number:032x}"


def counts(topic: Topic, reply: Reply) -> tuple[int, int, int]:
    """Return how many a topic and its answer helped, and for how many the answer worked."""
    db.session.refresh(topic)
    db.session.refresh(reply)
    return topic.helped_count, reply.helped_count, reply.worked_count


def test_no_answer_can_have_helped_fewer_than_nobody() -> None:
    reply = make_reply(make_topic())
    reply.helped_count = -1

    with pytest.raises(IntegrityError):
        db.session.flush()


def test_the_answer_that_was_shown_gets_the_credit() -> None:
    topic = make_topic()
    reply, other = make_reply(topic), make_reply(topic)

    solved(topic, reply, visit_of(1))
    solved(topic, reply, visit_of(2))
    solved(topic, other, visit_of(2))  # the same visitor and topic
    solved(topic, None, visit_of(3))  # the topic helped; no answer of it was shown

    assert counts(topic, reply) == (3, 2, 2)
    assert other.helped_count == 0


def test_what_an_answer_has_helped_is_counted_again_from_the_rows() -> None:
    topic = make_topic()
    reply = make_reply(topic)
    for number in range(3):
        solved(topic, reply, visit_of(number))
    reply.helped_count, topic.helped_count = 17, 18
    db.session.flush()

    wrong = {one.name: one for one in (correct() for _name, correct in recount.steps()) if one.rows}

    assert {"replies.helped_count", "topics.helped_count"} <= set(wrong)
    assert wrong["replies.helped_count"].examples[0].was == 17
    assert counts(topic, reply)[:2] == (3, 3)


def test_its_author_is_told_now_and_then() -> None:
    topic = make_topic()
    reply = make_reply(topic)

    for number in range(31):
        solved(topic, reply, visit_of(number))

    told = db.session.scalars(
        select(OutboxRow.payload).where(OutboxRow.event == "answer.helped").order_by(OutboxRow.id)
    ).all()
    assert {row["helped_count"] for row in told} == {1, 3, 10, 30}
    assert all(row["reply_id"] == reply.id for row in told)


# Whose visit it was


def test_who_signs_in_on_the_same_visit_does_not_count_twice() -> None:
    topic, member = make_topic(), make_user()
    reply = make_reply(topic)
    solved(topic, reply, VISIT)

    assert services.settle_visit(member, VISIT) == 0
    assert not solved(topic, reply, VISIT, member)
    assert not solved(topic, reply, OTHER_VISIT, member)  # on another device, signed in

    assert counts(topic, reply) == (1, 1, 1)


def test_help_that_was_counted_for_the_member_before_is_taken_back() -> None:
    topic, member = make_topic(), make_user()
    reply = make_reply(topic)
    solved(topic, reply, VISIT, member)
    solved(topic, reply, OTHER_VISIT)  # signed out, on another device

    assert services.settle_visit(member, OTHER_VISIT) == 1
    assert services.settle_visit(member, OTHER_VISIT) == 0

    assert counts(topic, reply) == (1, 1, 1)


@pytest.mark.parametrize("who", ["asker", "author"])
def test_help_given_to_oneself_is_taken_back_on_signing_in(who: str) -> None:
    topic = make_topic()
    reply = make_reply(topic)
    me = topic.author if who == "asker" else reply.author
    solved(topic, reply, VISIT)
    solved(topic, reply, OTHER_VISIT)
    assert counts(topic, reply) == (2, 2, 2)

    services.settle_visit(me, VISIT)

    assert counts(topic, reply) == (1, 1, 1)
    assert services.settle_visit(make_user(), visit_of(7)) == 0


def test_what_worked_for_oneself_is_taken_back_as_well() -> None:
    reply = make_reply()
    services.record_outcome(reply, visit=VISIT, worked=True)

    services.settle_visit(reply.author, VISIT)

    assert reply.worked_count == 0


def test_help_of_an_answer_that_is_hidden_now_is_taken_back() -> None:
    topic = make_topic()
    reply = make_reply(topic)
    solved(topic, reply, VISIT)
    reply.hidden_at = clock.now()
    db.session.flush()

    assert services.settle_visit(reply.author, VISIT) == 1
    assert counts(topic, reply)[:2] == (0, 0)


@pytest.mark.parametrize("who", ["asker", "author"])
def test_own_clicks_do_not_count_after_signing_out(who: str) -> None:
    topic = make_topic()
    reply = make_reply(topic)
    me = topic.author if who == "asker" else reply.author
    services.record_shown(visit=VISIT, topic_ids=[topic.id], query="it stopped", user=me)

    assert not solved(topic, reply, VISIT)  # signed out meanwhile, in the same browser
    assert solved(topic, reply, OTHER_VISIT)  # in one in which they never signed in: a stranger

    assert counts(topic, reply) == (1, 1, 1)


def test_two_who_share_a_browser_count_less_rather_than_more() -> None:
    topic, member, sister = make_topic(), make_user(), make_user()
    reply = make_reply(topic)
    solved(topic, reply, VISIT)

    services.settle_visit(member, VISIT)
    services.settle_visit(sister, VISIT)

    assert not solved(topic, reply, VISIT, sister)
    assert counts(topic, reply) == (1, 1, 1)
