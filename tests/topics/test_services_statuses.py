"""Who says where a topic stands; what the asker says about an own issue is not for others."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from community.core import clock
from community.core.db import db
from community.core.errors import Invalid, NotAllowed, NotFound
from community.topics import services
from community.topics.models import StatusChange, StatusRole, Tag, TopicKind, TopicStatus, TopicTag
from tests.factories import (
    make_company,
    make_employee,
    make_mandate,
    make_reply,
    make_topic,
    make_user,
)


def test_a_change_leaves_who_in_what_role_and_why() -> None:
    topic = make_topic()
    employee = make_employee(topic.company)
    before = topic.last_activity_at

    assert services.set_status(employee, topic, TopicStatus.ACKNOWLEDGED, note=" We see\nit too. ")
    assert not services.set_status(employee, topic, TopicStatus.ACKNOWLEDGED)

    assert (topic.status, topic.last_activity_at) == (TopicStatus.ACKNOWLEDGED, before)
    change = db.session.scalars(select(StatusChange)).one()
    assert (change.actor_id, change.role) == (employee.id, StatusRole.COMPANY)
    assert (change.old, change.new) == (TopicStatus.OPEN, TopicStatus.ACKNOWLEDGED)
    assert change.note == "We see it too."
    with pytest.raises(Invalid):
        services.set_status(employee, topic, TopicStatus.OPEN, note="x" * 301)


def test_a_status_belongs_to_its_kind() -> None:
    topic = make_topic(kind=TopicKind.IDEA)
    employee = make_employee(topic.company)

    assert services.set_status(employee, topic, TopicStatus.PLANNED)
    with pytest.raises(NotAllowed):
        services.set_status(employee, topic, TopicStatus.SOLVED)


def test_what_the_asker_called_solved_the_company_cannot_take_back() -> None:
    topic = make_topic()
    employee = make_employee(topic.company)
    services.set_status(topic.author, topic, TopicStatus.SOLVED)

    for status in (TopicStatus.OPEN, TopicStatus.NOT_A_PROBLEM, TopicStatus.IN_PROGRESS):
        with pytest.raises(NotAllowed, match="asker"):
            services.set_status(employee, topic, status)
    assert services.set_status(topic.author, topic, TopicStatus.OPEN)


def test_an_accepted_answer_is_the_askers_word_too_even_an_imported_one() -> None:
    topic = make_topic()
    services.accept(topic.author, topic, make_reply(topic))
    db.session.execute(StatusChange.__table__.delete())  # type: ignore[attr-defined]

    with pytest.raises(NotAllowed):
        services.set_status(make_employee(topic.company), topic, TopicStatus.NOT_A_PROBLEM)


def test_what_the_asker_opened_again_the_company_cannot_close() -> None:
    topic = make_topic()
    employee = make_employee(topic.company)
    services.set_status(employee, topic, TopicStatus.NOT_A_PROBLEM)
    services.set_status(topic.author, topic, TopicStatus.OPEN)

    for status in (TopicStatus.NOT_A_PROBLEM, TopicStatus.SOLVED):
        with pytest.raises(NotAllowed, match="asker"):
            services.set_status(employee, topic, status)
    assert services.set_status(employee, topic, TopicStatus.IN_PROGRESS)


def test_giving_missing_information_is_no_contradiction() -> None:
    topic = make_topic()
    employee = make_employee(topic.company)
    services.set_status(employee, topic, TopicStatus.NEEDS_INFO)
    services.set_status(topic.author, topic, TopicStatus.OPEN)

    assert services.set_status(employee, topic, TopicStatus.SOLVED)


def test_the_asker_says_solved_or_open_and_nothing_else() -> None:
    topic, idea = make_topic(), make_topic(kind=TopicKind.IDEA)

    for status in (TopicStatus.IN_PROGRESS, TopicStatus.NOT_A_PROBLEM):
        with pytest.raises(NotAllowed):
            services.set_status(topic.author, topic, status)
    with pytest.raises(NotAllowed):
        services.set_status(idea.author, idea, TopicStatus.DONE)


def test_an_asker_who_works_there_speaks_in_the_role_that_may() -> None:
    topic = make_topic()
    make_mandate(topic.author, topic.company)

    services.set_status(topic.author, topic, TopicStatus.IN_PROGRESS)
    services.set_status(topic.author, topic, TopicStatus.SOLVED)

    roles = db.session.scalars(select(StatusChange.role).order_by(StatusChange.id)).all()
    assert roles == [StatusRole.COMPANY, StatusRole.ASKER]


def test_a_moderator_may_unless_the_company_is_theirs_or_the_topic() -> None:
    topic = make_topic()
    services.set_status(topic.author, topic, TopicStatus.SOLVED)
    moderator = make_user(is_moderator=True)
    insider = make_user(is_moderator=True)
    make_mandate(insider, topic.company)
    own = make_topic(author=moderator)

    with pytest.raises(NotAllowed):
        services.set_status(insider, topic, TopicStatus.OPEN)
    with pytest.raises(NotAllowed):
        services.set_status(moderator, own, TopicStatus.NOT_A_PROBLEM)
    assert services.set_status(moderator, topic, TopicStatus.OPEN)


def test_nobody_else_has_a_say() -> None:
    topic = make_topic()
    former = make_employee(topic.company, valid_until=clock.now() - timedelta(hours=1))

    for actor in (None, make_user(), former, make_employee(make_company())):
        with pytest.raises(NotAllowed):
            services.set_status(actor, topic, TopicStatus.SOLVED)
        with pytest.raises(NotAllowed):
            services.sort_topic(actor, topic, kind=TopicKind.IDEA)
        with pytest.raises(NotAllowed):
            services.sort_topic(actor, topic, tags=["wifi"])


def test_a_hidden_topic_is_not_there() -> None:
    topic = make_topic(hidden_at=clock.now())

    with pytest.raises(NotFound):
        services.set_status(topic.author, topic, TopicStatus.SOLVED)
    with pytest.raises(NotFound):
        services.sort_topic(topic.author, topic, kind=TopicKind.IDEA)
    with pytest.raises(NotFound):
        services.sort_topic(topic.author, topic, tags=["wifi"])


def test_another_kind_keeps_the_status_if_it_can() -> None:
    topic = make_topic(status=TopicStatus.ACKNOWLEDGED)

    assert services.sort_topic(topic.author, topic, kind=TopicKind.QUESTION)
    assert not services.sort_topic(topic.author, topic, kind=TopicKind.QUESTION)
    assert topic.status is TopicStatus.ACKNOWLEDGED
    assert services.sort_topic(make_user(is_moderator=True), topic, kind=TopicKind.IDEA)

    assert (topic.kind, topic.status) == (TopicKind.IDEA, TopicStatus.OPEN)
    change = db.session.scalars(select(StatusChange)).one()
    assert (change.role, change.new) == (StatusRole.MODERATOR, TopicStatus.OPEN)


def test_the_company_cannot_sort_what_customers_wrote() -> None:
    topic = make_topic()

    with pytest.raises(NotAllowed):
        services.sort_topic(make_employee(topic.company), topic, kind=TopicKind.PRAISE)


def test_tags_are_replaced() -> None:
    topic = make_topic()
    services.sort_topic(topic.author, topic, tags=["Wi-Fi", "Crash"])

    services.sort_topic(topic.author, topic, tags=["crash", "Größe", ""])

    tags = select(Tag.slug).join(TopicTag).where(TopicTag.topic_id == topic.id).order_by(Tag.slug)
    assert db.session.scalars(tags).all() == ["crash", "grosse"]
    services.sort_topic(topic.author, topic, tags=[])
    assert db.session.scalars(tags).all() == []
