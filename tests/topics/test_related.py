"""Topics that read like one another."""

from collections.abc import Callable
from unittest.mock import Mock

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from community import search
from community.core import clock, outbox
from community.core.db import db
from community.search import SearchUnavailable
from community.topics import commands, handlers, indexing, services
from community.topics.models import RelatedTopic, Topic, TopicKind
from community.topics.services import related
from tests.conftest import Client, counted_statements
from tests.factories import make_company, make_topic, make_user

TITLES = (
    "Router drops the connection every night",
    "The router loses its connection at night",
    "Nightly the connection of the router drops",
    "Billing sends two invoices",
)


def ask(company_of: Topic | None = None, title: str = TITLES[0]) -> Topic:
    company = company_of.company if company_of else make_company()
    return services.post_topic(
        make_user(), company, kind=TopicKind.PROBLEM, title=title, body="It does so since May."
    )


def of(topic: Topic) -> list[int]:
    related = select(RelatedTopic.related_id).where(RelatedTopic.topic_id == topic.id)
    return list(db.session.scalars(related.order_by(RelatedTopic.rank)))


@pytest.fixture
def topics() -> list[Topic]:
    """Four topics at one company, and one in the same words at another."""
    first = ask()
    found = [first, *(ask(first, title) for title in TITLES[1:])]
    ask(title=TITLES[0])
    outbox.deliver_due()
    return found


def test_topics_alike_at_one_company_find_each_other(topics: list[Topic]) -> None:
    first, second, third, other = topics

    assert set(of(first)) >= {second.id, third.id}
    assert first.id in of(second)
    assert first.id not in of(first)
    assert set(of(first)) <= {second.id, third.id, other.id}
    assert all(topic.related_at is not None for topic in map(fresh, topics))


def fresh(topic: Topic) -> Topic:
    db.session.refresh(topic, ["related_at"])
    return topic


def test_another_title_leads_to_other_topics(topics: list[Topic]) -> None:
    first, _, _, billing = topics
    services.edit_topic(
        billing.author,
        billing,
        from_number=1,
        title="Router drops its connection nightly",
        body=billing.body,
        kind=billing.kind,
        product_ids=[],
        tags=[],
    )

    outbox.deliver_due()

    assert first.id in of(billing)
    assert billing.id in of(first)


def test_a_job_that_runs_twice_ends_in_the_same_state(topics: list[Topic]) -> None:
    before = [of(topic) for topic in topics]

    for _ in range(2):
        handlers.relate_topic(topics[0].id)

    assert [of(topic) for topic in topics] == before


def test_a_topic_that_is_gone_is_nothing_to_seek() -> None:
    handlers.relate_topic(999_999)

    assert db.session.scalars(select(RelatedTopic)).all() == []


def test_without_an_index_the_job_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    topic = make_topic()
    monkeypatch.setattr(search.index(), "similar", Mock(side_effect=SearchUnavailable("Broken.")))

    with pytest.raises(outbox.Retry):
        handlers.relate_topic(topic.id)


def page(client: Client, topic: Topic) -> str:
    return str(client.get(f"/t/{topic.id}/{topic.slug}").get_data(as_text=True))


def test_the_page_names_them_with_where_they_stand(
    app: Flask, client: Client, topics: list[Topic]
) -> None:
    first, second, third, _ = topics
    third.hidden_at = clock.now()
    db.session.flush()

    with counted_statements(app) as statements:
        aside = page(client, first).split("Topics like this")[1].split("</section>")[0]

    assert f'href="/t/{second.id}/' in aside
    assert "open" in aside
    assert f'href="/t/{third.id}/' not in aside
    assert len(statements) <= 8


def test_a_topic_without_any_says_nothing(client: Client) -> None:
    assert "Topics like this" not in page(client, make_topic())


def indexed(*topics: Topic) -> None:
    search.index().put(indexing.documents_of([topic.id for topic in topics]))


def test_the_night_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    company = make_company()
    alike = [make_topic(company, title=title) for title in TITLES[:3]]
    lonely = [make_topic() for _ in range(4)]
    make_topic(hidden_at=clock.now())
    indexed(*alike, *lonely)
    monkeypatch.setattr(handlers, "RELATED_A_NIGHT", 4)
    monkeypatch.setattr(handlers, "RELATED_AT_ONCE", 2)

    handlers.relate_nightly()
    assert related.unrelated(99) == [topic.id for topic in lonely[1:]]
    handlers.relate_nightly()

    assert related.unrelated(99) == []
    assert set(of(alike[0])) == {alike[1].id, alike[2].id}


Run = Callable[..., str]


@pytest.fixture
def run(app: Flask) -> Run:
    """Return a function that calls the command and returns what it says."""

    def call(*arguments: str) -> str:
        result = CliRunner().invoke(commands.relate, arguments, obj=None)
        assert result.exit_code == 0, result.output
        return result.output

    return call


def test_the_command_relates_those_without_or_all(run: Run) -> None:
    topics = [make_topic(title=title) for title in TITLES]
    indexed(*topics)

    assert "4 topics" in run()
    assert "0 topics" in run()
    assert "4 topics" in run("--all")
