"""The bell, its page, what is mailed, and the link that stops mails."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.notifications import queries, services, tokens
from community.notifications.models import (
    Delivery,
    Notification,
    NotificationKind,
    NotificationPreference,
)
from community.notifications.tokens import Stop
from community.topics import services as topics
from community.topics.models import Follow, Reply, Tag, Topic
from tests.conftest import Client, counted_statements
from tests.factories import (
    make_company,
    make_employee,
    make_product,
    make_reply,
    make_topic,
    make_user,
)
from tests.notifications.conftest import follow, mailed
from tests.notifications.test_mails import part

SignIn = Callable[[User], Client]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def news_of(user: User, reply: Reply, **columns: object) -> Notification:
    """Tell somebody of an answer, without a service."""
    row = Notification(
        user_id=user.id,
        kind=NotificationKind.REPLIED,
        topic_id=reply.topic_id,
        reply_id=reply.id,
        actor_id=reply.author_id,
        source_key=f"reply-{reply.id}",
        **columns,
    )
    db.session.add(row)
    db.session.flush()
    return row


# -- the bell -----------------------------------------------------------------------------------


def test_the_bell_says_how_many_are_unread_in_words(sign_in: SignIn) -> None:
    reader, topic = make_user(), make_topic()
    for _ in range(3):
        news_of(reader, make_reply(topic))
    news_of(reader, make_reply(topic), read_at=clock.now())
    news_of(make_user(), make_reply(topic))

    bell = bell_of(sign_in(reader))

    assert bell == "Notifications: 3 unread"
    assert bell_of(sign_in(make_user())) == "Notifications"


def test_the_bell_stops_counting_at_a_hundred(sign_in: SignIn) -> None:
    reader, topic = make_user(), make_topic()
    for _ in range(120):
        news_of(reader, make_reply(topic))

    assert bell_of(sign_in(reader)) == "Notifications: 99+ unread"


def test_what_is_hidden_rings_no_bell_and_is_on_no_page(sign_in: SignIn) -> None:
    reader = make_user()
    hidden_reply, hidden_topic = make_reply(), make_reply()
    news_of(reader, hidden_reply)
    hidden = news_of(reader, hidden_topic)
    hidden_reply.hidden_at = hidden_topic.topic.hidden_at = clock.now()
    browser = sign_in(reader)

    assert bell_of(browser) == "Notifications"
    assert "Nothing yet." in browser.get("/notifications").text
    assert browser.get(f"/notifications/{hidden.id}").status_code == 404


def test_visitors_have_no_bell_and_cost_no_statement_for_it(app: Flask, client: Client) -> None:
    with counted_statements(app) as statements:
        page = client.get("/about").text

    assert "bell" not in page
    assert not any("notifications" in statement for statement in statements)


def test_the_bell_takes_one_statement_however_much_there_is(app: Flask, sign_in: SignIn) -> None:
    reader, topic = make_user(), make_topic()
    browser = sign_in(reader)

    def statements() -> int:
        with counted_statements(app) as sent:
            browser.get("/about")
        return sum("FROM notifications" in statement for statement in sent)

    assert statements() == 1
    for _ in range(10):
        news_of(reader, make_reply(topic))
    assert statements() == 1


def bell_of(browser: Client) -> str:
    found = re.search(r'<a class="bell".*?</a>', browser.get("/about").text, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", "", found.group()).split())


# -- the page -----------------------------------------------------------------------------------


def test_the_page_tells_by_topic_what_happened(sign_in: SignIn) -> None:
    reader = make_user()
    topic = make_topic(title="The router drops")
    follow(reader, topic)
    news_of(reader, make_reply(topic, make_user("mira"), body="Turn it off."))
    news_of(reader, make_reply(topic, make_user("ben")), read_at=clock.now())

    page = sign_in(reader).get("/notifications").text

    assert page.count("The router drops</a></h2>") == 1
    assert "mira answered" in page
    assert "ben answered" in page
    assert "Turn it off." in page
    assert page.count('<span class="news-word">unread</span>') == 1
    assert "Stop following" in page


def test_news_of_a_guest_says_so(sign_in: SignIn) -> None:
    reader = make_user()
    guest = make_user("guest-48213377", email=None, email_verified_at=None)
    topic = make_topic(author=guest)
    follow(reader, topic)
    news_of(reader, make_reply(topic, guest))

    page = sign_in(reader).get("/notifications").text

    assert "A guest answered" in page
    assert "guest-48213377" not in page


def test_news_says_that_an_answer_is_official(sign_in: SignIn) -> None:
    company, reader = make_company("Brightwave"), make_user()
    dana = make_employee(company, "dana")
    topic = make_topic(company)
    reply = make_reply(topic, dana, speaks_for_company=True)
    follow(reader, topic)
    news_of(reader, reply)
    browser = sign_in(reader)
    assert "dana answered for Brightwave" in browser.get("/notifications").text

    topics.mark_official(dana, topic, reply)

    assert "dana gave the official answer of Brightwave" in browser.get("/notifications").text


def test_opening_one_leads_there_and_marks_its_topic_as_read(sign_in: SignIn) -> None:
    reader, topic = make_user(), make_topic()
    one, same_topic = (news_of(reader, make_reply(topic)) for _ in range(2))
    other = news_of(reader, make_reply())
    browser = sign_in(reader)

    answer = browser.get(f"/notifications/{one.id}")

    assert (answer.status_code, answer.location) == (303, f"/r/{one.reply_id}")
    db.session.expire_all()
    assert [row.read_at is None for row in (one, same_topic, other)] == [False, False, True]


def test_nobody_opens_another_s(sign_in: SignIn, client: Client) -> None:
    row = news_of(make_user(), make_reply())

    assert sign_in(make_user()).get(f"/notifications/{row.id}").status_code == 404
    assert client.get(f"/notifications/{row.id}").location.startswith("/signin")
    db.session.expire_all()
    assert row.read_at is None


def test_all_are_read_up_to_what_was_on_the_page(sign_in: SignIn) -> None:
    reader = make_user()
    seen, later = news_of(reader, make_reply()), news_of(reader, make_reply())
    another = news_of(make_user(), make_reply())

    sign_in(reader).submit("/notifications/read", until=str(seen.id))

    db.session.expire_all()
    assert [row.read_at is None for row in (seen, later, another)] == [False, True, True]


@pytest.mark.parametrize("until", ["", "-1", "x", "٣", "9" * 30, "0" * 11 + "9" * 30])
def test_reading_up_to_nonsense_is_refused(sign_in: SignIn, until: str) -> None:
    assert sign_in(make_user()).submit("/notifications/read", until=until).status_code == 400


def test_the_page_is_paged_by_key_and_takes_as_many_statements(app: Flask, sign_in: SignIn) -> None:
    reader = make_user()
    browser = sign_in(reader)

    def statements() -> int:
        with counted_statements(app) as sent:
            assert browser.get("/notifications").status_code == 200
        return len(sent)

    for _ in range(3):
        news_of(reader, make_reply())
    few = statements()
    for _ in range(57):
        news_of(reader, make_reply())
    assert statements() == few

    first = browser.get("/notifications").text
    older = re.search(r'href="(/notifications\?after=[^"]+)"', first)
    assert older is not None
    second = browser.get(older[1]).text
    assert len(links(first)) == len(links(second)) == 30
    assert not links(first) & links(second)
    newer = re.search(r'href="(/notifications\?before=[^"]+)"', second)
    assert newer is not None
    assert links(browser.get(newer[1]).text) == links(first)


def links(page: str) -> set[str]:
    return set(re.findall(r'href="(/notifications/\d+)"', page))


def test_empty_places_say_what_comes_there(sign_in: SignIn) -> None:
    reader = make_user()
    news_of(reader, make_reply(), read_at=clock.now())
    browser = sign_in(reader)

    assert "You have read everything." in browser.get("/notifications?unread=1").text
    assert "Nothing yet." in sign_in(make_user()).get("/notifications").text


# -- what one follows ---------------------------------------------------------------------------


def test_everything_that_one_follows_is_on_one_page(app: Flask, sign_in: SignIn) -> None:
    reader, company = make_user(), make_company("Acme")
    tag = Tag(slug="wifi")
    db.session.add(tag)
    topic = make_topic(company, title="It hums")
    for target in (company, make_product(company, "Router"), tag, make_user("mira"), topic):
        topics.follow(reader, target)
    browser = sign_in(reader)

    with counted_statements(app) as few:
        page = browser.get("/following").text
    for name in ("Acme", "Router", "wifi", "mira", "It hums"):
        assert name in page
    assert page.count("Stop following") == 5
    for _ in range(15):
        topics.follow(reader, make_company())
        topics.follow(reader, make_topic())
    with counted_statements(app) as many:
        browser.get("/following")
    assert len(many) == len(few)


# -- what is mailed -----------------------------------------------------------------------------


def test_the_choice_is_kept_and_shown(sign_in: SignIn) -> None:
    reader = make_user()
    browser = sign_in(reader)
    page = browser.get("/account/notifications").text
    assert chosen(page)["replied"] == "at_once"
    assert len(chosen(page)) == len(NotificationKind)

    browser.submit("/account/notifications", replied="never", posted="at_once")

    page = browser.get("/account/notifications").text
    assert (chosen(page)["replied"], chosen(page)["posted"]) == ("never", "at_once")
    assert chosen(page)["helped"] == "daily"


def test_a_choice_that_there_is_not_is_refused(sign_in: SignIn) -> None:
    answer = sign_in(make_user()).submit("/account/notifications", replied="hourly")

    assert answer.status_code == 400
    assert db.session.scalars(select(NotificationPreference)).all() == []


def chosen(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(\w+)" value="(\w+)" checked', page))


def test_whose_mail_comes_back_is_told_and_puts_it_right(sign_in: SignIn) -> None:
    reader = make_user(email_bounced_at=clock.now())
    browser = sign_in(reader)
    assert "Mail to your address comes back" in browser.get("/about").text

    browser.submit("/account/notifications/address")

    assert "Mail to your address comes back" not in browser.get("/about").text
    db.session.expire_all()
    assert reader.email_bounced_at is None


# -- the link in every mail ---------------------------------------------------------------------


def stop_link(app: Flask) -> tuple[User, Topic, str]:
    """Mail somebody of an answer; return them, the topic, and the path that the mail names."""
    reader, topic = make_user("nora"), make_topic(title="The router drops")
    topics.follow(reader, topic)
    topics.post_reply(make_user(), topic, body="Turn it off.")
    (message,) = mailed(app)
    found = re.fullmatch(r"<http://localhost(/stop-mails/\S+)>", message["List-Unsubscribe"])
    assert found is not None
    assert found[1] in part(message, "plain")
    return reader, topic, found[1]


def test_one_post_without_cookies_stops_mails_of_the_kind(app: Flask) -> None:
    reader, topic, path = stop_link(app)
    server = app.test_client(use_cookies=False)

    answer = server.post(path, data=ONE_CLICK)  # no cookie, no token, no header of a browser

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert queries.deliveries_of(reader.id)[NotificationKind.REPLIED] is Delivery.NEVER
    assert queries.deliveries_of(reader.id)[NotificationKind.SOLVED] is Delivery.AT_ONCE
    topics.post_reply(make_user(), topic, body="And on.")
    assert [m["Subject"] for m in mailed(app) if m["To"] == reader.email] == [
        "Re: The router drops"  # the first
    ]
    assert queries.unread_count(reader.id) == 2  # it is still in the bell


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"},
        {"Content-Type": "multipart/form-data; boundary=x"},
    ],
)
def test_a_mail_program_may_send_it_from_anywhere(app: Flask, headers: dict[str, str]) -> None:
    reader, _topic, path = stop_link(app)
    body = (
        '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--'
    )
    given = body if "Content-Type" in headers else ONE_CLICK

    answer = app.test_client(use_cookies=False).post(path, data=given, headers=headers)

    assert answer.status_code == 200
    assert queries.deliveries_of(reader.id)[NotificationKind.REPLIED] is Delivery.NEVER


def test_opening_the_link_changes_nothing_and_names_nobody(app: Flask, client: Client) -> None:
    reader, _topic, path = stop_link(app)

    page = client.get(path).text

    assert "Stop these mails?" in page
    assert "nora" not in page
    assert queries.deliveries_of(reader.id)[NotificationKind.REPLIED] is Delivery.AT_ONCE


def test_stopping_can_be_undone(app: Flask, client: Client) -> None:
    reader, _topic, path = stop_link(app)
    stopped = client.submit(path, what="kinds").text
    before = re.search(r'name="before" value="([^"]+)"', stopped)
    assert before is not None

    assert "come again" in client.submit(path, what="back", before=before[1]).text
    assert queries.deliveries_of(reader.id)[NotificationKind.REPLIED] is Delivery.AT_ONCE


def test_the_link_also_stops_following_the_topic_and_back(app: Flask, client: Client) -> None:
    reader, topic, path = stop_link(app)
    follows = select(func.count()).where(Follow.user_id == reader.id, Follow.topic_id == topic.id)

    assert "no longer follow" in client.submit(path, what="topic").text
    assert db.session.scalar(follows) == 0
    assert "follow this topic again" in client.submit(path, what="topic_again").text
    assert db.session.scalar(follows) == 1


def test_the_mail_of_the_day_is_stopped_as_a_whole(client: Client) -> None:
    reader = make_user()
    services.choose(reader.id, {NotificationKind.HELPED: Delivery.NEVER})
    path = f"/stop-mails/{tokens.for_stop(Stop(reader.id))}"

    client.submit(path, what="kinds")

    ways = queries.deliveries_of(reader.id)
    assert Delivery.DAILY not in ways.values()
    assert ways[NotificationKind.REPLIED] is Delivery.AT_ONCE


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_cut_off_says_so(app: Flask, client: Client, method: str) -> None:
    _reader, _topic, path = stop_link(app)

    answer = getattr(client, method)(path[:-3])

    assert answer.status_code == 404
    assert "This link is not whole." in answer.text


def test_a_link_reveals_no_name_and_no_address() -> None:
    token = tokens.for_stop(Stop(7, (NotificationKind.REPLIED,), 3))
    assert tokens.stop_of(token) == Stop(7, (NotificationKind.REPLIED,), 3)
    assert tokens.stop_of(token[:-1]) is None


def test_nobody_gets_another_s_choice_by_making_up_what_was_before(
    app: Flask, client: Client
) -> None:
    _reader, _topic, path = stop_link(app)

    client.submit(path, what="back", before="replied:hourly.nonsense:never.:::.solved")

    assert db.session.scalars(select(NotificationPreference)).all() == []
