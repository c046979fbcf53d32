"""Saved searches: which new topics their owners hear of."""

from typing import Any

import pytest
from flask import Flask

from community.core.db import db
from community.notifications import queries
from community.topics import services as topics
from community.topics.models import SavedSearch, Topic, TopicKind, TopicStatus
from tests.conftest import counted_statements
from tests.factories import make_company, make_product, make_topic, make_user


def fits(text: str, topic: Topic, **columns: Any) -> bool:
    """Tell whether a search for ``text`` fits a topic."""
    search = SavedSearch(user_id=make_user().id, name="mine", text=text, **columns)
    db.session.add(search)
    db.session.flush()
    return search.id in queries.fitting(topic)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("router", True),
        ("Routers dropping", True),
        ("my router", True),  # stop words tell nothing
        ("router toaster", False),
        ("windows 10", True),
        ("windows10", True),
        ("add-on", True),
        ("addon", True),
        ("sec_error_unknown_issuer", True),
        ("issuer", True),
        ("打印机", True),
        ("打机", False),
        ("", True),
        ("the", False),
        ("!!!", True),  # no word at all narrows nothing
    ],
)
def test_all_telling_words_have_to_be_there(text: str, expected: bool) -> None:
    topic = make_topic(
        title="Router drops on Windows10",
        body="An add-on says sec_error_unknown_issuer. 打印机",
    )

    assert fits(text, topic) is expected


def test_what_a_search_is_narrowed_to_has_to_agree() -> None:
    company = make_company()
    product = make_product(company)
    other = make_company()
    topic = topics.post_topic(
        make_user(),
        company,
        kind=TopicKind.IDEA,
        title="A dark mode",
        body="Please.",
        product_ids=[product.id],
        tags=["night"],
    )
    topic.language = "de-AT"

    for columns, expected in (
        ({"company_id": company.id}, True),
        ({"company_id": other.id}, False),
        ({"product_id": product.id}, True),
        ({"product_id": make_product(company).id}, False),
        ({"kind": TopicKind.IDEA}, True),
        ({"kind": TopicKind.PROBLEM}, False),
        ({"status": TopicStatus.OPEN}, True),
        ({"status": TopicStatus.SOLVED}, False),
        ({"tag": "night"}, True),
        ({"tag": "day"}, False),
        ({"language": "de"}, True),
        ({"language": "en"}, False),
        ({"is_unanswered": True}, True),
        ({"has_official": True}, False),
        ({"has_accepted": True}, False),
        ({"tells": False}, False),
    ):
        assert fits("dark", topic, **columns) is expected, columns


def test_one_s_own_topic_is_no_news() -> None:
    author = make_user()
    db.session.add(SavedSearch(user_id=author.id, name="mine", text="router"))
    db.session.flush()

    assert queries.fitting(make_topic(author=author, title="My router")) == []


def test_thousands_of_searches_are_asked_in_the_same_statements(app: Flask) -> None:
    topic, owner = make_topic(title="My router drops"), make_user()

    def statements(number: int) -> int:
        db.session.add_all(
            SavedSearch(user_id=owner.id, name="mine", text=f"router {word}")
            for word in ["drops", *(f"word{n}" for n in range(number - 1))]
        )
        db.session.flush()
        with counted_statements(app) as sent:
            found = queries.fitting(topic)
        assert len(found) >= 1
        return len(sent)

    assert statements(2) == statements(2000) == 2
