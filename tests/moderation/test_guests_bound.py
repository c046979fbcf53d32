"""Guests: slow mode and restrictions go by the address, and nothing tells whose address it is."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from community.accounts.models import User
from community.companies.models import Company
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import NotAllowed
from community.moderation.models import (
    DecisionAction,
    LogEntry,
    LogText,
    RestrictionKind,
)
from community.moderation.services import modes
from community.topics.models import Tombstone, Topic, TopicKind
from community.topics.services import post_reply
from community.topics.services.asking import Question, ask_as_guest
from tests.factories import make_company, make_reply, make_topic, make_user
from tests.moderation.trials import judged

HELD_SPAM = "☎️// Loan app customer care number (❾❽❼❻❺❹❸❷❶⓿) //💯"


def asked(email: str, company: Company, number: int = 1, *, more: str = "") -> Topic:
    title = f"It stopped {number}"
    body = f"It stopped again on day {number}. {more}"
    kind = TopicKind.PROBLEM
    return ask_as_guest(email, Question(kind=kind, title=title, body=body, company=company))


def restricted(limit: RestrictionKind | None) -> User:
    """Return a member who may do less: suspended, without a limit."""
    person = make_user()
    measure = DecisionAction.LIMIT if limit else DecisionAction.SUSPEND
    reply = make_reply(author=person)
    judged(reply, DecisionAction.REMOVE, measure=measure, limit=limit, days=30)
    return person


@pytest.mark.parametrize("limit", [None, RestrictionKind.HELD, RestrictionKind.SLOW])
def test_who_is_restricted_is_not_seen_at_once_as_a_guest(limit: RestrictionKind | None) -> None:
    person = restricted(limit)
    assert person.email is not None
    for number in range(2):
        assert asked(person.email.upper(), make_company(), number).hidden_at is not None
    assert asked("somebody.else@example.com", make_company()).hidden_at is None


def test_who_may_post_no_links_may_ask_without() -> None:
    email = restricted(RestrictionKind.NO_LINKS).email
    assert email is not None
    assert asked(email, make_company(), 1).hidden_at is None
    assert asked(email, make_company(), 2, more="HTTPS://example.com").hidden_at is not None


def test_a_restriction_that_has_ended_binds_no_guest() -> None:
    email, now = restricted(RestrictionKind.HELD).email, clock.now()
    assert email is not None
    with clock.frozen(now + timedelta(days=31)):
        assert asked(email, make_company()).hidden_at is None


def test_what_is_held_tells_nothing_of_the_address() -> None:
    email = restricted(None).email
    assert email is not None
    bound = asked(email, make_company())
    kind = TopicKind.QUESTION
    spam = ask_as_guest(
        "c@example.com",
        Question(kind=kind, title=HELD_SPAM, body="call", company=make_company()),
    )
    outbox.deliver_due()
    assert _public(bound) == _public(spam)


def _public(topic: Topic) -> tuple[object, ...]:
    """Return what can be read of why a topic is held, without numbers of rows."""
    stone = db.session.scalars(select(Tombstone).where(Tombstone.topic_id == topic.id)).one()
    row = db.session.get_one(LogEntry, stone.log_seq)
    texts = db.session.scalars(select(LogText.text).where(LogText.seq == row.seq)).all()
    return (
        stone.sight,
        stone.rule,
        stone.asked_by,
        row.role,
        row.rule,
        sorted(json.loads(row.details)),
        texts,
    )


def test_slow_mode_goes_by_the_address() -> None:
    company = make_company()
    modes.slow_down(make_user(is_moderator=True), company, seconds=3_600, reason="Calm.")
    asked("a@example.com", company, 1)
    with pytest.raises(NotAllowed, match="Slow mode"):
        asked("A@example.com", company, 2)
    assert asked("b@example.com", company, 3).hidden_at is None


def test_a_member_in_slow_mode_is_not_seen_at_once_as_a_guest() -> None:
    company, person = make_company(), make_user()
    post_reply(person, make_topic(company), body="One.")
    modes.slow_down(make_user(is_moderator=True), company, seconds=3_600, reason="Calm.")
    assert person.email is not None
    assert asked(person.email, company).hidden_at is not None
    assert asked(person.email, make_company(), 2).hidden_at is None
