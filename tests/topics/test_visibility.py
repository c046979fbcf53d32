"""What is taken out of sight leaves a tombstone, and comes back exactly as it was."""

from typing import Any

import pytest
from sqlalchemy import select

from community.accounts.models import User
from community.core.db import Base, db
from community.core.errors import NotAllowed
from community.topics import services
from community.topics.models import (
    AskedBy,
    Reply,
    Rule,
    Sight,
    Tag,
    Tombstone,
    Topic,
)
from community.topics.services import visibility
from community.topics.services.covering import COVERED
from tests.factories import make_company, make_topic, make_user

UNTOUCHED = {"tombstones", "outbox"}  # what is allowed to be longer afterwards


def rows() -> dict[str, list[Any]]:
    """Return every row of every table, but for the tombstones and what they owe."""
    db.session.flush()
    return {
        table.name: sorted(map(repr, db.session.execute(select(table))))
        for table in Base.metadata.sorted_tables
        if table.name not in UNTOUCHED
    }


def hide(post: Topic | Reply, sight: Sight = Sight.REMOVED) -> Tombstone:
    return services.hide(post, sight=sight, rule=Rule.SPAM, asked_by=AskedBy.MODERATOR, log_seq=1)


@pytest.fixture
def topic() -> Topic:
    """A topic with a tag, an answer that its asker accepted, and a comment on that."""
    asker = make_user()
    topic = services.post_topic(
        asker,
        make_company(),
        kind=make_topic().kind,
        title="It does not start",
        body="Since this morning.",
        tags=["wifi"],
    )
    answer = services.post_reply(make_user(), topic, body="Turn it on and off.")
    services.post_comment(make_user(), answer, body="Twice.")
    services.vote(make_user(), answer, 1)
    services.accept(asker, topic, answer)
    return topic


def answer_of(topic: Topic) -> Reply:
    return db.session.scalars(select(Reply).filter_by(topic_id=topic.id, parent_id=None)).one()


def test_a_removed_reply_is_counted_no_more_and_comes_back_as_it_was(topic: Topic) -> None:
    answer, before = answer_of(topic), rows()

    tombstone = hide(answer)

    assert answer.hidden_at is not None
    assert (topic.reply_count, topic.first_reply_at) == (0, None)
    assert visibility.in_force(answer) is tombstone

    assert services.lift(answer) is tombstone
    assert tombstone.lifted_at is not None
    assert rows() == before
    assert services.lift(answer) is None


def test_a_removed_topic_leaves_its_tags_and_comes_back_as_it_was(topic: Topic) -> None:
    before = rows()

    hide(topic)
    hide(topic)

    assert topic.hidden_at is not None
    assert db.session.scalars(select(Tag.topic_count)).all() == [0]

    services.lift(topic)
    assert rows() == before


def test_what_a_mask_covers_lies_sealed_and_nowhere_else(topic: Topic) -> None:
    answer = answer_of(topic)
    author = db.session.get_one(User, answer.author_id)
    services.edit_reply(author, answer, from_number=1, body="Call 0171 2345678.")
    before = rows()

    tombstone = hide(answer, Sight.MASKED)

    assert not any("0171" in row or "on and off" in row for some in rows().values() for row in some)
    assert tombstone.sealed
    assert b"0171" not in tombstone.sealed
    assert (answer.hidden_at, answer.body) == (None, COVERED)
    assert topic.reply_count == 1
    assert visibility.words_of(answer).body == "Call 0171 2345678."
    with pytest.raises(NotAllowed):
        services.edit_reply(author, answer, from_number=2, body="Call me.")

    services.lift(answer)
    assert tombstone.sealed is None
    assert rows() == before


def test_a_covered_topic_is_called_so_wherever_it_is_named(topic: Topic) -> None:
    services.edit_topic(
        topic.author,
        topic,
        from_number=1,
        title="0171 2345678 does not start",
        body="Since this morning.",
        kind=topic.kind,
        product_ids=[],
        tags=["wifi"],
    )
    before = rows()

    hide(topic, Sight.MASKED)

    assert (topic.title, topic.slug) == (COVERED, "covered")
    assert not any("0171" in row or "morning" in row for some in rows().values() for row in some)

    hide(topic, Sight.REMOVED)  # it is removed, and what it said stays sealed
    assert topic.hidden_at is not None
    assert topic.title == COVERED
    assert visibility.words_of(topic).title == "0171 2345678 does not start"

    services.lift(topic)
    assert rows() == before
