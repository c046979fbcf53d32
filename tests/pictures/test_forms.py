"""Without scripts a picture comes with the form, and nothing that was typed is lost."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from community.core.db import db
from community.pictures.models import BYTES_MAX, Picture
from community.topics.models import Reply, Topic
from community.writing import personal
from tests.conftest import Client
from tests.factories import make_company, make_reply, make_topic, make_user
from tests.pictures.samples import SVG, plain, saved

SignIn = Callable[..., Client]
PNG = saved(plain(), "PNG")


def send(browser: Client, path: str, content: bytes = PNG, **fields: Any) -> Any:
    """Send a form with a picture, as a browser without scripts does."""
    answer = browser.submit(path, picture=(BytesIO(content), "wifi.png"), **fields)
    answer.request.environ["wsgi.input"].close()
    return answer


def shown() -> str:
    """Return how the one picture there is is shown in a text."""
    picture = db.session.scalars(select(Picture)).one()
    return f"![The light is red](/pictures/{picture.key})"


def test_the_button_adds_the_picture_and_posts_nothing(sign_in: SignIn) -> None:
    topic, member = make_topic(), sign_in(make_user())

    answer = send(
        member,
        f"/t/{topic.id}/replies",
        body="Look at the light.",
        picture_alt="The light is red",
        add_picture="1",
    )

    assert answer.status_code == 200
    assert f"Look at the light.\n\n{shown()}" in answer.text  # in the form
    assert 'alt="The light is red"' in answer.text  # and in the preview
    assert "This is how it will look" in answer.text
    assert db.session.scalars(select(Reply)).all() == []


def test_posting_with_a_picture_posts_both(sign_in: SignIn) -> None:
    topic, member = make_topic(), sign_in(make_user())

    answer = send(member, f"/t/{topic.id}/replies", body="Look.", picture_alt="The light is red")

    assert answer.status_code == 303
    posted = db.session.scalars(select(Reply)).one()
    assert posted.body == f"Look.\n\n{shown()}"
    assert db.session.scalars(select(Picture.wanted_until)).all() == [None]
    picture = db.session.scalars(select(Picture)).one()
    assert f'src="/pictures/{picture.key}' in posted.body_html
    assert f'width="{picture.width}"' in posted.body_html


@pytest.mark.parametrize("button", ["add_picture", "post"])
def test_a_picture_that_is_refused_keeps_the_text(sign_in: SignIn, button: str) -> None:
    topic, member = make_topic(), sign_in(make_user())

    answer = send(member, f"/t/{topic.id}/replies", SVG, body="Look at the light.", **{button: "1"})

    assert answer.status_code == 422
    assert "no picture that can be shown here" in answer.text
    assert "Look at the light." in answer.text
    assert db.session.scalars(select(Reply)).all() == []
    assert db.session.scalars(select(Picture)).all() == []


def test_the_button_without_a_file_says_so(sign_in: SignIn) -> None:
    topic, member = make_topic(), sign_in(make_user())

    answer = member.submit(f"/t/{topic.id}/replies", body="Look.", add_picture="1")

    assert answer.status_code == 422
    assert "Choose a picture first." in answer.text


def test_a_form_that_is_too_large_is_answered_in_words(sign_in: SignIn) -> None:
    topic, member = make_topic(), sign_in(make_user())

    just_too_large = send(member, f"/t/{topic.id}/replies", bytes(BYTES_MAX + 1), body="Look.")
    far_too_large = send(member, f"/t/{topic.id}/replies", bytes(5 * BYTES_MAX), body="Look.")

    assert just_too_large.status_code == 422
    assert "Look." in just_too_large.text
    assert far_too_large.status_code == 413
    for answer in (just_too_large, far_too_large):
        assert "a picture may have 10 MB" in answer.text


def test_a_question_takes_a_picture(sign_in: SignIn) -> None:
    company, member = make_company("Brightwave"), sign_in(make_user())
    fields: dict[str, Any] = {
        "title": "The hub's light is red",
        "company": "Brightwave",
        "kind": "problem",
        "body": "Since the update.",
        "picture_alt": "The light is red",
    }

    added = send(member, f"/c/{company.slug}/ask", **fields, add_picture="1")
    assert added.status_code == 200
    assert shown() in added.text
    assert "The hub&#39;s light is red" in added.text

    fields["body"] += f"\n\n{shown()}"
    assert member.submit(f"/c/{company.slug}/ask", **fields).status_code == 303
    assert shown() in db.session.scalars(select(Topic)).one().body


def test_a_change_takes_a_picture(sign_in: SignIn) -> None:
    author = make_user()
    reply, member = make_reply(author=author), sign_in(author)

    answer = send(
        member,
        f"/r/{reply.id}/edit",
        body="Look again.",
        from_number="1",
        picture_alt="The light is red",
    )

    assert answer.status_code == 303, answer.text
    db.session.refresh(reply)
    assert reply.body == f"Look again.\n\n{shown()}"


def test_the_address_of_a_picture_is_no_personal_data() -> None:
    for key in ("1234567890" * 3 + "12-1280x800", "4111111111111111" * 2 + "-1280x800"):
        assert personal.find(f"![The light](/pictures/{key})", own_hosts=set()) == ()
