"""Guests, imported authors and signing in by mail: whoever has the mailbox is the person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from community.accounts import commands, digests, naming, queries, services
from community.accounts.models import (
    CONFIRM_FOR,
    GUEST_TOPICS_MAX,
    SIGN_IN_LINK_FOR,
    PersonClaim,
    User,
)
from community.core import clock
from community.core.db import db, transaction
from community.core.errors import Conflict, Invalid, NotAllowed
from community.topics.models import Reply, Topic
from tests.accounts.conftest import PASSWORD, fill_in, member, path_in, same_for_all, sent
from tests.accounts.conftest import signed_in_as as who_is_in
from tests.conftest import Client, browser_for
from tests.factories import make_reply, make_topic, make_user

SignIn = Callable[[User], Client]
EMAIL = "gita@mail.example"


def ask(email: str = EMAIL) -> Topic:
    """Ask as a guest."""
    guest = services.welcome_guest(email)
    topic = make_topic(author=guest)
    services.lead_guest(guest, f"/t/{topic.id}")
    return topic


def link_to(app: Flask, email: str = EMAIL) -> str:
    """Return the path in the newest mail to an address."""
    (*_, newest) = [message for message in sent(app) if message["To"] == email]
    return path_in(newest, "/claim/")


def placeholder(email: str = EMAIL, **columns: Any) -> User:
    return make_user(
        email=None,
        email_verified_at=None,
        source_key=f"archive:{email}",
        source_email_digest=digests.of_source_email(email),
        **columns,
    )


def author_of(topic: Topic) -> User:
    db.session.expire_all()
    return db.session.scalars(select(User).join(Topic, Topic.author_id == User.id)).one()


# Guests


def test_a_guest_becomes_an_account_by_the_link(app: Flask, client: Client) -> None:
    topic = ask()
    guest_id = topic.author_id
    link = link_to(app)

    page = client.get(link)
    assert page.status_code == 200
    assert EMAIL in page.text
    assert who_is_in(client) is None  # looking does nothing
    answer = fill_in(client, link)

    assert (answer.status_code, answer.location) == (303, f"/account/name?next=/t/{topic.id}")
    person = author_of(topic)
    assert (person.id, person.email) == (guest_id, EMAIL)
    assert person.email_verified_at is not None
    assert who_is_in(client) == person.username


def test_what_a_guest_asked_goes_to_the_account_with_the_address(
    app: Flask, client: Client
) -> None:
    owner = member("gita", email=EMAIL)
    topic = ask()
    guest_id = topic.author_id

    answer = fill_in(client, link_to(app))

    assert (answer.status_code, answer.location) == (303, f"/t/{topic.id}")
    assert author_of(topic).id == owner.id
    assert db.session.get(User, guest_id) is None
    assert who_is_in(client) == "gita"


def test_asking_looks_the_same_whether_or_not_there_is_an_account() -> None:
    make_user("gita", email=EMAIL)
    people = [services.welcome_guest(email) for email in (EMAIL, "nobody@mail.example")]

    assert all(person.is_guest and person.email is None for person in people)
    assert len(db.session.scalars(select(PersonClaim)).all()) == 2


def test_so_many_topics_wait_for_one_address_and_no_more() -> None:
    for _ in range(GUEST_TOPICS_MAX):
        services.welcome_guest(EMAIL)

    with pytest.raises(Invalid, match="waits to be confirmed"):
        services.welcome_guest(EMAIL.upper())
    services.welcome_guest("another@mail.example")


def test_who_confirms_may_ask_on(app: Flask, client: Client) -> None:
    topics = [ask() for _ in range(GUEST_TOPICS_MAX)]
    for message in sent(app):
        fill_in(client, path_in(message, "/claim/"))

    db.session.expire_all()
    assert len({topic.author_id for topic in topics}) == 1
    assert db.session.scalar(select(func.count(PersonClaim.id))) == 0
    services.welcome_guest(EMAIL)


def test_a_link_works_once_and_for_three_days(app: Flask, client: Client) -> None:
    ask()
    link = link_to(app)
    fill_in(client, link)
    assert client.get(link).status_code == 410

    with clock.frozen(clock.now()) as move_on:
        ask("late@mail.example")
        late = link_to(app, "late@mail.example")
        move_on(CONFIRM_FOR + timedelta(seconds=1))
        assert client.get(late).status_code == 410
        assert client.submit(late).status_code == 410


def test_a_link_used_twice_at_once_is_a_conflict() -> None:
    ask()
    made = db.session.scalars(select(PersonClaim)).one()
    again = PersonClaim(id=made.id, user_id=made.user_id, email=made.email, key=made.key)
    services.confirm_claim(made)

    with pytest.raises(Conflict, match="used already"):
        services.confirm_claim(again)


def test_it_was_not_me(app: Flask, client: Client) -> None:
    topic = ask()
    link = link_to(app)

    answer = fill_in(client, link, not_me="1")

    assert answer.status_code == 303
    assert client.get(link).status_code == 410
    assert author_of(topic).is_guest
    assert who_is_in(client) is None


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({"suspended_until": clock.now() + timedelta(days=9)}, 403),
        ({"deleted_at": clock.now()}, 403),
    ],
)
def test_who_may_not_take_part_takes_nothing_over(
    app: Flask, client: Client, columns: dict[str, Any], status: int
) -> None:
    member("gita", email=EMAIL, **columns)
    topic = ask()
    link = link_to(app)

    assert fill_in(client, link).status_code == status

    assert author_of(topic).is_guest
    assert client.get(link).status_code == 200  # the link waits


def test_a_guest_cannot_sign_in_otherwise(client: Client) -> None:
    guest = services.welcome_guest(EMAIL)

    answer = fill_in(client, "/signin", identifier=guest.username, password=PASSWORD)

    assert answer.status_code == 422
    assert queries.may_sign_in(guest.username) is None


def test_a_name_is_chosen_once_and_later_will_do(app: Flask, client: Client) -> None:
    topic = ask()
    fill_in(client, link_to(app))
    path = f"/account/name?next=/t/{topic.id}"
    assert f'href="/t/{topic.id}"' in client.get(path).text  # "Later"
    taken = make_user("taken")

    assert fill_in(client, path, username=taken.username, next="/").status_code == 422
    assert fill_in(client, path, username="guest-4821", next="/").status_code == 422
    assert (
        fill_in(client, path, username="gita", next=f"/t/{topic.id}").location == f"/t/{topic.id}"
    )

    assert author_of(topic).username == "gita"
    assert client.get(path).location == "/account"
    with pytest.raises(Conflict):
        services.choose_username(author_of(topic), "another")


@pytest.mark.parametrize(
    "name", ["guest-48213377", "Guest_1", "gue5t-1", "guеst-77", "former-12", "former-member.3"]
)
def test_nobody_chooses_a_name_that_is_given(name: str) -> None:
    with pytest.raises(Invalid):
        naming.accepted_username(name)


def test_names_that_only_look_a_little_like_it_are_free() -> None:
    for name in ("guesthouse-4", "mira-2024", "wellformer-1", "4guests"):
        assert naming.accepted_username(name) == name


# Signing in by mail


def test_a_link_signs_in_once_and_for_half_an_hour(app: Flask, client: Client) -> None:
    member("gita", email=EMAIL)
    answer = fill_in(client, "/signin/link", email=EMAIL.upper(), next="/companies")
    assert answer.location == "/signin/sent"
    assert EMAIL in client.get("/signin/sent").text
    link = link_to(app)

    answer = fill_in(client, link)
    assert (answer.location, who_is_in(client)) == ("/companies", "gita")
    assert browser_for(app).get(link).status_code == 410

    with clock.frozen(clock.now()) as move_on:
        fill_in(browser_for(app), "/signin/link", email=EMAIL)
        late = link_to(app)
        move_on(SIGN_IN_LINK_FOR + timedelta(seconds=1))
        assert browser_for(app).get(late).status_code == 410


def test_an_unknown_address_gets_the_same_answer_and_no_mail(app: Flask) -> None:
    member("gita", email=EMAIL)
    pages = []
    for email in (EMAIL, "nobody@mail.example"):
        browser = browser_for(app)
        answer = fill_in(browser, "/signin/link", email=email)
        page = same_for_all(browser.get(answer.location))
        pages.append(page.replace(email.encode(), b"?"))

    assert pages[0] == pages[1]
    assert [message["To"] for message in sent(app)] == [EMAIL]


def test_signing_out_everywhere_voids_a_link(app: Flask, client: Client, sign_in: SignIn) -> None:
    user = member("gita", email=EMAIL)
    fill_in(client, "/signin/link", email=EMAIL)
    link = link_to(app)

    sign_in(user).submit("/account/signout-everywhere")

    assert client.get(link).status_code == 410


def test_who_has_no_password_sets_one_after_a_fresh_link(app: Flask, client: Client) -> None:
    make_user("gita", email=EMAIL)
    with clock.frozen(clock.now()) as move_on:
        fill_in(client, "/signin/link", email=EMAIL)
        fill_in(client, link_to(app))
        move_on(timedelta(hours=2))
        page = client.get("/account/password")
        assert "Show once more that it is you" in page.text
        assert client.submit("/account/password", password=PASSWORD).status_code == 200
        assert services.authenticate(identifier="gita", password=PASSWORD) is None

        fill_in(client, "/signin/link", email=EMAIL, next="/account/password")
        assert fill_in(client, link_to(app)).location == "/account/password"
        assert fill_in(client, "/account/password", password=PASSWORD).status_code == 303

    assert services.authenticate(identifier="gita", password=PASSWORD) is not None


# Imported authors


def test_an_imported_author_becomes_an_account(app: Flask, client: Client) -> None:
    author = placeholder(display_name="Gita R.")
    make_topic(author=author)

    answer = fill_in(client, f"/people/{author.username}/claim", email=EMAIL)
    assert answer.location == "/claim/sent"
    assert client.get("/claim/sent").status_code == 200
    fill_in(client, link_to(app))

    db.session.expire_all()
    assert (author.email, author.is_placeholder) == (EMAIL, False)
    assert who_is_in(client) == author.username


def test_what_an_imported_author_wrote_goes_to_the_account(app: Flask, client: Client) -> None:
    owner = member("gita", email=EMAIL)
    author = placeholder()
    topic = make_topic(author=author)

    fill_in(client, f"/people/{author.username}/claim", email=EMAIL)
    fill_in(client, link_to(app))

    assert author_of(topic).id == owner.id
    assert owner.source_key == f"archive:{EMAIL}"  # a later import finds them


def test_another_address_gets_the_same_answer_and_no_mail(app: Flask) -> None:
    author = placeholder()
    pages = []
    for email in (EMAIL, "other@mail.example"):
        browser = browser_for(app)
        answer = fill_in(browser, f"/people/{author.username}/claim", email=email)
        pages.append(same_for_all(browser.get(answer.location)).replace(email.encode(), b"?"))

    assert pages[0] == pages[1]
    assert [message["To"] for message in sent(app)] == [EMAIL]
    assert db.session.scalars(select(PersonClaim.email)).all() == [EMAIL]


def test_nobody_claims_a_member(client: Client) -> None:
    assert client.get(f"/people/{member().username}/claim").status_code == 404


def test_what_fits_one_s_address_is_offered(sign_in: SignIn) -> None:
    owner = member("gita", email=EMAIL)
    author, other = placeholder(display_name="Gita R."), placeholder("other@mail.example")
    topic = make_topic(author=author)
    make_reply(author=author)
    browser = sign_in(owner)

    page = browser.get("/account").text
    assert "Written elsewhere under Gita R." in page
    assert "2 posts" in page
    assert browser.submit(f"/account/claims/{other.id}").status_code == 403
    assert browser.submit(f"/account/claims/{author.id}").status_code == 303

    db.session.refresh(topic)
    assert topic.author_id == owner.id
    assert "Written elsewhere" not in browser.get("/account").text


def test_an_unconfirmed_address_is_offered_nothing(sign_in: SignIn) -> None:
    author = placeholder()
    other = member("other", new_email=EMAIL)

    assert "Written elsewhere" not in sign_in(other).get("/account").text
    with pytest.raises(NotAllowed):
        services.take_over(author, make_user(email_verified_at=None))


def test_nobody_takes_over_an_account() -> None:
    with pytest.raises(NotAllowed, match="belongs to an account"):
        services.take_over(member("gita"), member("mallory"))


def test_an_operator_gives_an_imported_author_s_posts_to_a_member() -> None:
    owner, author = member("gita"), placeholder("x@mail.example")
    reply = make_reply(author=author)
    db.session.commit()
    words = ["archive:x@mail.example", owner.username]

    said = CliRunner().invoke(commands.people, ["claim", *words, "--dry-run"]).output
    assert "1 posts" in said
    assert db.session.get(User, author.id) is not None
    CliRunner().invoke(commands.people, ["claim", *words], catch_exceptions=False)

    assert db.session.scalar(select(Reply.author_id).where(Reply.id == reply.id)) == owner.id
    missing = CliRunner().invoke(commands.people, ["claim", "nobody", owner.username])
    assert missing.exit_code == 2
    assert "nobody with the user name" in missing.output


def test_a_later_sign_up_with_the_address_is_void(app: Flask, client: Client) -> None:
    """Whoever confirms first has the address; the other is told so."""
    fill_in(client, "/signup", username="gita", email=EMAIL, password=PASSWORD, next="/")
    sign_up = path_in(sent(app)[-1], "/confirm/")
    with transaction():
        ask()
    fill_in(browser_for(app), link_to(app))

    assert client.get(sign_up).status_code == 410
