"""Verdicts: each person has one word, the counts follow it, and nobody judges their own."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from community.core import clock
from community.core.db import db
from community.core.errors import Invalid, NotAllowed, NotFound
from community.topics import services
from community.topics.models import (
    AcceptedAnswer,
    MeToo,
    OfficialAnswer,
    Outcome,
    Reply,
    StatusChange,
    StatusRole,
    Topic,
    TopicKind,
    TopicStatus,
    Vote,
)
from tests.factories import make_company, make_employee, make_reply, make_topic, make_user

VISIT, OTHER_VISIT = "0123456789abcdef" * 2, "fedcba9876543210" * 2


def votes(reply: Reply) -> tuple[int, int]:
    return reply.helpful_count, reply.unhelpful_count


def outcomes(reply: Reply) -> tuple[int, int]:
    return reply.worked_count, reply.failed_count


def history(topic: Topic) -> list[tuple[StatusRole, TopicStatus, TopicStatus]]:
    rows = db.session.scalars(
        select(StatusChange).where(StatusChange.topic_id == topic.id).order_by(StatusChange.id)
    )
    return [(row.role, row.old, row.new) for row in rows]


def test_a_vote_can_be_changed_and_taken_back() -> None:
    reply, voter = make_reply(), make_user()

    assert services.vote(voter, reply, 1)
    assert not services.vote(voter, reply, 1)
    assert votes(reply) == (1, 0)
    assert services.vote(voter, reply, -1)
    assert votes(reply) == (0, 1)
    services.vote(make_user(), reply, -1)
    assert votes(reply) == (0, 2)
    assert services.vote(voter, reply, 0)
    assert not services.vote(voter, reply, 0)
    assert votes(reply) == (0, 1)
    assert services.vote(voter, reply, 1)
    assert votes(reply) == (1, 1)
    assert sorted(db.session.scalars(select(Vote.value))) == [-1, 1]


def test_a_vote_is_one_of_three() -> None:
    with pytest.raises(Invalid):
        services.vote(make_user(), make_reply(), 2)


def test_nobody_judges_an_own_answer_or_a_comment() -> None:
    reply = make_reply()
    comment = make_reply(reply.topic, parent_id=reply.id)

    for judge, judged in ((reply.author, reply), (make_user(), comment), (None, reply)):
        with pytest.raises(NotAllowed):
            services.vote(judge, judged, 1)
    for judge, judged in ((reply.author, reply), (make_user(), comment)):
        with pytest.raises(NotAllowed):
            services.record_outcome(judged, user=judge, worked=True)
    with pytest.raises(NotAllowed):
        services.record_outcome(comment, visit=VISIT, worked=True)


def test_a_hidden_answer_cannot_be_judged() -> None:
    hidden = make_reply(hidden_at=clock.now())
    below_hidden = make_reply(make_topic(hidden_at=clock.now()))

    for reply in (hidden, below_hidden):
        with pytest.raises(NotFound):
            services.vote(make_user(), reply, 1)
        with pytest.raises(NotFound):
            services.record_outcome(reply, visit=VISIT, worked=True)
        with pytest.raises(NotFound):
            services.accept(reply.topic.author, reply.topic, reply)


def test_an_outcome_counts_once_a_person_and_can_change() -> None:
    reply, member = make_reply(), make_user()

    with clock.frozen(clock.now()) as move_on:
        first = clock.now()
        assert services.record_outcome(reply, user=member, worked=True, version=" 5.2 ")
        assert services.record_outcome(reply, visit=VISIT, worked=False)
        assert (outcomes(reply), reply.last_worked_at) == ((1, 1), first)
        move_on(timedelta(days=1))
        assert not services.record_outcome(reply, user=member, worked=True, version="5.3")
        assert (outcomes(reply), reply.last_worked_at) == ((1, 1), clock.now())
        assert services.record_outcome(reply, user=member, worked=False)
        assert (outcomes(reply), reply.last_worked_at) == ((0, 2), None)
        assert services.record_outcome(reply, visit=VISIT, worked=True)
        assert outcomes(reply) == (1, 1)
        assert services.record_outcome(reply, visit=VISIT, worked=None)
        assert not services.record_outcome(reply, visit=VISIT, worked=None)

    assert (outcomes(reply), reply.last_worked_at) == ((0, 1), None)
    assert db.session.scalars(select(Outcome.user_id)).all() == [member.id]


def test_the_newest_success_that_is_left_counts() -> None:
    reply = make_reply()

    with clock.frozen(clock.now()) as move_on:
        first = clock.now()
        services.record_outcome(reply, visit=OTHER_VISIT, worked=True)
        move_on(timedelta(hours=1))
        services.record_outcome(reply, visit=VISIT, worked=True, version="5.2 beta" * 10)
        assert reply.last_worked_at == clock.now()
        services.record_outcome(reply, visit=VISIT, worked=None)

    assert reply.last_worked_at == first


def test_what_a_visit_said_becomes_the_members_word_after_signing_in() -> None:
    reply, member = make_reply(), make_user()
    services.record_outcome(reply, visit=VISIT, worked=True)

    assert not services.record_outcome(reply, user=member, visit=VISIT, worked=True)

    assert outcomes(reply) == (1, 0)
    assert db.session.execute(select(Outcome.user_id, Outcome.visit)).one() == (member.id, None)


@pytest.mark.parametrize("visit", [None, "", "x" * 32, "0" * 31, "A" * 32, "0" * 32 + "\n"])
def test_an_outcome_needs_a_member_or_a_proper_visit(visit: str | None) -> None:
    with pytest.raises(Invalid):
        services.record_outcome(make_reply(), visit=visit, worked=True)


def test_the_askers_acceptance_solves_the_topic_and_taking_it_back_opens_it_again() -> None:
    topic = make_topic(status=TopicStatus.ACKNOWLEDGED)
    first, second = make_reply(topic), make_reply(topic)
    asker = topic.author

    assert services.accept(asker, topic, first)
    assert not services.accept(asker, topic, first)
    assert services.accept(asker, topic, second)
    assert (first.accepted_count, second.accepted_count) == (1, 1)
    assert services.unaccept(asker, topic, first)
    assert history(topic)[1:] == []  # the other one still solves it
    assert services.unaccept(asker, topic, second)
    assert not services.unaccept(asker, topic, second)

    assert topic.status is TopicStatus.OPEN
    assert second.accepted_count == 0
    assert history(topic) == [
        (StatusRole.ASKER, TopicStatus.ACKNOWLEDGED, TopicStatus.SOLVED),
        (StatusRole.ASKER, TopicStatus.SOLVED, TopicStatus.OPEN),
    ]


def test_a_topic_solved_by_other_means_stays_solved() -> None:
    topic = make_topic()
    reply = make_reply(topic)
    services.set_status(topic.author, topic, TopicStatus.SOLVED)
    services.accept(topic.author, topic, reply)

    services.unaccept(topic.author, topic, reply)

    assert topic.status is TopicStatus.SOLVED
    assert len(history(topic)) == 1


def test_an_imported_topic_opens_again_too() -> None:
    topic = make_topic(status=TopicStatus.SOLVED)
    reply = make_reply(topic, accepted_count=1)
    accepted = AcceptedAnswer(topic_id=topic.id, reply_id=reply.id, accepted_by_id=topic.author_id)
    db.session.add(accepted)

    services.unaccept(topic.author, topic, reply)

    assert topic.status is TopicStatus.OPEN


def test_people_with_the_same_issue_accept_without_solving_it_for_the_asker() -> None:
    topic = make_topic()
    reply, other = make_reply(topic), make_reply(topic)
    neighbour = make_user()

    with pytest.raises(NotAllowed, match="I have this too"):
        services.accept(neighbour, topic, reply)
    services.add_me_too(neighbour, topic)
    assert services.accept(neighbour, topic, reply)
    assert services.accept(neighbour, topic, other)

    assert (reply.accepted_count, topic.status) == (1, TopicStatus.OPEN)
    services.remove_me_too(neighbour, topic)
    assert (reply.accepted_count, other.accepted_count) == (0, 0)
    assert db.session.scalars(select(AcceptedAnswer)).all() == []


def test_nobody_with_the_same_issue_accepts_an_own_answer_but_the_asker_may() -> None:
    topic = make_topic()
    helper = make_user()
    db.session.add(MeToo(topic_id=topic.id, user_id=helper.id))
    own, askers = make_reply(topic, helper), make_reply(topic, topic.author)

    with pytest.raises(NotAllowed):
        services.accept(helper, topic, own)
    assert services.accept(topic.author, topic, askers)
    assert topic.status is TopicStatus.SOLVED


def test_what_cannot_be_solved_has_no_accepted_answer() -> None:
    idea = make_topic(kind=TopicKind.IDEA)
    reply = make_reply(make_topic())
    comment = make_reply(reply.topic, parent_id=reply.id)

    with pytest.raises(NotAllowed):
        services.accept(idea.author, idea, make_reply(idea))
    with pytest.raises(NotAllowed):
        services.accept(reply.topic.author, reply.topic, comment)
    with pytest.raises(NotFound):
        services.accept(idea.author, idea, reply)


def test_the_companys_answer_is_replaced_not_added() -> None:
    topic = make_topic()
    first, second = make_reply(topic), make_reply(topic)
    employee = make_employee(topic.company)

    assert services.mark_official(employee, topic, first)
    assert not services.mark_official(employee, topic, first)
    assert services.mark_official(employee, topic, second)

    assert db.session.scalars(select(OfficialAnswer.reply_id)).all() == [second.id]
    assert services.unmark_official(employee, topic)
    assert not services.unmark_official(employee, topic)


def test_only_who_speaks_for_the_company_marks_its_answer() -> None:
    topic = make_topic()
    reply = make_reply(topic)
    yesterday = clock.now() - timedelta(hours=1)
    employee = make_employee(topic.company)
    services.mark_official(employee, topic, reply)

    for other in (
        None,
        topic.author,
        make_user(is_moderator=True),
        make_employee(make_company()),
        make_employee(topic.company, valid_until=yesterday),
    ):
        with pytest.raises(NotAllowed):
            services.mark_official(other, topic, reply)
        with pytest.raises(NotAllowed):
            services.unmark_official(other, topic)
    with pytest.raises(NotAllowed):
        services.mark_official(employee, topic, make_reply(topic, parent_id=reply.id))
    with pytest.raises(NotFound):
        services.mark_official(employee, topic, make_reply())
