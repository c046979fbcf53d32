"""What moderators do elsewhere than in the queue stands in the public log, once."""

import json

import pytest
from sqlalchemy import select

from community.companies import services as companies
from community.companies.models import CompanyState, Employment, Rivalry
from community.core import outbox
from community.core.db import db
from community.core.errors import NotAllowed
from community.moderation.models import LogAction, LogEntry, LogRole, LogText
from community.topics import services as topics
from community.topics.models import TopicKind, TopicStatus
from tests.factories import make_company, make_employee, make_topic, make_user

pytestmark = pytest.mark.usefixtures("app")


def rows() -> list[LogEntry]:
    outbox.deliver_due()
    return list(db.session.scalars(select(LogEntry).order_by(LogEntry.seq)))


def test_a_status_set_by_a_moderator_is_logged_with_its_reason() -> None:
    topic, moderator = make_topic(), make_user("mona", is_moderator=True)

    topics.set_status(moderator, topic, TopicStatus.SOLVED, note="The asker wrote so.")

    (row,) = rows()
    assert (row.action, row.role, row.target) == (
        LogAction.STATUS,
        LogRole.MODERATOR,
        f"topic {topic.id}",
    )
    assert json.loads(row.details)["is"] == "solved"
    texts = dict(db.session.execute(select(LogText.field, LogText.text)).all())
    assert texts == {"moderator": "mona", "reason": "The asker wrote so."}


def test_what_askers_and_companies_say_of_a_topic_is_not_moderation() -> None:
    topic = make_topic()

    topics.set_status(make_employee(topic.company), topic, TopicStatus.IN_PROGRESS)
    topics.set_status(topic.author, topic, TopicStatus.SOLVED)
    topics.sort_topic(topic.author, topic, tags=["wifi"])

    assert rows() == []


def test_kind_and_tags_changed_by_a_moderator_are_logged() -> None:
    topic = make_topic(kind=TopicKind.PROBLEM)

    topics.sort_topic(make_user(is_admin=True), topic, kind=TopicKind.IDEA, tags=["wifi"])

    (row,) = rows()
    assert (row.action, row.role) == (LogAction.SORT, LogRole.OPERATOR)
    assert json.loads(row.details) == {
        "kind": {"was": "problem", "is": "idea"},
        "tags": {"was": [], "is": ["wifi"]},
    }


def test_the_page_of_a_company_that_has_joined() -> None:
    company = make_company(state=CompanyState.LISTENING)
    employee = make_employee(company)

    companies.add_alias(employee, company, alias="Theirs")
    companies.add_alias(make_user(is_moderator=True), company, alias="Ours")

    (row,) = rows()
    assert (row.action, row.company) == (LogAction.DESCRIBE, company.slug)
    assert json.loads(row.details) == {"what": "names"}


def test_a_stake_bars_every_power_of_a_moderator() -> None:
    topic, rival = make_topic(), make_company()
    topic.company.state, topic.company.proved_at = CompanyState.LISTENING, topic.created_at
    topic.company.official_help_url = topic.company.official_help_source = "https://a.example/"
    moderator = make_user(is_moderator=True)
    low, high = sorted((topic.company_id, rival.id))
    db.session.add_all(
        (
            Employment(user_id=moderator.id, company_id=rival.id),
            Rivalry(company_id=low, rival_id=high, declared_by_id=moderator.id),
        )
    )
    db.session.flush()

    url = "https://b.example/"
    for power in (
        lambda: topics.set_status(moderator, topic, TopicStatus.SOLVED),
        lambda: topics.sort_topic(moderator, topic, kind=TopicKind.PRAISE),
        lambda: companies.add_alias(moderator, topic.company, alias="Worst"),
        lambda: companies.set_official_help(moderator, topic.company, url=url, source=url),
    ):
        with pytest.raises(NotAllowed):
            power()
    assert rows() == []
