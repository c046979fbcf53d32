"""Restrictions on one person: what they may not do, what they are told, and how it ends."""

from datetime import datetime, timedelta

import pytest

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.core.errors import Invalid, NotAllowed
from community.moderation.models import (
    Case,
    Decision,
    DecisionAction,
    LogAction,
    LogRole,
    RestrictionKind,
)
from community.moderation.queries import restrictions as queries
from community.moderation.services import log
from community.moderation.services.restrictions import lift, restrict
from community.topics.models import TopicKind
from community.topics.services import edit_reply, post_comment, post_reply, post_topic, vote
from tests.factories import make_company, make_reply, make_topic, make_user

LINK = "It is at https://example.com/a."


def decision() -> int:
    """Return the id of a decision to hang a restriction on."""
    person = make_user()
    entry = log.append(LogAction.LIMIT, role=LogRole.MODERATOR, target=f"person {person.id}")
    case = Case(person_id=person.id)
    db.session.add(case)
    db.session.flush()
    row = Decision(
        case_id=case.id, action=DecisionAction.LIMIT, reason="To calm down.", log_seq=entry.seq
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def restricted(kind: RestrictionKind, *, days: int = 3) -> User:
    person = make_user()
    restrict(person, kind=kind, until=clock.now() + timedelta(days=days), decision_id=decision())
    return person


def until_of(person: User) -> datetime | None:
    db.session.refresh(person)
    return person.suspended_until


def test_it_holds_until_its_end() -> None:
    now = clock.now()
    person = restricted(RestrictionKind.NO_LINKS)

    assert list(queries.in_force(person.id, now)) == [RestrictionKind.NO_LINKS]
    assert queries.in_force(person.id, now + timedelta(days=4)) == {}
    assert queries.in_force(make_user().id, now) == {}


def test_an_end_that_has_passed_is_refused() -> None:
    with pytest.raises(Invalid, match="still to come"):
        restrict(
            make_user(),
            kind=RestrictionKind.SLOW,
            until=clock.now() - timedelta(seconds=1),
            decision_id=decision(),
        )


def test_who_is_suspended_takes_no_part_and_is_told_until_when() -> None:
    person = restricted(RestrictionKind.SUSPENDED)
    answer = make_reply()

    with pytest.raises(NotAllowed, match="take part again on"):
        post_reply(person, answer.topic, body="Me too.")
    with pytest.raises(NotAllowed):
        vote(person, answer, 1)
    with clock.frozen(clock.now() + timedelta(days=3, minutes=1)):
        assert post_reply(person, answer.topic, body="Me too.")


def test_lifting_one_suspension_leaves_another_in_force() -> None:
    person, now = make_user(), clock.now()
    first, second = decision(), decision()
    for days, by in ((7, first), (2, second)):
        restrict(
            person,
            kind=RestrictionKind.SUSPENDED,
            until=now + timedelta(days=days),
            decision_id=by,
        )
    assert until_of(person) == now + timedelta(days=7)

    assert (lift(first), lift(first)) == (1, 0)
    assert until_of(person) == now + timedelta(days=2)
    assert lift(second) == 1
    assert until_of(person) is None
    assert queries.in_force(person.id, now) == {}


def test_without_links_one_may_post_everything_else() -> None:
    person, topic, now = restricted(RestrictionKind.NO_LINKS), make_topic(), clock.now()

    with pytest.raises(Invalid, match="go without links") as refusal:
        post_reply(person, topic, body=LINK)
    assert refusal.value.field == "body"
    with pytest.raises(Invalid):
        post_topic(person, make_company(), kind=TopicKind.IDEA, title="A", body=LINK)
    reply = post_reply(person, topic, body="It is on their page.")
    with pytest.raises(Invalid):  # nor by a change
        edit_reply(person, reply, from_number=1, body=LINK)
    with clock.frozen(now + timedelta(days=4)):
        assert edit_reply(person, reply, from_number=1, body=LINK)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("A", "HTTPS://example.com/a"),
        ("A", "[x](//example.com)"),
        ("A", "[x](HTTP:example.com)"),
        ("A", "[x](/\\\\example.com)"),
        ("A", "[x][1]\n\n[1]: Https://example.com"),
        ("A", "WWW.example.com"),
        ("See HTTPS://example.com", "There."),
    ],
)
def test_a_link_is_a_link_however_it_is_spelt(title: str, body: str) -> None:
    person = restricted(RestrictionKind.NO_LINKS)
    with pytest.raises(Invalid, match="go without links"):
        post_topic(person, make_company(), kind=TopicKind.IDEA, title=title, body=body)


def test_what_leads_nowhere_else_is_no_link() -> None:
    person = restricted(RestrictionKind.NO_LINKS)
    body = "[a](/t/1) [b](#c) [d](?page=2) [e](mailto:mira@example.com) `https://example.com`"
    assert post_topic(person, make_company(), kind=TopicKind.IDEA, title="A", body=body)


def test_a_link_that_stands_already_may_be_kept_in_a_change() -> None:
    person, topic = make_user(), make_topic()
    reply = post_reply(person, topic, body=LINK)
    until = clock.now() + timedelta(days=1)
    restrict(person, kind=RestrictionKind.NO_LINKS, until=until, decision_id=decision())

    assert edit_reply(person, reply, from_number=1, body=f"{LINK} Look there.")
    with pytest.raises(Invalid):
        edit_reply(person, reply, from_number=2, body=f"{LINK} <https://example.com/b>")


def test_who_goes_slowly_posts_once_an_hour_wherever() -> None:
    person, now = restricted(RestrictionKind.SLOW), clock.now()
    answer = make_reply()
    with clock.frozen(now):
        reply = post_reply(person, make_topic(), body="One.")

    with clock.frozen(now + timedelta(minutes=20)):
        with pytest.raises(NotAllowed, match="again in 40 minutes"):
            post_comment(person, answer, body="Two.")
        assert edit_reply(person, reply, from_number=1, body="One, put better.")
        assert post_comment(make_user(), answer, body="Two.")  # others are not held up
    with clock.frozen(now + timedelta(hours=1)):
        assert post_comment(person, answer, body="Two.")


def test_taking_a_post_away_does_not_let_its_author_post_sooner() -> None:
    person, now = restricted(RestrictionKind.SLOW), clock.now()
    with clock.frozen(now):
        reply = post_reply(person, make_topic(), body="One.")
    reply.hidden_at = now

    with clock.frozen(now + timedelta(minutes=1)), pytest.raises(NotAllowed):
        post_reply(person, make_topic(), body="Two.")
