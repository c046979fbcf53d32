"""What the writing box asks for, and the step before posting, as a browser meets them."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from community.accounts.models import User
from community.accounts.queries import beginning_with
from community.core import clock
from community.core.db import db
from community.topics.models import Reply
from tests.conftest import Client
from tests.factories import make_reply, make_topic, make_user

SignIn = Callable[[User], Client]


def bodies() -> list[str]:
    return list(db.session.scalars(select(Reply.body).order_by(Reply.id)))


# -- preview ------------------------------------------------------------------------------------


def test_the_preview_is_the_very_html_that_posting_keeps(sign_in: SignIn) -> None:
    browser, topic = sign_in(make_user("mira")), make_topic()
    text = "Ask @mira: **now**\r\n\r\n```py\r\nx = 1\r\n```"

    preview = browser.submit("/writing/preview", text=text).text
    browser.submit(f"/t/{topic.id}/replies", body=text)

    (html,) = db.session.scalars(select(Reply.body_html))
    assert preview.strip() == html
    assert '<a class="mention" href="/people/mira"' in html


def test_a_visitor_sees_previews_and_an_empty_text_says_so(client: Client) -> None:
    assert "<strong>now</strong>" in client.submit("/writing/preview", text="**now**").text
    assert "Nothing to show yet." in client.submit("/writing/preview", text=" ").text


def test_nothing_that_is_written_runs_in_a_preview(client: Client) -> None:
    html = client.submit("/writing/preview", text="<script>x</script><img src=x onerror=y>").text

    assert "<script" not in html
    assert "<img" not in html


@pytest.mark.parametrize(
    "hard",
    [
        "*a" * 10_000,  # 4 % of the most, of which thirty are one try each
        ">" * 20_000,  # quotations in quotations, and a sign that is written as four
    ],
)
def test_a_text_that_is_hard_to_read_counts_for_many_previews(client: Client, hard: str) -> None:
    statuses = [client.submit("/writing/preview", text=hard).status_code for _ in range(61)]

    assert statuses[0] == 200
    assert statuses[-1] == 429


# -- names --------------------------------------------------------------------------------------


def test_people_are_found_by_the_beginning_of_either_name() -> None:
    make_user("zoe", display_name="Émile Zola")
    make_user("emil-k")
    make_user("kemil")
    make_user("emilia", deleted_at=clock.now())

    assert [one.username for one in beginning_with("EMIL", limit=8)] == ["emil-k", "zoe"]
    assert [one.username for one in beginning_with("emile z", limit=8)] == ["zoe"]
    assert beginning_with("%", limit=8) == []
    assert beginning_with(" ", limit=8) == ()


def test_a_new_name_is_found_and_the_old_one_is_not() -> None:
    user = make_user("zoe", display_name="Émile")
    user.display_name = "Anna"
    db.session.flush()

    assert [one.username for one in beginning_with("ann", limit=8)] == ["zoe"]
    assert beginning_with("emi", limit=8) == []


def test_names_are_for_who_is_signed_in(client: Client, sign_in: SignIn) -> None:
    mira = make_user("mira", display_name="Mira K.")

    assert client.get("/writing/people?q=mi").status_code == 403
    found = sign_in(mira).get("/writing/people?q=mi").json
    assert found == {"people": [{"username": "mira", "name": "Mira K."}]}


# -- personal data ------------------------------------------------------------------------------


def test_the_check_says_what_it_is_and_where_a_script_finds_it(client: Client) -> None:
    page = unescape(client.submit("/writing/check", text="🙂\r\nhans@mail.de").text)

    assert "an e-mail address: <b>hans@mail.de</b>" in page
    assert 'data-at="3"' in page  # two halves of a sign, and one line end
    assert 'data-masked="h•••@mail.de"' in page
    assert client.submit("/writing/check", text="all is well").text.strip() == ""


@pytest.mark.parametrize("where", ["replies", "comments"])
def test_personal_data_are_told_of_before_posting(sign_in: SignIn, where: str) -> None:
    topic = make_topic()
    answered = make_reply(topic, body="First.")
    path = f"/t/{topic.id}/replies" if where == "replies" else f"/r/{answered.id}/comments"
    browser, text = sign_in(make_user()), "Mail me: hans@mail.de\n\nThanks"

    answer = browser.submit(path, body=text)

    assert answer.status_code == 422
    assert "Everybody can read what you post" in answer.text
    assert "<b>hans@mail.de</b>, masked: <b>h•••@mail.de</b>" in answer.text
    assert text in answer.text
    assert bodies() == ["First."]

    assert browser.submit(path, body=text, personal="mask").status_code == 303
    assert bodies()[-1] == "Mail me: h•••@mail.de\n\nThanks"
    assert browser.submit(path, body=text, personal="keep").status_code == 303
    assert bodies()[-1] == text


def test_a_change_is_looked_at_as_well_and_so_is_its_reason(sign_in: SignIn) -> None:
    author = make_user()
    reply = make_reply(make_topic(), author, body="As it was.")
    change: dict[str, Any] = {
        "body": "As it is.",
        "note": "told by hans@mail.de",
        "from_number": "1",
    }
    browser, path = sign_in(author), f"/r/{reply.id}/edit"

    assert "h•••@mail.de" in browser.submit(path, **change).text
    assert bodies() == ["As it was."]
    assert browser.submit(path, **change, personal="mask").status_code == 303
    assert bodies() == ["As it is."]
    assert "hans@mail.de" not in browser.get(f"/r/{reply.id}/history").text


# -- preview without scripts --------------------------------------------------------------------


@pytest.mark.parametrize("where", ["replies", "comments"])
def test_the_preview_button_posts_nothing_and_loses_nothing(sign_in: SignIn, where: str) -> None:
    topic = make_topic()
    answered = make_reply(topic, body="First.")
    path = f"/t/{topic.id}/replies" if where == "replies" else f"/r/{answered.id}/comments"

    page = sign_in(make_user()).submit(path, body="It is *so*, hans@mail.de", preview="1")

    assert page.status_code == 200
    assert "It is <em>so</em>" in page.text
    assert "It is *so*, hans@mail.de</textarea>" in page.text
    assert "Everybody can read what you post" not in page.text
    assert bodies() == ["First."]


# -- quoting ------------------------------------------------------------------------------------


def test_a_quote_fills_the_box_with_the_words_and_who_wrote_them(sign_in: SignIn) -> None:
    asker = make_user()
    topic = make_topic(None, asker, body="It blinks.")
    reply = make_reply(topic, make_user("mira"), body="Turn it **off**.\n\nThen on.")
    browser = sign_in(make_user())
    path = f"/t/{topic.id}/{topic.slug}"

    page = unescape(browser.get(f"{path}?quote={reply.id}").text)
    assert "@mira wrote:\n\n> Turn it **off**.\n>\n> Then on.\n\n</textarea>" in page
    assert f'href="/r/{reply.id}?quote=1"' in page
    assert browser.get(f"/r/{reply.id}?quote=1").location == f"{path}?quote={reply.id}#answer"
    assert f"@{asker.username} wrote:\n\n> It blinks." in unescape(
        browser.get(f"{path}?quote=topic").text
    )


@pytest.mark.parametrize("word", ["0", "99999999999", "x", "-1", "٣", ""])
def test_a_quote_of_nothing_leaves_the_box_empty(sign_in: SignIn, word: str) -> None:
    topic = make_topic()

    page = sign_in(make_user()).get(f"/t/{topic.id}/{topic.slug}?quote={word}")

    assert page.status_code == 200
    assert "wrote:\n" not in page.text


def test_words_of_another_topic_are_not_quoted(sign_in: SignIn) -> None:
    topic, other = make_topic(), make_reply(make_topic(), body="Elsewhere.")

    page = sign_in(make_user()).get(f"/t/{topic.id}/{topic.slug}?quote={other.id}")

    assert "Elsewhere." not in page.text


# -- keys ---------------------------------------------------------------------------------------


def test_the_keys_are_listed_and_the_page_is_the_same_for_everybody(client: Client) -> None:
    page = client.get("/keys")

    assert "<kbd>Ctrl</kbd> <kbd>Enter</kbd>" in page.text
    assert "Set-Cookie" not in page.headers
    assert client.get("/keys").headers["ETag"] == page.headers["ETag"]
