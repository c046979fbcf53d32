"""Drafts on the site: saved by scripts and by buttons, listed, opened, deleted, put back."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from community.accounts.models import Session, User
from community.core.db import db
from community.topics.models import Reply
from community.writing import services
from community.writing.models import ASKING, Draft
from tests.conftest import Client, counted_statements
from tests.factories import make_company, make_reply, make_topic, make_user

SignIn = Callable[[User], Client]
JSON = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}


def save(browser: Client, place: str = ASKING, **fields: Any) -> Any:
    """Save as the page's script does, with the token of a session if there is one."""
    with browser.session_transaction() as session:
        is_signed_in = bool(session)
    token = field(browser.get("/drafts").text, "csrf_token") if is_signed_in else ""
    return browser.post(
        "/drafts", data={"draft_place": place, "csrf_token": token, **fields}, headers=JSON
    )


def field(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    return unescape(found.group(1)) if found else ""


def drafts() -> list[Draft]:
    """Return all drafts, afresh."""
    found = select(Draft).order_by(Draft.created_at).execution_options(populate_existing=True)
    return list(db.session.scalars(found))


def sign_out_on_the_server() -> None:
    """Delete every session; the browsers keep their cookies."""
    db.session.execute(delete(Session))
    db.session.expire_all()


# -- saved by the script ------------------------------------------------------------------------


def test_a_visitor_saves_a_question_without_a_cookie(client: Client) -> None:
    first = save(client, draft="a" * 32, draft_version=0, title="It hums", body="All day.")
    later = save(client, draft="a" * 32, draft_version=1, title="It hums", body="And at night.")

    assert (first.json["key"], first.json["version"]) == ("a" * 32, 1)
    assert later.json["version"] == 2
    assert later.json["fields"] == {"title": "It hums", "body": "And at night."}
    assert client.get_cookie("session") is None
    assert "Set-Cookie" not in later.headers


def test_a_visitor_may_not_begin_any_number(client: Client) -> None:
    statuses = [save(client, title=f"It hums {n}").status_code for n in range(31)]

    assert statuses == [200] * 30 + [429]
    assert len(drafts()) == 30


def test_a_second_window_is_shown_the_first(sign_in: SignIn) -> None:
    browser, topic = sign_in(make_user()), make_topic()
    place = f"topic:{topic.id}"
    save(browser, place, draft="a" * 32, draft_version=0, body="first")

    refused = save(browser, place, draft="b" * 32, draft_version=0, body="second")

    assert refused.status_code == 409
    assert (refused.json["key"], refused.json["fields"]) == ("a" * 32, {"body": "first"})
    assert drafts()[0].fields == {"body": "first"}


def test_what_is_emptied_is_deleted(sign_in: SignIn) -> None:
    browser = sign_in(make_user())
    save(browser, draft="a" * 32, draft_version=0, title="It hums", kind="problem")

    emptied = save(browser, draft="a" * 32, draft_version=1, title=" ", kind="problem")

    assert emptied.json == {"key": "", "version": 0}
    assert drafts() == []


@pytest.mark.parametrize("place", ["", "topic", "ask:1", "topic:0", "topic:x", "me:1", "x" * 99])
def test_there_are_no_drafts_of_other_places(sign_in: SignIn, place: str) -> None:
    assert save(sign_in(make_user()), place, body="words").status_code == 400


def test_a_page_of_somebody_who_is_signed_out_keeps_its_words_to_itself(
    client: Client, sign_in: SignIn
) -> None:
    mira, other = make_user(), make_user()

    for browser, fields in (
        (client, {"draft_owner": mira.id, "title": "It hums"}),
        (sign_in(other), {"draft_owner": mira.id, "title": "It hums"}),
        (client, {"draft_place": "topic:1", "body": "Press it."}),
    ):
        answer = save(browser, **fields)
        assert (answer.status_code, answer.json["signed_out"]) == (401, True)
    assert drafts() == []


def test_a_token_of_an_earlier_session_is_replaced_for_the_same_person_only(
    sign_in: SignIn,
) -> None:
    mira = make_user()
    browser = sign_in(mira)

    def send(**fields: object) -> Any:
        return browser.post(
            "/drafts", data={"draft_place": ASKING, "title": "It hums", **fields}, headers=JSON
        )

    refused = send(csrf_token="of an earlier session", draft_owner=mira.id)
    stranger = send(csrf_token="of an earlier session", draft_owner=mira.id + 1)
    saved = send(csrf_token=refused.json["token"], draft_owner=mira.id)

    assert (refused.status_code, stranger.status_code, saved.status_code) == (400, 401, 200)
    assert "token" not in stranger.json


def test_another_site_saves_nothing(sign_in: SignIn) -> None:
    browser = sign_in(make_user())

    answer = browser.post(
        "/drafts",
        data={"draft_place": ASKING, "title": "Buy"},
        headers={**JSON, "Sec-Fetch-Site": "cross-site"},
    )

    assert answer.status_code == 403
    assert drafts() == []


def test_too_much_is_said_to_be_too_much(sign_in: SignIn) -> None:
    answer = save(sign_in(make_user()), body="x" * 200_001)

    assert answer.status_code == 422
    assert "too long" in answer.json["message"]


# -- on the pages -------------------------------------------------------------------------------


def test_an_answer_that_was_begun_is_in_the_box_in_one_more_statement(
    app: Flask, sign_in: SignIn
) -> None:
    topic, mira = make_topic(), make_user()
    replies = [make_reply(topic) for _ in range(9)]
    browser = sign_in(mira)
    with counted_statements(app) as before:
        browser.get(f"/t/{topic.id}/{topic.slug}")
    services.save_draft({"body": "Press <b>"}, place=f"topic:{topic.id}", user=mira)
    for reply in replies:
        services.save_draft({"body": f"Of {reply.id}"}, place=f"reply:{reply.id}", user=mira)

    with counted_statements(app) as after:
        page = browser.get(f"/t/{topic.id}/{topic.slug}").text

    assert "Press &lt;b&gt;</textarea>" in page
    assert all(f"Of {reply.id}</textarea>" in page for reply in replies)
    assert len(after) == len(before)


def test_posting_takes_the_draft_and_leaves_what_was_saved_later_elsewhere(
    sign_in: SignIn,
) -> None:
    topic, mira = make_topic(), make_user()
    browser, place = sign_in(mira), f"topic:{topic.id}"
    key = services.save_draft({"body": "begun"}, place=place, user=mira).key
    services.save_draft({"body": "elsewhere"}, place=place, key=key, user=mira)

    browser.submit(f"/t/{topic.id}/replies", body="begun", draft=key, draft_version=1)
    assert [draft.fields["body"] for draft in drafts()] == ["elsewhere"]

    browser.submit(f"/t/{topic.id}/replies", body="elsewhere", draft=key, draft_version=2)
    assert drafts() == []


def test_posting_takes_the_draft_whose_same_words_were_saved_a_moment_later(
    sign_in: SignIn,
) -> None:
    topic, mira = make_topic(), make_user()
    browser, place = sign_in(mira), f"topic:{topic.id}"
    key = services.save_draft({"body": "begun"}, place=place, user=mira).key
    services.save_draft({"body": "Press it.\nTwice."}, place=place, key=key, user=mira)

    browser.submit(f"/t/{topic.id}/replies", body="Press it.\r\nTwice.", draft=key, draft_version=1)

    assert drafts() == []


def test_a_question_sent_while_the_page_saves_the_same_words_is_kept_once(client: Client) -> None:
    make_company("Brightwave")
    key = services.save_draft({"title": "It"}, place=ASKING).key
    services.save_draft({"title": "It blinks", "body": "Red."}, place=ASKING, key=key)

    version = {"draft": key, "draft_version": 1}
    fields = {"title": "It blinks", "company": "Brightwave", "kind": "problem", **version}

    assert client.submit("/ask", **fields, body="Red.").status_code == 303
    assert [(draft.key, draft.fields["body"]) for draft in drafts()] == [(key, "Red.")]

    client.submit("/ask", **fields, body="Blue.")
    assert [draft.fields["body"] for draft in drafts()] == ["Red.", "Blue."]


def test_a_refused_answer_keeps_its_draft(sign_in: SignIn) -> None:
    topic, mira = make_topic(), make_user()
    place = f"topic:{topic.id}"
    key = services.save_draft({"body": "begun"}, place=place, user=mira).key

    answer = sign_in(mira).submit(f"/t/{topic.id}/replies", body=" ", draft=key, draft_version=1)

    assert answer.status_code == 422
    assert field(answer.text, "draft") == key
    assert len(drafts()) == 1


@pytest.mark.parametrize("what", ["answer", "comment"])
def test_what_is_sent_after_the_session_has_gone_waits_behind_sign_in(
    sign_in: SignIn, what: str
) -> None:
    topic, mira = make_topic(), make_user()
    reply = make_reply(topic)
    path, place = {
        "answer": (f"/t/{topic.id}/replies", f"topic:{topic.id}"),
        "comment": (f"/r/{reply.id}/comments", f"reply:{reply.id}"),
    }[what]
    browser = sign_in(mira)
    own = services.save_draft({"body": "Turn it"}, place=place, user=mira)
    sign_out_on_the_server()

    gone = browser.submit(path, body="Turn it off.", draft=own.key, draft_version=1)

    assert gone.status_code == 303
    assert gone.location.startswith("/signin?next=/drafts/")
    assert db.session.scalar(select(func.count()).where(Reply.body == "Turn it off.")) == 0
    back = sign_in(mira)
    page = back.get(gone.location.removeprefix("/signin?next="), follow_redirects=True).text
    assert "Turn it off.</textarea>" in page
    assert "draft-other" not in page.split("<template")[0]
    assert [(draft.key, draft.user_id) for draft in drafts()] == [(own.key, mira.id)]


def test_if_it_was_changed_elsewhere_meanwhile_both_texts_are_shown(sign_in: SignIn) -> None:
    topic, mira = make_topic(), make_user()
    browser, place = sign_in(mira), f"topic:{topic.id}"
    own = services.save_draft({"body": "Turn it"}, place=place, user=mira)
    sign_out_on_the_server()
    gone = browser.submit(
        f"/t/{topic.id}/replies", body="Press it.", draft=own.key, draft_version=1
    )
    services.save_draft({"body": "Elsewhere"}, place=place, key=own.key, version=1, user=mira)

    back = sign_in(mira)
    page = back.get(gone.location.removeprefix("/signin?next="), follow_redirects=True).text

    assert "Press it.</textarea>" in page
    assert "Elsewhere</blockquote>" in page
    assert (field(page, "draft"), field(page, "draft_version")) == (own.key, "2")


def test_a_lost_token_loses_no_words(sign_in: SignIn) -> None:
    topic, mira = make_topic(), make_user()
    browser = sign_in(mira)

    page = browser.post(
        f"/t/{topic.id}/replies",
        data={"body": "Press it.", "csrf_token": "of an earlier session"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert page.status_code == 400
    assert "Press it.</textarea>" in page.text
    assert "in a draft as well" in page.text
    [draft] = drafts()
    assert (draft.user_id, draft.fields) == (mira.id, {"body": "Press it."})
    token = field(page.text, "csrf_token")
    browser.post(
        f"/t/{topic.id}/replies",
        data={
            "body": "Press it.",
            "csrf_token": token,
            "draft": field(page.text, "draft"),
            "draft_version": field(page.text, "draft_version"),
        },
    )
    assert drafts() == []


def test_the_button_saves_and_says_so(sign_in: SignIn) -> None:
    topic = make_topic()
    browser = sign_in(make_user())

    answer = browser.submit(f"/t/{topic.id}/replies", body="Press it.", save_draft="mine")

    assert answer.location == f"/t/{topic.id}/{topic.slug}#answer"
    page = browser.get(answer.location).text
    assert "Your draft is saved." in page
    assert "Press it.</textarea>" in page


def test_the_button_saves_a_visitors_question_without_a_cookie(client: Client) -> None:
    answer = client.submit("/ask", title="It hums", save_draft="mine")

    assert "Set-Cookie" not in answer.headers
    page = client.get(answer.location).text
    assert field(page, "title") == "It hums"
    assert "The address of this page brings your draft back" in page


def test_the_ask_pages_speak_of_what_was_begun(sign_in: SignIn) -> None:
    mira = make_user()
    make_company("Brightwave")
    draft = services.save_draft({"title": "It <hums>"}, place=ASKING, user=mira)

    for path in ("/ask", "/c/brightwave/ask?write=1"):
        page = sign_in(mira).get(path).text.split("<template")[0]
        assert "It &lt;hums&gt;" in page
        assert f'href="/drafts/{draft.key}"' in page
        assert "draft-offer" not in sign_in(make_user()).get(path).text.split("<template")[0]


def test_a_change_is_kept_until_it_is_saved(sign_in: SignIn) -> None:
    mira = make_user()
    topic = make_topic(author=mira, title="It blinks")
    reply = make_reply(topic, mira, body="Press it.")
    browser = sign_in(mira)

    for path, body in ((f"/t/{topic.id}/edit", "As typed."), (f"/r/{reply.id}/edit", "Turn it.")):
        page = browser.get(path).text
        fields = {
            name: field(page, name) for name in ("title", "from_number", "draft", "draft_version")
        }
        fields |= {"body": body, "kind": "problem", "product": "0"}
        assert browser.submit(path, **fields, save_draft="mine").location == path
        page = browser.get(path).text
        assert f"{body}</textarea>" in page
        fields |= {name: field(page, name) for name in ("from_number", "draft", "draft_version")}
        assert fields["draft_version"] == "1"

        assert browser.submit(path, **fields).status_code == 303
        assert drafts() == []
        assert body in browser.get(f"/t/{topic.id}/{topic.slug}").text


def test_a_change_sent_after_the_session_has_gone_waits_behind_sign_in(sign_in: SignIn) -> None:
    mira = make_user()
    reply = make_reply(make_topic(), mira, body="Press it.")
    browser = sign_in(mira)
    sign_out_on_the_server()

    gone = browser.submit(f"/r/{reply.id}/edit", body="Turn it.", from_number=1)

    assert gone.location.startswith("/signin?next=/drafts/")
    page = sign_in(mira).get(gone.location.removeprefix("/signin?next="), follow_redirects=True)
    assert "Turn it.</textarea>" in page.text


# -- the list -----------------------------------------------------------------------------------


def test_the_list_names_each_place_in_words(app: Flask, sign_in: SignIn) -> None:
    topic, mira = make_topic(title="It blinks"), make_user()
    reply = make_reply(topic, make_user("rui", display_name="Rui Santos"))
    for place in (ASKING, f"topic:{topic.id}", f"reply:{reply.id}", "topic:999", "reply:999"):
        services.save_draft({"body": f"My {place}"}, place=place, user=mira)
    services.save_draft({"title": "Is it on?"}, place=ASKING, user=mira)
    for place in (f"edit-topic:{topic.id}", f"edit-reply:{reply.id}", "edit-topic:9999"):
        services.save_draft({"body": f"My {place}"}, place=place, user=mira)
    browser = sign_in(mira)

    with counted_statements(app) as few:
        page = unescape(browser.get("/drafts").text)

    for words in (
        "Your question",
        "Your question “Is it on?”",
        "Your answer to “It blinks”",
        "Your comment to Rui Santos on “It blinks”",
        "Your change of “It blinks”",
        "Your change of an answer to “It blinks”",
        "Your answer to a topic that is gone",
        "Your comment on an answer that is gone",
        "Your change of a topic that is gone",
    ):
        assert words in page
    for number in range(30):
        more = make_reply(make_topic())
        services.save_draft({"body": f"{number}"}, place=f"reply:{more.id}", user=mira)
    with counted_statements(app) as many:
        browser.get("/drafts")
    assert len(many) == len(few)


def test_the_list_is_for_its_owner_and_invites_when_it_is_empty(
    client: Client, sign_in: SignIn
) -> None:
    services.save_draft({"title": "It hums"}, place=ASKING, user=make_user())

    assert "You have no drafts." in sign_in(make_user()).get("/drafts").text
    assert client.get("/drafts").location == "/signin?next=/drafts"


def test_a_deleted_draft_can_be_put_back(sign_in: SignIn) -> None:
    topic, mira = make_topic(), make_user()
    browser, place = sign_in(mira), f"topic:{topic.id}"
    key = services.save_draft({"body": "Press it."}, place=place, user=mira).key

    page = browser.submit(f"/drafts/{key}/delete").text
    assert drafts() == []
    assert "The draft is deleted" in page
    back = browser.submit("/drafts", draft_place=place, body=field(page, "body"))

    assert back.location == f"/t/{topic.id}/{topic.slug}#answer"
    assert [draft.fields for draft in drafts()] == [{"body": "Press it."}]


def test_somebody_elses_draft_cannot_be_opened_or_deleted(client: Client, sign_in: SignIn) -> None:
    key = services.save_draft({"title": "It hums"}, place=ASKING, user=make_user()).key
    other = sign_in(make_user())

    assert other.get(f"/drafts/{key}").status_code == 404
    assert other.get(f"/drafts/{key}", headers=JSON).status_code == 404
    assert other.submit(f"/drafts/{key}/delete").status_code == 404
    assert other.get(f"/ask/draft/{key}").location == "/ask"
    assert client.get(f"/drafts/{key}").location == f"/signin?next=/drafts/{key}"
    assert client.submit(f"/drafts/{key}/delete").location == "/signin?next=/drafts"
    assert len(drafts()) == 1
