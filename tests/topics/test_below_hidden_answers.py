"""What hangs below a hidden answer is hidden with it, wherever it could be come by."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import NotFound
from community.notifications.models import Notification
from community.topics import queries, services
from community.topics.models import Reply, Topic
from tests.conftest import Client
from tests.factories import make_reply, make_topic, make_user

WORDS = "Hold the small button for ten seconds"


@pytest.fixture
def reader() -> User:
    """Somebody who is named in the comment."""
    return make_user("rita")


@pytest.fixture
def author() -> User:
    """Whoever comments."""
    return make_user("carl")


@pytest.fixture
def comment(author: User, reader: User) -> Reply:
    """A comment on an answer, which is hidden once everybody has been told of it."""
    answer = make_reply(make_topic(), body="Turn it off and on.")
    comment = services.post_comment(author, answer, body=f"@rita {WORDS}.")
    services.edit_reply(author, comment, from_number=1, body=f"@rita {WORDS}, at least.")
    outbox.deliver_due()
    return comment


def hide_answer(comment: Reply) -> None:
    db.session.get_one(Reply, comment.parent_id).hidden_at = clock.now()
    db.session.commit()


def places(comment: Reply, reader: User) -> list[str]:
    """Return where the words of a comment stand while its answer can be seen."""
    topic = db.session.get_one(Topic, comment.topic_id)
    news = db.session.scalars(select(Notification).where(Notification.user_id == reader.id)).all()
    assert news
    return [
        f"/t/{topic.id}/{topic.slug}",
        f"/t/{topic.id}/{topic.slug}?quote={comment.id}",
        f"/t/{topic.id}/feed.atom",
        f"/r/{comment.id}",
        f"/r/{comment.id}/history",
        f"/r/{comment.id}/history/2",
        "/notifications",
        *(f"/notifications/{one.id}" for one in news),
    ]


def test_its_words_are_nowhere_to_be_read(
    comment: Reply, reader: User, sign_in: Callable[[User], Client]
) -> None:
    browser, addresses = sign_in(reader), places(comment, reader)
    for address in addresses:
        assert WORDS in browser.get(address, follow_redirects=True).text, address

    hide_answer(comment)

    for address in addresses:
        answer = browser.get(address, follow_redirects=True)
        assert answer.status_code in {200, 404}, address
        assert WORDS not in answer.text, address
    assert queries.visible_reply(comment.id) is None
    assert queries.place_of(comment.id) is None


def test_its_author_changes_it_no_more(
    comment: Reply, author: User, sign_in: Callable[[User], Client]
) -> None:
    hide_answer(comment)

    assert sign_in(author).get(f"/r/{comment.id}/edit").status_code == 404
    with pytest.raises(NotFound):
        services.edit_reply(author, comment, from_number=2, body="Or longer.")
