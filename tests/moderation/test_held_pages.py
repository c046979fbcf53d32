"""Pages that open with a question nobody has seen: they are seen when one about them is."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from community.companies import queries
from community.core import outbox
from community.core.db import db
from community.moderation.models import Case, DecisionAction, LogEntry
from community.moderation.queries import spam as known
from community.moderation.services.decide import Ruling
from community.topics.models import Rule, Topic, TopicKind
from community.topics.services import post_topic
from community.topics.services.asking import Question, ask, ask_as_guest
from tests.factories import make_company, make_user
from tests.moderation import trials

ADVERT = "Call Acme Helpline +1-888-555-0197"
TAG = "call-1-888-555-0197"


def question(company: str = ADVERT, product: str = "", website: str = "") -> Question:
    return Question(
        kind=TopicKind.QUESTION,
        title="How do I pay a bill?",
        body="Which way is there to pay?",
        company=None,
        company_name=company,
        website=website,
        new_product=product,
    )


def decided(topic: Topic, action: DecisionAction, rule: Rule | None = None) -> None:
    """Decide the case of a held topic."""
    case = db.session.scalars(select(Case).where(Case.topic_id == topic.id)).one()
    trials.ruled(case, Ruling(action=action, rule=rule, reason="As it looks."))
    outbox.deliver_due()


def held(**more: str) -> Topic:
    topic = ask_as_guest("a@example.com", question(product="Refund 1-888-555-0198", **more))
    outbox.deliver_due()
    assert topic.hidden_at is not None
    return topic


def named(client: FlaskClient, topic: Topic) -> list[str]:
    """Return the addresses at which something says what a held topic has opened."""
    addresses = (
        "/companies",
        "/companies?q=Helpline",
        "/companies?sort=new",
        "/companies/complete?text=Call+Acme",
        "/sitemap/companies-1.xml",
        "/sitemap/products-1.xml",
        "/search?q=Acme+Helpline",
        f"/t/{topic.id}",
        "/log",
    )
    return [
        address
        for address in addresses
        if "888-555" in client.get(address, follow_redirects=True).get_data(as_text=True)
    ]


def test_what_a_held_question_opens_is_nowhere(client: FlaskClient) -> None:
    topic = held()
    assert named(client, topic) == []
    assert client.get(f"/c/{topic.company.slug}").status_code == 404
    assert [row.company for row in db.session.scalars(select(LogEntry))] == [""]


def test_it_stays_away_when_the_question_is_removed(client: FlaskClient) -> None:
    topic = held()
    decided(topic, DecisionAction.REMOVE, Rule.SPAM)
    assert named(client, topic) == []


def test_it_is_there_once_the_question_is_released(client: FlaskClient) -> None:
    topic = held()
    decided(topic, DecisionAction.RELEASE)
    page = client.get(f"/c/{topic.company.slug}")
    assert page.status_code == 200
    assert ADVERT in client.get("/companies").get_data(as_text=True)
    assert [product.name for product in queries.products_of(topic.company_id)] == [
        "Refund 1-888-555-0198"
    ]


def test_what_is_asked_in_sight_opens_pages_in_sight() -> None:
    topic = ask(make_user(), question("Acme", "Kettle"))
    assert topic.hidden_at is None
    db.session.refresh(topic.company)
    assert queries.by_slug(topic.company.slug) is topic.company
    assert [product.name for product in queries.products_of(topic.company_id)] == ["Kettle"]


@pytest.mark.parametrize("by", [make_user, lambda: make_user(is_moderator=True)])
def test_who_asks_about_a_held_page_in_sight_brings_it_there(by: object) -> None:
    first = ask_as_guest(
        "a@example.com",
        Question(
            kind=TopicKind.QUESTION,
            title=ADVERT,
            body="☎️ call (❾❽❼❻❺❹❸❷❶⓿)",
            company=None,
            company_name="Acme",
        ),
    )
    assert first.hidden_at is not None
    assert queries.by_slug("acme") is None
    assert callable(by)
    second = ask(by(), question("Acme"))
    assert second.company_id == first.company_id
    assert queries.by_slug("acme") is not None


def test_a_held_page_keeps_no_website_from_others() -> None:
    topic = held(website="acme.example")
    other = ask(make_user(), question("Acme", website="acme.example"))
    assert other.company_id != topic.company_id
    assert other.company.website_host == "acme.example"


def test_a_tag_is_there_as_long_as_a_topic_in_sight_has_it(client: FlaskClient) -> None:
    topic = post_topic(
        make_user(),
        make_company(),
        kind=TopicKind.QUESTION,
        title="How to pay",
        body="What is the way to pay",
        tags=[TAG],
    )
    assert topic.hidden_at is not None
    assert known.judgement_of(topic) is not None
    for address in ("/tags", "/tags?q=call", "/sitemap/tags-1.xml"):
        assert TAG not in client.get(address).get_data(as_text=True)
    assert client.get(f"/tags/{TAG}").status_code == 404
    decided(topic, DecisionAction.RELEASE)
    assert client.get(f"/tags/{TAG}").status_code == 200
