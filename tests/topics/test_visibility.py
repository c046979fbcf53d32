"""What is taken out of sight leaves a tombstone, and comes back exactly as it was."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from community.core.db import Base, db
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
def topic() -> Iterator[Topic]:
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
    answer = services.post_reply(make_user(), topic, body="Turn it off and on.")
    services.post_comment(make_user(), answer, body="Twice.")
    services.vote(make_user(), answer, 1)
    services.accept(asker, topic, answer)
    yield topic


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
