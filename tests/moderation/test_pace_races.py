"""Two posts of one person in the same moment: slow mode lets one of them through."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.moderation.models import Mode
from community.moderation.services import modes
from community.topics.models import Reply
from community.topics.services import post_reply
from tests.factories import make_topic, make_user
from tests.topics.test_services_races import at_once, topic_of, user

TRIES = 5


@pytest.fixture
def people(live_app: Flask) -> tuple[int, int, int]:
    """A topic, somebody who posts and an operator, by their ids."""
    with live_app.app_context(), transaction():
        return (
            make_topic().id,
            make_user().id,
            make_user(is_moderator=True, is_admin=True).id,
        )


def test_one_of_two_posts_at_once_goes_through(
    live_app: Flask, people: tuple[int, int, int]
) -> None:
    topic_id, author_id, moderator_id = people
    with live_app.app_context(), transaction():
        modes.slow_down(user(moderator_id), topic_of(topic_id), seconds=3600, reason="Slowly.")

    def post(number: int) -> object:
        return post_reply(user(author_id), topic_of(topic_id), body=f"Answer {number}.").id

    results = at_once(live_app, *(lambda n=n: post(n) for n in range(TRIES)))

    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Reply)) == 1
    assert sum(isinstance(result, NotAllowed) for result in results) == TRIES - 1


def test_a_mode_set_twice_at_once_is_in_force_once(
    live_app: Flask, people: tuple[int, int, int]
) -> None:
    _topic, _author, operator_id = people

    def make() -> object:
        return modes.set_read_only(user(operator_id), reason="It moves.").id

    results = at_once(live_app, *[make] * TRIES)

    assert all(isinstance(result, int) for result in results), results
    with live_app.app_context():
        ended = db.session.scalars(select(Mode.ended_at)).all()
        assert sum(moment is None for moment in ended) == 1
