"""The trail of found answers counts people once and never their own clicks."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from community.core import clock
from community.core.db import db
from community.core.errors import Invalid
from community.topics import services
from community.topics.models import (
    DeflectionEvent,
    DeflectionStep,
    Outcome,
)
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
