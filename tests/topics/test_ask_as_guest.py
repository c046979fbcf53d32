"""Asking without an account: at once in sight, under limits, and later one's own."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.models import GUEST_TOPICS_MAX, PersonClaim, User
from community.companies.models import Company, CompanyState, Product
from community.core import outbox
from community.core.db import db
from community.core.errors import Invalid
from community.topics import services
from community.topics.models import DeflectionEvent, Topic, TopicKind
from community.topics.services import Question
from community.web.limits import limiter
from community.writing.models import Draft
from tests.conftest import Client
from tests.factories import make_company, make_reply, make_user

SignIn = Callable[[User], Client]
EMAIL = "ada@mail.example"
TYPED: dict[str, Any] = {
    "title": "It blinks red",
    "kind": "problem",
    "body": "Since Monday.",
    "company": "Brightwave",
    "guest": "1",
    "email": EMAIL,
}


def count(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def only_topic() -> Topic:
    return db.session.scalars(select(Topic)).one()


def field(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {name}"
    return unescape(found.group(1))


@pytest.fixture(autouse=True)
def company() -> Company:
    return make_company("Brightwave")


def test_the_question_is_there_at_once_and_marked(client: Client) -> None:
    answer = client.submit("/ask", **TYPED)
    assert answer.status_code == 303

    page = client.get(answer.location).text
    assert "We sent a link to ada@mail.example" in page
    assert "asked by a guest" in page
    assert '<meta name="robots" content="noindex">' in page
    topic = only_topic()
    guest = db.session.get_one(User, topic.author_id)
    assert guest.is_guest
    assert guest.username not in page


def test_nobody_reads_the_address(app: Flask, client: Client) -> None:
    location = client.submit("/ask", **TYPED).location

    reader = app.test_client()
    assert "ada@" not in reader.get(location).text
    assert EMAIL not in str(client.get_cookie("visit"))
    assert not db.session.scalar(select(User.id).where(User.email == EMAIL))


def test_the_link_leads_to_the_question_which_becomes_theirs(client: Client) -> None:
    client.submit("/ask", **TYPED)
    outbox.deliver_due()
    topic = only_topic()
    claim = db.session.scalars(select(PersonClaim)).one()
    assert claim.return_to == f"/t/{topic.id}/{topic.slug}"

    mail = client.application.extensions["mail_sent"][-1]
    assert mail["To"] == EMAIL
    link = re.search(r"http://localhost(/claim/\S+)", mail.get_content())
    assert link is not None
    client.submit(link.group(1))

    db.session.expire_all()
    author = db.session.get_one(User, only_topic().author_id)
    assert author.email == EMAIL
    page = client.get(f"/t/{topic.id}/{topic.slug}").text
    assert "asked by a guest" not in page
    assert '<meta name="robots"' not in page


def test_an_answer_by_a_member_shows_it_to_search_engines(client: Client) -> None:
    location = client.submit("/ask", **TYPED).location
    make_reply(only_topic())
    db.session.commit()

    assert '<meta name="robots"' not in client.get(location).text


def test_pressed_twice_it_is_posted_once(client: Client) -> None:
    first, second = (client.submit("/ask", **TYPED) for _ in range(2))

    assert first.location == second.location
    assert count(Topic) == 1
    assert count(PersonClaim) == 1


def test_without_an_address_the_rest_is_kept(client: Client) -> None:
    answer = client.submit("/ask", **TYPED | {"email": " "})

    assert answer.status_code == 422
    assert "Write your e-mail address, or sign in." in answer.text
    assert field(answer.text, "title") == "It blinks red"
    assert count(Topic) == 0


@pytest.mark.parametrize(
    "typed", ["ada", "ada@", "@mail.example", "ada@localhost", "a b@c.example"]
)
def test_what_is_no_address_is_said_beside_the_field(client: Client, typed: str) -> None:
    answer = client.submit("/ask", **TYPED | {"email": typed})

    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert field(answer.text, "email") == typed
    assert count(User) == 0


def test_signing_in_is_the_other_way_and_needs_no_address(client: Client) -> None:
    answer = client.submit("/ask", **TYPED | {"email": "", "sign_in": "1"})

    assert answer.status_code == 303
    assert "/signin" in answer.location
    assert count(Topic) == 0


def test_an_address_is_not_kept_in_a_draft(client: Client) -> None:
    client.submit("/ask", **TYPED | {"sign_in": "1"})

    assert EMAIL not in str(db.session.scalars(select(Draft)).one().fields)


def test_whoever_is_signed_in_posts_as_themselves(sign_in: SignIn) -> None:
    member = make_user()

    sign_in(member).submit("/ask", **TYPED)

    assert only_topic().author_id == member.id
    assert count(PersonClaim) == 0


def test_an_address_with_an_account_looks_the_same(client: Client) -> None:
    make_user("ada", email=EMAIL)

    page = client.get(client.submit("/ask", **TYPED).location).text

    assert "We sent a link to ada@mail.example" in page
    assert db.session.get_one(User, only_topic().author_id).is_guest


def test_only_so_many_questions_wait_for_one_address(client: Client) -> None:
    for number in range(GUEST_TOPICS_MAX):
        assert client.submit("/ask", **TYPED | {"title": f"It blinks {number}"}).status_code == 303
    limiter.reset()

    answer = client.submit("/ask", **TYPED | {"title": "It blinks again"})

    assert answer.status_code == 422
    assert "waits to be confirmed" in answer.text
    assert "It blinks again" in answer.text
    assert count(Topic) == GUEST_TOPICS_MAX


def test_only_so_many_come_from_one_place(client: Client) -> None:
    for number in range(3):
        other = TYPED | {"email": f"ada{number}@mail.example", "title": f"It blinks {number}"}
        assert client.submit("/ask", **other).status_code == 303

    answer = client.submit("/ask", **TYPED)

    assert answer.status_code == 429
    assert "Sign in to ask more" in answer.text
    assert "Since Monday." in answer.text


def test_a_field_that_people_do_not_see_stops_programs(client: Client) -> None:
    answer = client.submit("/ask", **TYPED | {"homepage": "https://spam.example"})

    assert answer.status_code == 422
    assert "spam.example" not in answer.text
    assert count(Topic) == 0


def test_a_guest_sets_two_links_at_most(client: Client) -> None:
    links = "\n\n".join(f"https://spam{n}.example/" for n in range(3))

    answer = client.submit("/ask", **TYPED | {"body": links})
    assert answer.status_code == 422
    assert "at most 2 links; this one has 3" in answer.text
    assert count(User) == 0

    two = links.rsplit("\n\n", 1)[0]
    assert client.submit("/ask", **TYPED | {"body": two}).status_code == 303


def test_a_new_company_and_product_open_with_it(client: Client) -> None:
    new = TYPED | {"company": "Nimbus", "opens": "Nimbus", "new_product": "Nimbus One"}

    assert client.submit("/ask", **new).status_code == 303

    author = only_topic().author_id
    opened = db.session.scalars(select(Company).where(Company.name == "Nimbus")).one()
    assert opened.created_by_id == author
    assert db.session.scalars(select(Product.name)).all() == ["Nimbus One"]


def test_a_refusal_leaves_nobody_behind(client: Client) -> None:
    make_company("Larkspur", state=CompanyState.ELSEWHERE)

    assert client.submit("/ask", **TYPED | {"company": "Larkspur"}).status_code == 422
    assert client.submit("/ask", **TYPED | {"tags": "x" * 31}).status_code == 422
    assert count(User) == 0
    assert count(PersonClaim) == 0


def test_personal_data_are_pointed_out_and_masked_with_one_press(client: Client) -> None:
    typed = TYPED | {"body": "Write to ada.lovelace@gmail.com please."}

    page = client.submit("/ask", **typed)
    assert page.status_code == 422
    assert "Mask it and post" in page.text
    assert field(page.text, "guest") == "1"
    assert count(Topic) == 0

    assert client.submit("/ask", **typed, personal="mask").status_code == 303
    assert "ada.lovelace" not in only_topic().body


def test_personal_data_in_the_title_are_pointed_out_as_well(sign_in: SignIn) -> None:
    browser = sign_in(make_user())
    typed = TYPED | {"title": "Card 4111 1111 1111 1111 is refused"}

    assert "Mask it and post" in browser.submit("/ask", **typed).text
    assert browser.submit("/ask", **typed, personal="keep").status_code == 303
    assert "4111 1111" in only_topic().title


def test_a_preview_posts_nothing(client: Client) -> None:
    page = client.submit("/ask", **TYPED | {"body": "**Since** Monday."}, preview="1")

    assert page.status_code == 200
    assert "<strong>Since</strong> Monday." in page.text
    assert count(Topic) == 0


def test_a_guest_cannot_do_anything_else(company: Company) -> None:
    guest = User(username="guest-12345678", username_key="guest-12345678")
    db.session.add(guest)
    db.session.flush()
    topic = services.ask(
        guest, Question(kind=TopicKind.QUESTION, title="Why?", body="Red.", company=company)
    )

    with pytest.raises(Exception, match="Confirm your e-mail address first"):
        services.post_reply(guest, topic, body="Me again.")


def test_the_service_refuses_as_the_form_does(company: Company) -> None:
    question = Question(kind=TopicKind.QUESTION, title="Why?", body="Red.", company=company)

    with pytest.raises(Invalid):
        services.ask_as_guest("nobody", question)


def test_the_visit_knows_nothing_of_the_guest(client: Client) -> None:
    client.get("/ask?text=it+blinks")
    client.submit("/ask", **TYPED)

    for event in db.session.scalars(select(DeflectionEvent)):
        assert event.user_id is None
