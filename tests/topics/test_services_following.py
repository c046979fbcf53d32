"""Who has the same issue, and who wants to hear of it."""

import pytest
from sqlalchemy import select

from community.core import clock
from community.core.db import db
from community.core.errors import NotAllowed, NotFound
from community.topics import services
from community.topics.models import Follow, FollowCause, MeToo, Topic
from tests.factories import make_topic, make_user


def counts(topic: Topic) -> tuple[int, int]:
    return topic.me_too_count, topic.follower_count


def test_the_same_issue_counts_once_and_lets_follow() -> None:
    topic, neighbour = make_topic(), make_user()

    assert services.add_me_too(neighbour, topic)
    assert not services.add_me_too(neighbour, topic)

    assert counts(topic) == (1, 1)
    assert db.session.scalars(select(Follow.cause)).all() == [FollowCause.ME_TOO]


def test_taking_it_back_ends_only_the_following_that_came_with_it() -> None:
    topic, one, other = make_topic(), make_user(), make_user()
    services.add_me_too(one, topic)
    services.follow(other, topic)
    services.add_me_too(other, topic)
    assert counts(topic) == (2, 2)

    assert services.remove_me_too(one, topic)
    assert services.remove_me_too(other, topic)
    assert not services.remove_me_too(other, topic)

    assert counts(topic) == (0, 1)
    assert db.session.scalars(select(Follow.user_id)).all() == [other.id]
    assert db.session.scalars(select(MeToo)).all() == []


def test_following_counts_once() -> None:
    topic, reader = make_topic(), make_user()

    assert services.follow(reader, topic)
    assert not services.follow(reader, topic)
    assert counts(topic) == (0, 1)
    assert services.unfollow(reader, topic)
    assert not services.unfollow(reader, topic)
    assert counts(topic) == (0, 0)


def test_the_asker_has_it_anyway_and_a_visitor_is_asked_to_sign_in() -> None:
    topic = make_topic()

    with pytest.raises(NotAllowed, match="yourself"):
        services.add_me_too(topic.author, topic)
    for change in (
        services.add_me_too,
        services.remove_me_too,
        services.follow,
        services.unfollow,
    ):
        with pytest.raises(NotAllowed):
            change(None, topic)


def test_a_hidden_topic_is_not_there() -> None:
    topic = make_topic(hidden_at=clock.now())

    for change in (
        services.add_me_too,
        services.remove_me_too,
        services.follow,
        services.unfollow,
    ):
        with pytest.raises(NotFound):
            change(make_user(), topic)
