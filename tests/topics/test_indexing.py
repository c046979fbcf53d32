"""A topic's document holds what helps to find it, and nothing that is hidden."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from community.core import clock
from community.core.db import db
from community.search.ranking import doublings
from community.topics import indexing, services
from community.topics.models import (
    AcceptedAnswer,
    OfficialAnswer,
    Standing,
    Tag,
    TopicProduct,
    TopicStatus,
    TopicTag,
)
from tests.conftest import counted_statements
from tests.factories import make_company, make_product, make_reply, make_topic, make_user


def test_a_document_holds_the_words_and_what_vouches_for_them() -> None:
    company = make_company()
    product = make_product(company)
    topic = make_topic(company, title="Printer jams", body="On **page** two &amp; three.")
    topic.status = TopicStatus.SOLVED
    topic.helped_count = 2
    official = make_reply(topic, body="Use the *tray*.")
    accepted = make_reply(topic, body="Clean it.", accepted_count=3, worked_count=5)
    make_reply(topic, body="A poor one.", unhelpful_count=4)
    make_reply(topic, body="A good one.", helpful_count=1)
    make_reply(topic, body="It failed.", helpful_count=9, failed_count=1)
    make_reply(topic, topic.author, body="I forgot to say.", helpful_count=9)
    make_reply(topic, body="Rude.", helpful_count=9, hidden_at=clock.now())
    make_reply(topic, body="A comment.", parent_id=accepted.id, helpful_count=9)
    db.session.add_all(
        [
            OfficialAnswer(topic_id=topic.id, reply_id=official.id, marked_by_id=topic.author_id),
            TopicProduct(topic_id=topic.id, product_id=product.id, company_id=company.id),
        ]
    )
    services.sort_topic(topic.author, topic, tags=["paper", "jam"])

    (document,) = indexing.documents_of([topic.id, 10**6])

    assert (document.title, document.body) == ("Printer jams", "On page two & three.")
    assert document.accepted == "Use the tray.\nClean it."
    assert document.best == "A good one."
    assert (document.tags, document.product_ids) == (("jam", "paper"), (product.id,))
    assert document.names == (company.name, product.name)
    assert (document.kind, document.status) == ("problem", "solved")
    assert (document.has_official, document.has_accepted, document.is_solved) == (True,) * 3
    assert document.helped_count == 5
    assert document.created_at == topic.created_at


def test_a_document_is_as_fresh_as_what_speaks_for_its_answers() -> None:
    asked = clock.now() - timedelta(days=100)
    topic = make_topic(created_at=asked)

    def fresh(**verdict: object) -> int:
        """Return how many days after the question its document is confirmed."""
        for name, value in verdict.items():
            setattr(answer, name, value)
        db.session.flush()
        (document,) = indexing.documents_of([topic.id])
        return (document.confirmed_at - asked).days

    (unanswered,) = indexing.documents_of([topic.id])
    assert unanswered.confirmed_at == topic.created_at
    answer = make_reply(topic, created_at=asked + timedelta(days=10))
    make_reply(topic, topic.author, created_at=asked + timedelta(days=20))  # the asker's thanks
    make_reply(topic, parent_id=answer.id, created_at=asked + timedelta(days=30))  # a comment
    topic.last_activity_at = asked + timedelta(days=30)
    assert fresh() == 10
    accepted = AcceptedAnswer(
        topic_id=topic.id,
        reply_id=answer.id,
        accepted_by_id=topic.author_id,
        accepted_at=asked + timedelta(days=40),
    )
    db.session.add(accepted)
    assert fresh(accepted_count=1) == 40
    assert fresh(worked_count=1, last_worked_at=asked + timedelta(days=50)) == 50
    official = OfficialAnswer(
        topic_id=topic.id,
        reply_id=answer.id,
        marked_by_id=topic.author_id,
        marked_at=asked + timedelta(days=60),
    )
    db.session.add(official)
    assert fresh() == 60


def test_a_document_knows_how_much_the_author_of_its_best_answer_has_solved() -> None:
    expert, company = make_user(), make_company()
    topic, answered_by_others = make_topic(company), make_topic(company)
    make_reply(topic, helpful_count=1)
    make_reply(topic, expert, worked_count=1)
    make_reply(answered_by_others, expert)
    make_reply(answered_by_others, worked_count=1)
    db.session.add_all(
        [
            Standing(company_id=company.id, user_id=expert.id, reply_count=9, solved_count=5),
            Standing(company_id=make_company().id, user_id=expert.id, solved_count=90),
        ]
    )

    (found, other) = indexing.documents_of([topic.id, answered_by_others.id])

    assert (found.expertise, other.expertise) == (doublings(5), 0)


def test_a_hidden_topic_has_no_document() -> None:
    topic, hidden = make_topic(), make_topic(hidden_at=clock.now())

    assert [one.topic_id for one in indexing.documents_of([topic.id, hidden.id])] == [topic.id]
    assert [one.topic_id for one in indexing.all_documents()] == [topic.id]
    assert indexing.visible_count() == 1
    assert indexing.documents_of([]) == []


def test_all_documents_come_in_few_statements(app: Flask) -> None:
    topics = [make_topic() for _ in range(indexing.CHUNK + 1)]
    make_reply(topics[-1])

    with counted_statements(app) as statements:
        documents = list(indexing.all_documents())

    assert [one.topic_id for one in documents] == [topic.id for topic in topics]
    assert documents[-1].best == "Turn it off and on again."
    assert len(statements) == 9  # four a chunk, and one that finds no more


def test_the_document_is_the_same_however_it_is_read() -> None:
    topic = make_topic()
    make_reply(topic, make_user())
    services.sort_topic(topic.author, topic, tags=["b", "a"])

    (one,) = indexing.documents_of([topic.id])
    db.session.expire_all()
    (other,) = list(indexing.all_documents())

    assert one.fingerprint() == other.fingerprint()
    assert db.session.scalars(select(Tag.slug).join(TopicTag)).all() != []


def test_differences_are_told_apart() -> None:
    same, changed, missing = (make_topic() for _ in range(3))
    documents = list(indexing.all_documents())
    known = {one.topic_id: one.fingerprint() for one in documents}
    known[changed.id] = "0" * 16
    del known[missing.id]
    known[missing.id + 1] = "1" * 16

    found = indexing.differences(known, documents)

    assert (found.missing, found.outdated) == ([missing.id], [changed.id])
    assert found.left_over == [missing.id + 1]
    assert same.id not in found.ids
