"""A topic's page and every button on it, pressed as a browser without scripts presses them."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.models import User
from community.companies.models import CompanyState
from community.core import clock, paging
from community.core.db import Base, db
from community.topics.models import (
    AcceptedAnswer,
    Follow,
    MeToo,
    OfficialAnswer,
    Outcome,
    Reply,
    StatusChange,
    StatusRole,
    Tag,
    Topic,
    TopicKind,
    TopicStatus,
    TopicTag,
    Vote,
)
from community.topics.visits import COOKIE
from community.writing.models import Draft
from tests.conftest import Client, browser_for, counted_statements
from tests.factories import make_company, make_employee, make_reply, make_topic, make_user

SignIn = Callable[[User], Client]
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)' autofocus='",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)//",
    "</title></textarea><svg onload=alert(1)>",
    "%(num)s %s %d",
    "\u202egnp.exe \U0001f4a9 田中さん",
)  # fmt: skip


def address(topic: Topic) -> str:
    return f"/t/{topic.id}/{topic.slug}"


def page_text(client: Client, topic: Topic, **query: str) -> str:
    response = client.get(address(topic), query_string=query)
    assert response.status_code == 200
    return str(response.get_data(as_text=True))


def words(html: str) -> str:
    """Return what is read: no markup, single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def links(html: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'<a [^>]*href="([^"]*)"', html)]


