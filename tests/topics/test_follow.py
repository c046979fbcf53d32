"""Following companies, products, tags and people: one form for all of it."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.core.errors import NotAllowed, NotFound
from community.topics import queries, services
from community.topics.models import Follow, Tag
from community.topics.queries import Followed, name_of
from tests.conftest import Client
from tests.factories import make_company, make_product, make_topic, make_user

SignIn = Callable[[User], Client]


def make_tag() -> Tag:
    tag = Tag(slug="wifi")
    db.session.add(tag)
    db.session.flush()
    return tag


EVERYTHING = [make_topic, make_company, make_product, make_tag, make_user]


@pytest.mark.parametrize("make", EVERYTHING)
def test_everything_can_be_followed_once_and_left(make: Callable[[], Followed]) -> None:
    target, reader, other = make(), make_user(), make_user()
    of_it = {f"{name_of(target)}_id": target.id}
    services.follow(other, target)

    assert services.follow(reader, target)
    assert not services.follow(reader, target)
    assert queries.follows(reader.id, **of_it)

    assert services.unfollow(reader, target)
    assert not services.unfollow(reader, target)
    assert not queries.follows(reader.id, **of_it)
    assert queries.follows(other.id, **of_it)


@pytest.mark.parametrize("make", EVERYTHING)
def test_the_form_follows_and_leads_to_what_is_followed(
    sign_in: SignIn, make: Callable[[], Followed]
) -> None:
    target, reader = make(), make_user()
    if isinstance(target, Tag):  # a tag has a page once something has the tag
        topic = make_topic()
        services.sort_topic(topic.author, topic, tags=[target.slug])
    browser, form = sign_in(reader), {"what": name_of(target), "id": str(target.id)}

    answer = browser.submit("/follow", on="1", **form)

    assert answer.status_code == 303
    assert browser.get(answer.location).status_code == 200
    assert queries.follows(reader.id, **{f"{name_of(target)}_id": target.id})
    assert browser.submit("/follow", on="0", next="/about", **form).location == "/about"
    assert db.session.scalars(select(Follow.id)).all() == []


def test_a_visitor_signs_in_first_and_comes_back(client: Client) -> None:
    company = make_company("Acme")

    answer = client.submit("/follow", what="company", id=str(company.id), on="1")

    assert parse_qs(urlsplit(answer.location).query)["next"] == ["/c/acme"]
    assert db.session.scalars(select(Follow.id)).all() == []


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"what": "company", "id": "1", "on": "2"}, 400),
        ({"what": "company", "id": "one", "on": "1"}, 400),
        ({"what": "company", "id": "²", "on": "1"}, 400),
        ({"what": "company", "id": "9" * 5000, "on": "1"}, 400),
        ({"what": "company", "id": "4294967296", "on": "1"}, 400),
        ({"what": "company", "id": "0", "on": "1"}, 404),
        ({"what": "outbox", "id": "1", "on": "1"}, 404),
        ({}, 400),
    ],
)
def test_what_no_page_of_ours_sends_is_refused(
    sign_in: SignIn, form: dict[str, str], status: int
) -> None:
    assert sign_in(make_user()).submit("/follow", **form).status_code == status


def test_nobody_follows_themselves_or_who_has_left() -> None:
    reader, gone = make_user(), make_user(deleted_at=clock.now())

    with pytest.raises(NotAllowed):
        services.follow(reader, reader)
    with pytest.raises(NotFound):
        services.follow(reader, gone)
    assert queries.followable("person", gone.id) is None
    assert queries.followable("topic", make_topic(hidden_at=clock.now()).id) is None
