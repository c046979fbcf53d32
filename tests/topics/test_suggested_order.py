"""Among topics that fit alike, those come first that are for whoever asks."""

from collections.abc import Callable

from flask import Flask

from community.accounts.models import User
from community.companies.models import Company
from community.core import outbox
from community.core.db import db
from community.topics.models import Topic, TopicProduct
from community.web.language import languages_read
from tests.conftest import Client
from tests.factories import make_company, make_product, make_topic, make_user

ASKED = "update error 0x80"


def indexed(*topics: Topic) -> None:
    for topic in topics:
        outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)
    outbox.deliver_due()


def order(client: Client, *, reader: str = "", **query: str) -> list[int]:
    """Return the topics as the API lists them, to a browser that reads ``reader``."""
    told = client.get(
        "/api/v1/similar",
        query_string={"text": ASKED, **query},
        headers={"Accept-Language": reader} if reader else {},
    )
    assert told.json is not None
    return [topic["id"] for topic in told.json["topics"]]


def shown(page: str, *topics: Topic) -> list[int]:
    """Return the ids of these topics in the order in which a page names them."""
    return sorted((topic.id for topic in topics), key=lambda id_: page.index(f"/t/{id_}/"))


def test_what_the_reader_reads_comes_first_and_hides_nothing(client: Client) -> None:
    company = make_company()
    english, german = (
        make_topic(company, title=f"{ASKED}!", language=language) for language in ("en", "de")
    )
    indexed(english, german)

    assert order(client, reader="de-AT,de;q=0.9") == [german.id, english.id]
    assert order(client, reader="en-GB") == [english.id, german.id]
    assert set(order(client)) == set(order(client, reader="de,en")) == {english.id, german.id}


def test_topics_of_the_product_that_was_chosen_come_first(client: Client) -> None:
    company = make_company("Brightwave")
    first, second = (make_product(company, name) for name in ("Router", "Lamp"))
    topics = [filed(company, product.id) for product in (first, second)]
    indexed(*topics)

    for product, expected in ((first, topics), (second, topics[::-1])):
        page = client.get(
            "/ask/suggestions",
            query_string={"text": ASKED, "about": f"brightwave/{product.slug}"},
        ).text
        assert shown(page, *topics) == [topic.id for topic in expected]


def filed(company: Company, product_id: int) -> Topic:
    topic = make_topic(company, title=ASKED)
    db.session.add(TopicProduct(topic_id=topic.id, product_id=product_id, company_id=company.id))
    return topic


def test_topics_of_a_company_that_is_named_come_first(client: Client) -> None:
    # Enough of words besides the name that the other company's topic surely fits as well.
    asked = "the update stops with error 0x80 after the restart"
    others, named = (
        make_topic(make_company(name), title=asked) for name in ("Larkspur", "Brightwave Tools")
    )
    indexed(others, named)

    assert order(client, text=f"Brightwave Tools {asked}") == [named.id, others.id]
    assert order(client, text=f"Larkspur {asked}") == [others.id, named.id]


def test_the_reader_says_what_they_read(app: Flask) -> None:
    for header, read in (
        ("", set()),
        ("*", set()),
        ("de-AT, en;q=0.5, fr;q=0", {"de", "en"}),
        ("zh-Hant-TW,*;q=0.1", set()),
        ("%%%,,;q=x", {"%%%"}),
    ):
        with app.test_request_context(headers={"Accept-Language": header}):
            assert languages_read() == read


def test_the_language_chosen_for_pages_is_read(sign_in: Callable[[User], Client]) -> None:
    company = make_company()
    english, indonesian = (
        make_topic(company, title=f"{ASKED}!", language=language) for language in ("en", "id")
    )
    indexed(english, indonesian)

    client = sign_in(make_user(language="id"))

    assert order(client, reader="de") == [indonesian.id, english.id]