def elements(html: str) -> list[tuple[str, dict[str, str]]]:
    """Return the elements and attributes that a browser would make of ``html``."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, {name: value or "" for name, value in attrs}))

    Reader().feed(html)
    return found


def count(table: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def fresh(row: Reply) -> Reply:
    counts = ["helpful_count", "unhelpful_count", "worked_count", "failed_count"]
    db.session.refresh(row, counts)
    return row


# -- reading ------------------------------------------------------------------------------------


def test_the_address_ends_with_the_words_of_the_title(client: Client) -> None:
    topic = make_topic(title="Wi-Fi drops nightly")

    for wrong in (f"/t/{topic.id}", f"/t/{topic.id}/old-title"):
        response = client.get(wrong)
        assert (response.status_code, response.location) == (301, address(topic))
    html = page_text(client, topic)

    assert f'<link rel="canonical" href="http://localhost{address(topic)}">' in html


def test_a_page_further_on_keeps_its_place_when_the_address_is_put_right(client: Client) -> None:
    topic = make_topic()
    place = paging.encode(clock.now(), 1)

    response = client.get(f"/t/{topic.id}/x?after={place}&utm=1")

    assert response.location == f"{address(topic)}?after={place}"


@pytest.mark.parametrize("path", ["/t/999999/x", "/r/999999", f"/t/{10**30}/x"])
def test_there_is_nothing_at_an_unknown_address(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_hidden_topic_is_not_found_whatever_is_done_with_it(client: Client) -> None:
    topic = make_topic(hidden_at=clock.now())
    reply = make_reply(topic)

    assert client.get(address(topic)).status_code == 404
    assert client.get(f"/r/{reply.id}").status_code == 404
    assert client.submit(f"/r/{reply.id}/outcome", value="worked").status_code == 404


def test_a_place_that_is_none_is_not_found(client: Client) -> None:
    assert client.get(address(make_topic()), query_string={"after": "zzz"}).status_code == 404


def test_a_reader_gets_the_same_page_again_only_when_it_changed(client: Client) -> None:
    topic = make_topic()
    with clock.frozen(clock.now() + timedelta(hours=5)):
        first = client.get(address(topic))
        assert "Set-Cookie" not in first.headers

        again = client.get(address(topic), headers={"If-None-Match": first.headers["ETag"]})
        make_reply(topic)
        changed = client.get(address(topic), headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, changed.status_code) == (304, 200)


@pytest.mark.parametrize("replies", [5, 200])
def test_a_whole_page_is_few_statements(
    app: Flask, client: Client, sign_in: SignIn, replies: int
) -> None:
    topic, viewer = make_topic(), make_user()
    for _ in range(replies):
        make_reply(topic, parent_id=make_reply(topic).id)
    browser = sign_in(viewer)
    page_text(client, topic)  # the modes in force are remembered from page to page

    with counted_statements(app) as statements:
        page_text(client, topic)
    assert len(statements) == 3
    with counted_statements(app) as statements:
        page_text(browser, topic)
    assert len(statements) == 8


def test_the_page_says_who_set_the_status_in_what_role_and_why(client: Client) -> None:
    topic = make_topic(status=TopicStatus.ACKNOWLEDGED)
    employee = make_employee(topic.company, "dana", title="Support")
    db.session.add(
        StatusChange(
            topic_id=topic.id,
            actor_id=employee.id,
            role=StatusRole.COMPANY,
            old=TopicStatus.OPEN,
            new=TopicStatus.ACKNOWLEDGED,
            note="We can see it here as well.",
        )
    )
    db.session.flush()

    text = words(page_text(client, topic))

    assert f"acknowledged , said by dana ({topic.company.name}), just now" in text
    assert "We can see it here as well." in text


def test_a_company_that_answers_elsewhere_is_not_asked_here(client: Client) -> None:
    here = make_topic()
    elsewhere = make_topic(make_company(state=CompanyState.ELSEWHERE))

    assert "Does yours differ?" in page_text(client, here)
    assert "Does yours differ?" not in page_text(client, elsewhere)


def test_what_helps_stands_first_and_leaves_a_line_in_the_conversation(client: Client) -> None:
    topic = make_topic()
    make_reply(topic, body="Same here.")
    best = make_reply(topic, body="Turn off channel scan.", worked_count=3)

    html = page_text(client, topic).split("<main")[1]

    assert html.count("Turn off channel scan.") == 1
    assert html.index('id="what-helps"') < html.index("Turn off channel scan.")
    assert html.index("Turn off channel scan.") < html.index('id="conversation"')
    assert f'href="#reply-{best.id}"' in html.split('id="conversation"')[1]


VERDICT_WORDS = {
    "official": "Official answer of Acme",
    "accepted": "Solved it for the asker and 2 others",
    "worked": "Worked for 31, failed for 2",
}


@pytest.mark.parametrize("official", [True, False])
@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("worked", [True, False])
def test_every_combination_of_verdicts_can_be_read(
    client: Client, official: bool, accepted: bool, worked: bool
) -> None:
    topic = make_topic(make_company("Acme"))
    reply = make_reply(
        topic,
        accepted_count=3 * accepted,
        worked_count=31 * worked,
        failed_count=2 * worked,
    )
    if official:
        db.session.add(
            OfficialAnswer(topic_id=topic.id, reply_id=reply.id, marked_by_id=reply.author_id)
        )
    if accepted:
        db.session.add(
            AcceptedAnswer(topic_id=topic.id, reply_id=reply.id, accepted_by_id=topic.author_id)
        )
    db.session.flush()

    text = words(page_text(client, topic))

    said = {"official": official, "accepted": accepted, "worked": worked}
    assert {name: sentence in text for name, sentence in VERDICT_WORDS.items()} == said
    assert ("What helps" in text) is any(said.values())
    assert "Disputed" not in text


def test_a_disputed_official_answer_says_so(client: Client) -> None:
    topic = make_topic()
    reply = make_reply(topic, worked_count=2, failed_count=9)
    db.session.add(
        OfficialAnswer(topic_id=topic.id, reply_id=reply.id, marked_by_id=reply.author_id)
    )
    db.session.flush()

    text = words(page_text(client, topic))

    assert "Official answer of" in text
    assert "Disputed: it failed for more people than it helped" in text


def test_a_long_conversation_is_read_from_page_to_page(client: Client) -> None:
    topic, start = make_topic(), clock.now()
    bodies = [f"Reply number {n:03}." for n in range(65)]
    for number, body in enumerate(bodies):
        make_reply(topic, body=body, created_at=start + timedelta(seconds=number))

    seen, path, pages, html, opening = [], address(topic), 0, "", ""
    while path:
        html = client.get(path).get_data(as_text=True)
        opening = opening or html
        seen += re.findall(r"Reply number \d{3}\.", html.split("<main")[1])
        pages += 1
        following = re.search(r'<link rel="next" href="([^"]+)"', html)
        path = unescape(following[1]) if following else ""

    # The first page ends with the newest, which stand in their place as well.
    assert (seen, pages) == (bodies[:10] + bodies[-5:] + bodies[10:], 4)
    assert "Show 50 more replies" in opening
    assert '<link rel="prev"' in html


def test_a_permanent_link_leads_to_the_page_and_the_place(client: Client) -> None:
    topic, start = make_topic(), clock.now()
    replies = [make_reply(topic, created_at=start + timedelta(seconds=n)) for n in range(45)]
    comment = make_reply(topic, parent_id=replies[40].id, body="I can confirm this.")

    for wanted in (replies[3], replies[40], comment):
        response = client.get(f"/r/{wanted.id}")
        target = urlsplit(response.location)
        html = client.get(f"{target.path}?{target.query}").get_data(as_text=True)

        assert response.status_code == 302
        assert target.fragment == f"reply-{wanted.id}"
        assert f'id="{target.fragment}"' in html


def test_hostile_words_are_shown_and_do_nothing(client: Client, sign_in: SignIn) -> None:
    for text in HOSTILE:
        author = make_user(display_name=text[:60])
        topic = make_topic(
            make_company(f"C {text}"[:80]), author, title=text, body=text, differs_reason=text
        )
        topic.differs_from_id = make_topic(title=text).id
        reply = make_reply(topic, author, body=text)
        make_reply(topic, author, body=text, parent_id=reply.id)
        for browser in (client, sign_in(author)):
            html = page_text(browser, topic)

            assert text.split("\n")[0] in unescape(html)
            for tag, attributes in elements(html):
                assert not [name for name in attributes if name.startswith("on")]
                assert not str(attributes.get("href", "")).startswith("javascript:")
                assert tag != "img" or not attributes.get("src")
                is_data = attributes.get("type") == "application/ld+json"
                assert tag != "script" or is_data or attributes["src"].startswith("/static/")


# -- signed out ---------------------------------------------------------------------------------


def test_a_reader_without_account_is_led_to_sign_in_and_back_to_the_place(client: Client) -> None:
    topic = make_topic()
    reply = make_reply(topic)

    html = page_text(client, topic)
    back = {
        parse_qs(urlsplit(link).query)["next"][0]
        for link in links(html.split("<main")[1].split("<footer")[0])
        if link.startswith("/signin")
    }

    assert back == {
        address(topic),
        f"/r/{reply.id}",
        f"{address(topic)}#answer",
    }
    for action in ("vote", "accept", "official", "comments"):
        assert f"/r/{reply.id}/{action}" not in html
    assert "<textarea" not in html


@pytest.mark.parametrize("action", ["vote", "accept", "official"])
def test_a_verdict_after_the_session_ran_out_leads_to_sign_in(client: Client, action: str) -> None:
    reply = make_reply()

    response = client.submit(f"/r/{reply.id}/{action}", value="1")

    assert response.status_code == 303
    assert urlsplit(response.location).path == "/signin"
    assert f"#reply-{reply.id}" in parse_qs(urlsplit(response.location).query)["next"][0]


@pytest.mark.parametrize("action", ["me-too", "status", "sort"])
def test_a_button_after_the_session_ran_out_leads_to_sign_in(client: Client, action: str) -> None:
    topic = make_topic()

    response = client.submit(f"/t/{topic.id}/{action}", value="1")

    assert parse_qs(urlsplit(response.location).query)["next"] == [address(topic)]
    assert count(MeToo) == count(Follow) == 0


def test_anybody_can_say_that_it_worked_once_a_visit(client: Client) -> None:
    reply = make_reply()

    first = client.submit(f"/r/{reply.id}/outcome", value="worked")
    client.submit(f"/r/{reply.id}/outcome", value="worked")

    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert re.fullmatch(r"[0-9a-f]{32}", cookie.value)
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    assert (first.status_code, urlsplit(first.location).fragment) == (303, f"reply-{reply.id}")
    assert (count(Outcome), fresh(reply).worked_count) == (1, 1)
    pressed = re.search(
        r'<button[^>]*value="0" aria-pressed="true">', page_text(client, reply.topic)
    )
    assert pressed, "the page shows what this visit said"


def test_a_page_kept_for_strangers_is_not_shown_to_who_pressed_something(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "KEEP_PAGES", True)
    reply, other = make_reply(), browser_for(app)
    pressed = 'aria-pressed="true"'
    page_text(client, reply.topic)

    client.submit(f"/r/{reply.id}/outcome", value="worked")

    assert pressed in page_text(client, reply.topic)
    html = page_text(other, reply.topic)
    assert pressed not in html
    assert "Worked for 1" in html


def test_a_visit_can_change_its_mind_and_take_it_back(client: Client) -> None:
    reply = make_reply()

    client.submit(f"/r/{reply.id}/outcome", value="worked")
    client.submit(f"/r/{reply.id}/outcome", value="failed")
    assert (fresh(reply).worked_count, reply.failed_count) == (0, 1)
    client.submit(f"/r/{reply.id}/outcome", value="0")

    assert (fresh(reply).worked_count, reply.failed_count, count(Outcome)) == (0, 0, 0)


def test_a_visit_that_we_did_not_give_is_not_kept(client: Client) -> None:
    reply = make_reply()
    client.set_cookie(COOKIE, "<script>")

    client.submit(f"/r/{reply.id}/outcome", value="worked")

    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert re.fullmatch(r"[0-9a-f]{32}", cookie.value)


def test_an_answer_typed_after_the_session_ran_out_is_kept(client: Client) -> None:
    topic = make_topic()

    response = client.submit(f"/t/{topic.id}/replies", body="A long answer <b>.")

    draft = db.session.scalars(select(Draft)).one()
    assert draft.fields["body"] == "A long answer <b>."
    assert response.status_code == 303
    assert response.location == f"/signin?next=/drafts/{draft.key}"
    assert count(Reply) == 0


# -- signed in ----------------------------------------------------------------------------------


def test_an_answer_is_posted_and_shown_at_its_place(sign_in: SignIn) -> None:
    topic = make_topic()
    browser = sign_in(make_user("mira"))

    response = browser.submit(f"/t/{topic.id}/replies", body="Turn **off** the scan.")
    reply = db.session.scalars(select(Reply)).one()

    assert response.status_code == 303
    assert response.location == f"{address(topic)}#reply-{reply.id}"
    assert "<p>Turn <strong>off</strong> the scan.</p>" in page_text(browser, topic)


def test_an_answer_to_a_long_topic_is_shown_among_the_newest(sign_in: SignIn) -> None:
    topic, start = make_topic(), clock.now() - timedelta(hours=1)
    for number in range(31):
        make_reply(topic, created_at=start + timedelta(seconds=number))

    response = sign_in(make_user()).submit(f"/t/{topic.id}/replies", body="At last.")

    assert response.location.startswith(f"{address(topic)}#reply-")


def test_a_comment_is_posted_below_its_answer(sign_in: SignIn) -> None:
    reply = make_reply()
    browser = sign_in(make_user())

    response = browser.submit(f"/r/{reply.id}/comments", body="On 5.2 as well.")
    comment = db.session.scalars(select(Reply).where(Reply.parent_id == reply.id)).one()

    assert response.location == f"{address(reply.topic)}#reply-{comment.id}"
    html = page_text(browser, reply.topic)
    assert html.index(f'id="reply-{reply.id}"') < html.index(f'id="reply-{comment.id}"')


@pytest.mark.parametrize("body", ["", "   \n ", "x" * 50_001])
def test_an_answer_that_cannot_be_posted_comes_back_with_the_reason(
    sign_in: SignIn, body: str
) -> None:
    topic = make_topic()

    response = sign_in(make_user()).submit(f"/t/{topic.id}/replies", body=body)

    assert response.status_code == 422
    assert 'class="field-error" id="body-error"' in response.text
    assert "error-summary" in response.text
    assert body.strip() in response.text
    assert count(Reply) == 0


def test_a_comment_that_cannot_be_posted_comes_back_open_at_its_place(sign_in: SignIn) -> None:
    topic, start = make_topic(), clock.now()
    replies = [make_reply(topic, created_at=start + timedelta(seconds=n)) for n in range(40)]
    long = "why " * 600

    response = sign_in(make_user()).submit(f"/r/{replies[35].id}/comments", body=long)

    assert response.status_code == 422
    box = response.text.split(f'id="reply-{replies[35].id}"')[1].split("</li>")[0]
    assert '<form class="comment-form"' in box
    assert f'id="comment-{replies[35].id}-error"' in box
    assert long.strip() in box
    assert response.text.count('<form class="comment-form"') == 2  # with the shape for the script


def test_the_form_of_a_comment_is_a_link_away(sign_in: SignIn) -> None:
    topic, start = make_topic(), clock.now()
    replies = [make_reply(topic, created_at=start + timedelta(seconds=n)) for n in range(40)]
    reply, browser = replies[35], sign_in(make_user())

    answer = browser.get(f"/r/{reply.id}?comment=1")
    page = browser.get(answer.location)

    assert answer.location.endswith(f"#comment-{reply.id}")
    assert f'href="/r/{reply.id}?comment=1"' in page.text
    box = page.text.split(f'id="reply-{reply.id}"')[1].split("</li>")[0]
    assert f'action="/r/{reply.id}/comments#comment-{reply.id}"' in box
    assert f'<textarea class="input input-line" id="comment-{reply.id}"' in box


@pytest.mark.parametrize("word", ["0", "-1", "x", "99999999999999999999", ""])
def test_a_comment_on_nothing_opens_no_form(sign_in: SignIn, word: str) -> None:
    reply = make_reply()
    topic = reply.topic

    page = sign_in(make_user()).get(f"/t/{topic.id}/{topic.slug}?comment={word}")

    assert page.status_code == 200
    assert page.text.count('<form class="comment-form"') == 1  # the shape for the script


def test_an_answer_may_begin_with_code(sign_in: SignIn) -> None:
    topic = make_topic()

    sign_in(make_user()).submit(f"/t/{topic.id}/replies", body="\r\n    reboot now\r\n")

    assert db.session.scalar(select(Reply.body)) == "    reboot now"


def test_a_page_that_answers_a_form_leads_back_to_where_it_was_pressed(
    client: Client, sign_in: SignIn
) -> None:
    topic = make_topic()
    back = f'name="next" value="{address(topic)}"'

    refused = sign_in(make_user()).submit(f"/t/{topic.id}/replies", body="")
    noted = client.submit("/ask/deflect", step="me_too", topic_id=topic.id)

    assert refused.status_code == 422
    assert back in refused.text
    assert back in noted.text


def test_a_suspended_member_learns_why_and_keeps_the_text(sign_in: SignIn) -> None:
    topic = make_topic()
    suspended = make_user(suspended_until=clock.now() + timedelta(days=3))

    response = sign_in(suspended).submit(f"/t/{topic.id}/replies", body="My precious words.")

    assert response.status_code == 422
    assert "My precious words." in response.text
    assert "error-summary" in response.text


@pytest.mark.parametrize(("value", "helpful", "unhelpful"), [("1", 1, 0), ("-1", 0, 1)])
def test_voting_and_taking_it_back(
    sign_in: SignIn, value: str, helpful: int, unhelpful: int
) -> None:
    reply, browser = make_reply(), sign_in(make_user())

    response = browser.submit(f"/r/{reply.id}/vote", value=value)
    assert response.location == f"{address(reply.topic)}#reply-{reply.id}"
    assert (fresh(reply).helpful_count, reply.unhelpful_count) == (helpful, unhelpful)
    assert 'value="0" aria-pressed="true"' in page_text(browser, reply.topic)

    browser.submit(f"/r/{reply.id}/vote", value="0")
    assert (fresh(reply).helpful_count, reply.unhelpful_count, count(Vote)) == (0, 0, 0)


def test_a_member_says_that_it_did_not_work(sign_in: SignIn) -> None:
    reply, member = make_reply(), make_user()

    sign_in(member).submit(f"/r/{reply.id}/outcome", value="failed", version="5.2")

    outcome = db.session.scalars(select(Outcome)).one()
    assert (outcome.user_id, outcome.visit, outcome.worked, outcome.version) == (
        member.id,
        None,
        False,
        "5.2",
    )


def test_the_asker_accepts_and_takes_it_back(sign_in: SignIn) -> None:
    reply = make_reply()
    browser = sign_in(reply.topic.author)
    assert "This solved it for me" in page_text(browser, reply.topic)

    browser.submit(f"/r/{reply.id}/accept", value="1")
    text = words(page_text(browser, reply.topic))
    assert "Solved it for the asker" in text
    assert "solved , said by" in text

    browser.submit(f"/r/{reply.id}/accept", value="0")
    assert count(AcceptedAnswer) == 0


def test_only_who_has_the_issue_is_offered_to_accept(sign_in: SignIn) -> None:
    reply, other = make_reply(), make_user()
    browser = sign_in(other)

    assert "This solved it for me" not in page_text(browser, reply.topic)
    assert browser.submit(f"/r/{reply.id}/accept", value="1").status_code == 403
    browser.submit(f"/t/{reply.topic_id}/me-too", value="1")
    assert "This solved it for me" in page_text(browser, reply.topic)
    assert browser.submit(f"/r/{reply.id}/accept", value="1").status_code == 303


def test_praise_is_neither_accepted_nor_had_too(sign_in: SignIn, client: Client) -> None:
    reply = make_reply(make_topic(kind=TopicKind.PRAISE))

    html = page_text(sign_in(reply.topic.author), reply.topic)

    assert "This solved it for me" not in html
    assert "I have this too" not in page_text(client, reply.topic)
    assert "Where it stands" not in html


def test_nobody_is_offered_to_judge_their_own_answer(sign_in: SignIn) -> None:
    reply = make_reply()

    html = page_text(sign_in(reply.author), reply.topic)

    assert f"/r/{reply.id}/vote" not in html
    assert f"/r/{reply.id}/outcome" not in html


def test_me_too_and_back(sign_in: SignIn) -> None:
    topic, browser = make_topic(), sign_in(make_user())

    response = browser.submit(f"/t/{topic.id}/me-too", value="1")
    assert response.location == address(topic)
    assert "1 has this too" in page_text(browser, topic)

    browser.submit(f"/t/{topic.id}/me-too", value="0")
    assert count(MeToo) == 0


def test_following_and_no_more(sign_in: SignIn) -> None:
    topic, browser = make_topic(), sign_in(make_user())

    browser.submit("/follow", what="topic", id=str(topic.id), on="1")
    assert re.search(r'name="on" value="0" aria-pressed="true"', page_text(browser, topic))

    browser.submit("/follow", what="topic", id=str(topic.id), on="0")
    assert count(Follow) == 0


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/r/{reply}/vote", "2"),
        ("/r/{reply}/vote", ""),
        ("/r/{reply}/outcome", "1"),
        ("/r/{reply}/accept", "yes"),
        ("/r/{reply}/official", "\x00"),
        ("/t/{topic}/me-too", "-1"),
    ],
)
def test_a_value_of_no_button_is_refused(sign_in: SignIn, path: str, value: str) -> None:
    reply = make_reply()

    response = sign_in(make_user()).submit(
        path.format(reply=reply.id, topic=reply.topic_id), value=value
    )

    assert response.status_code == 400


# -- the company's word -------------------------------------------------------------------------


def test_an_employee_answers_for_the_company_and_marks_it_official(sign_in: SignIn) -> None:
    topic = make_topic(make_company("Acme"))
    employee = make_employee(topic.company, title="Engineer", scope="billing")
    browser = sign_in(employee)
    assert "Speak for Acme" in words(page_text(browser, topic))

    browser.submit(f"/t/{topic.id}/replies", body="Fixed in 5.3.", as_company="y")
    reply = db.session.scalars(select(Reply)).one()
    browser.submit(f"/r/{reply.id}/official", value="1")

    text = words(page_text(browser, topic))
    assert "speaking for Acme · billing" in text
    assert "Official answer of Acme" in text
    browser.submit(f"/r/{reply.id}/official", value="0")
    assert count(OfficialAnswer) == 0


def test_a_customer_is_offered_nothing_of_the_companys(sign_in: SignIn) -> None:
    reply = make_reply()
    browser = sign_in(make_user())

    html = page_text(browser, reply.topic)

    assert "Speak for" not in html
    assert "/official" not in html
    assert "Say so" not in html
    assert browser.submit(f"/r/{reply.id}/official", value="1").status_code == 403


def test_the_company_says_how_far_it_is_and_why(sign_in: SignIn) -> None:
    topic = make_topic()
    browser = sign_in(make_employee(topic.company, "dana"))

    response = browser.submit(
        f"/t/{topic.id}/status", status="in_progress", note="In the next release."
    )

    assert (response.status_code, response.location) == (303, address(topic))
    assert "in progress , said by dana" in words(page_text(browser, topic))


@pytest.mark.parametrize(
    "fields", [{"status": "declined"}, {"status": "<b>"}, {"status": "solved", "note": "n" * 301}]
)
def test_a_status_that_cannot_be_set_comes_back_with_the_reason(
    sign_in: SignIn, fields: dict[str, str]
) -> None:
    topic = make_topic()

    response = sign_in(topic.author).submit(f"/t/{topic.id}/status", **fields)

    assert response.status_code == 422
    assert "field-error" in response.text
    assert count(StatusChange) == 0


def test_a_stranger_cannot_set_a_status(sign_in: SignIn) -> None:
    topic = make_topic()

    response = sign_in(make_user()).submit(f"/t/{topic.id}/status", status="solved")

    assert response.status_code == 422
    assert count(StatusChange) == 0


def test_the_asker_sorts_the_topic(sign_in: SignIn) -> None:
    topic = make_topic()
    browser = sign_in(topic.author)

    browser.submit(f"/t/{topic.id}/sort", kind="idea", tags="Wi-Fi, Dark mode")

    db.session.refresh(topic)
    slugs = db.session.scalars(select(Tag.slug).join(TopicTag, TopicTag.tag_id == Tag.id)).all()
    assert topic.kind is TopicKind.IDEA
    assert set(slugs) == {"wi-fi", "dark-mode"}
    html = page_text(browser, topic)
    assert 'value="dark-mode, wi-fi"' in html


def test_too_many_tags_come_back_with_the_reason(sign_in: SignIn) -> None:
    topic = make_topic()

    response = sign_in(topic.author).submit(
        f"/t/{topic.id}/sort", kind="problem", tags="a, b, c, d, e, f"
    )

    assert response.status_code == 422
    assert 'value="a, b, c, d, e, f"' in response.text
    assert 'id="tags-error"' in response.text


def test_a_form_without_its_token_does_nothing(sign_in: SignIn) -> None:
    reply = make_reply()

    response = sign_in(make_user()).post(f"/r/{reply.id}/vote", data={"value": "1"})

    assert response.status_code == 400
    assert count(Vote) == 0


def test_a_form_from_another_site_does_nothing(client: Client) -> None:
    reply = make_reply()

    response = client.post(
        f"/r/{reply.id}/outcome",
        data={"value": "worked"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert response.status_code == 403
    assert count(Outcome) == 0
