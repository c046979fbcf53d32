"""Changing what one has posted, and reading what it said before, as a browser does it."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select

from community.accounts.models import User
from community.core.db import db
from community.topics import services
from community.topics.models import (
    AcceptedAnswer,
    OfficialAnswer,
    Reply,
    Revision,
    Topic,
    TopicKind,
    TopicProduct,
)
from community.topics.queries.revisions import REVISIONS, SHOWN_MAX
from tests.conftest import Client
from tests.factories import make_company, make_product, make_reply, make_topic, make_user

SignIn = Callable[[User], Client]


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return str(response.get_data(as_text=True)).split("<main")[1]


def fields(topic: Topic, **changed: str) -> dict[str, Any]:
    return {
        "title": topic.title,
        "body": topic.body,
        "kind": topic.kind.value,
        "product": "0",
        "tags": "",
        "note": "",
        "from_number": "1",
    } | changed


def change(reply: Reply, body: str, number: int = 1, note: str = "") -> None:
    assert services.edit_reply(reply.author, reply, from_number=number, body=body, note=note)


def revisions() -> int:
    return db.session.scalar(select(func.count()).select_from(Revision)) or 0


# -- changing -----------------------------------------------------------------------------------


def test_the_asker_changes_everything_and_lands_on_the_new_address(sign_in: SignIn) -> None:
    topic = make_topic(title="It drops", body="At night.")
    product = make_product(topic.company, "Hub")
    browser = sign_in(topic.author)
    assert 'value="It drops"' in text(browser, f"/t/{topic.id}/edit")

    response = browser.submit(
        f"/t/{topic.id}/edit",
        **fields(
            topic,
            title="It drops nightly",
            kind="question",
            product=str(product.id),
            tags="Wi-Fi, night",
            note="said when",
        ),
    )

    assert (response.status_code, response.location) == (303, f"/t/{topic.id}/it-drops-nightly")
    page = words(text(browser, response.location))
    assert "everybody can read how" in page
    assert "edited just now" in page
    assert "Hub" in page
    assert "wi-fi" in page
    db.session.refresh(topic, ["kind"])
    assert topic.kind is TopicKind.QUESTION


@pytest.mark.parametrize("kind", TopicKind)
def test_whatever_its_kind_is_it_is_a_topic_that_is_changed(
    sign_in: SignIn, kind: TopicKind
) -> None:
    topic = make_topic(kind=kind)

    page = text(sign_in(topic.author), f"/t/{topic.id}/edit")

    assert "<h1>Change your topic</h1>" in page


def test_an_answer_and_a_comment_are_changed_by_their_author_only(sign_in: SignIn) -> None:
    reply = make_reply(body="Turn it of.")
    comment = make_reply(reply.topic, parent_id=reply.id, body="Thnaks.")

    for post in (reply, comment):
        browser, other = sign_in(post.author), sign_in(make_user())
        assert post.body in text(browser, f"/r/{post.id}/edit")

        response = browser.submit(f"/r/{post.id}/edit", body="Better.", from_number="1")
        assert response.location == f"/t/{post.topic_id}/{post.topic.slug}#reply-{post.id}"
        assert other.get(f"/r/{post.id}/edit").status_code == 403
        assert other.submit(f"/r/{post.id}/edit", body="Mine.", from_number="2").status_code == 403
        db.session.refresh(post, ["body"])
        assert post.body == "Better."


def test_edit_is_offered_to_the_author_alone(client: Client, sign_in: SignIn) -> None:
    reply = make_reply()
    comment = make_reply(reply.topic, parent_id=reply.id)
    path = f"/t/{reply.topic_id}/{reply.topic.slug}"
    offers = {
        reply.topic.author: f"/t/{reply.topic_id}/edit",
        reply.author: f"/r/{reply.id}/edit",
        comment.author: f"/r/{comment.id}/edit",
    }

    assert "/edit" not in text(client, path)
    for author, offer in offers.items():
        html = text(sign_in(author), path)
        assert [one for one in offers.values() if one in html] == [offer]


def test_a_visitor_signs_in_first_and_loses_no_text(client: Client) -> None:
    reply = make_reply()

    response = client.get(f"/r/{reply.id}/edit")
    assert response.location == f"/signin?next=/r/{reply.id}/edit"


@pytest.mark.parametrize("path", ["/t/999999/edit", "/r/999999/edit"])
def test_what_is_not_there_is_not_found(sign_in: SignIn, path: str) -> None:
    assert sign_in(make_user()).get(path).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"body": " "}, {"body": "b" * 50_001}, {"note": "n" * 301}, {"tags": "a,b,c,d,e,f"},
     {"product": "999999"}, {"kind": "rant"}, {"from_number": "one"}],
)  # fmt: skip
def test_what_does_not_fit_comes_back_with_the_reason(
    sign_in: SignIn, wrong: dict[str, str]
) -> None:
    topic = make_topic()

    response = sign_in(topic.author).submit(
        f"/t/{topic.id}/edit", **fields(topic, **({"title": "My new title"} | wrong))
    )

    assert response.status_code == 422
    assert "error-summary" in response.text
    assert ("My new title" in response.text) is ("title" not in wrong)
    assert revisions() == 0


def test_nothing_changed_is_nothing_kept(sign_in: SignIn) -> None:
    topic = make_topic()
    browser = sign_in(topic.author)

    response = browser.submit(f"/t/{topic.id}/edit", **fields(topic))

    assert "Nothing differs" in text(browser, response.location)
    assert revisions() == 0


def test_several_products_of_an_import_can_stay(sign_in: SignIn) -> None:
    company = make_company()
    topic = make_topic(company)
    for name in ("Hub", "Lamp"):
        product = make_product(company, name)
        db.session.add(
            TopicProduct(topic_id=topic.id, product_id=product.id, company_id=company.id)
        )
    db.session.flush()
    browser = sign_in(topic.author)
    html = text(browser, f"/t/{topic.id}/edit")
    assert '<option selected value="-1">Hub, Lamp</option>' in html

    browser.submit(f"/t/{topic.id}/edit", **fields(topic, product="-1", body="More."))
    assert db.session.scalar(select(func.count()).select_from(TopicProduct)) == 2
    browser.submit(f"/t/{topic.id}/edit", **fields(topic, product="0", from_number="2"))
    assert db.session.scalar(select(func.count()).select_from(TopicProduct)) == 0


def test_who_was_slower_sees_both_texts_and_saves_knowingly(sign_in: SignIn) -> None:
    reply = make_reply(body="Turn it off.")
    browser = sign_in(reply.author)
    change(reply, "Turn it off and on again.")

    refused = browser.submit(f"/r/{reply.id}/edit", body="Unplug it.", from_number="1")

    assert refused.status_code == 409
    assert "Somebody changed this after you began" in refused.text
    assert "<ins>" in refused.text
    assert "and on again" in refused.text
    assert re.search(r"<textarea[^>]*>\s*Unplug it\.</textarea>", refused.text)
    assert re.search(r'name="from_number"[^>]*value="2"', refused.text)
    accepted = browser.submit(f"/r/{reply.id}/edit", body="Unplug it.", from_number="2")
    assert accepted.status_code == 303
    db.session.refresh(reply, ["body"])
    assert reply.body == "Unplug it."


# -- reading ------------------------------------------------------------------------------------


def test_anybody_reads_who_changed_what_when_and_why(client: Client) -> None:
    reply = make_reply(author=make_user(display_name="Mira K."), body="Turn it of now.")
    change(reply, "Turn it off now.", note="typo")
    html = text(client, f"/r/{reply.id}/history")

    assert re.search(r"<del>.*?of.*?</del><ins>.*?off.*?</ins> now\.", html)
    said = words(html)
    assert "Mira K." in said
    assert "typo" in said
    assert "removed: of" in said
    assert "As it was posted" in said
    assert said.index("Change 1") < said.index("As it was posted")


def test_what_a_topic_was_filed_under_is_told(client: Client) -> None:
    topic = make_topic(title="It drops", kind=TopicKind.PROBLEM)
    services.edit_topic(
        topic.author,
        topic,
        from_number=1,
        title="It drops nightly",
        body=topic.body,
        kind=TopicKind.QUESTION,
        product_ids=[],
        tags=["wifi"],
    )
    moderator = make_user("mona", is_moderator=True)
    services.sort_topic(moderator, topic, tags=["night"])

    said = words(text(client, f"/t/{topic.id}/history"))

    assert "Title It drops new: nightly" in said
    assert "Kind removed: problem new: question" in said
    assert "Tags removed: wifi new: night" in said
    assert "mona" in said


def test_each_change_has_its_own_address_and_pages_go_on(client: Client) -> None:
    reply = make_reply()
    for number in range(1, REVISIONS + 3):
        change(reply, f"Text number {number}.", number)

    first = text(client, f"/r/{reply.id}/history")
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older
    second = text(client, unescape(older[1]))

    numbers = re.findall(r'id="revision-(\d+)"', first + second)
    assert [int(number) for number in numbers] == list(range(REVISIONS + 3, 0, -1))
    one = text(client, f"/r/{reply.id}/history/4")
    assert re.findall(r'id="revision-(\d+)"', one) == ["4"]
    assert client.get(f"/r/{reply.id}/history/99").status_code == 404
    assert "There is nothing earlier" in text(client, f"/r/{reply.id}/history?before=1")


def test_what_nobody_changed_says_so(client: Client) -> None:
    reply = make_reply()

    assert "Nobody has changed this" in text(client, f"/r/{reply.id}/history")
    assert client.get("/r/999999/history").status_code == 404
    assert client.get("/t/999999/history").status_code == 404


def test_a_very_long_change_is_read_whole_at_its_own_address(client: Client) -> None:
    reply = make_reply(body="old " * 3_000)
    change(reply, "new " * 3_000)

    html = text(client, f"/r/{reply.id}/history")
    assert "Read all of it" in html
    assert len(html) < 4 * SHOWN_MAX
    whole = text(client, f"/r/{reply.id}/history/2")
    assert whole.count("new") >= 3_000


def test_hostile_words_in_a_history_do_nothing(client: Client) -> None:
    hostile = "<script>alert(1)</script> </ins></div>"
    reply = make_reply(body=hostile)
    change(reply, f"{hostile} more", note=hostile)

    html = text(client, f"/r/{reply.id}/history")

    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_the_history_is_not_for_search_engines(client: Client) -> None:
    reply = make_reply()

    assert 'content="noindex"' in client.get(f"/r/{reply.id}/history").text


def test_a_verdict_says_that_the_text_was_changed_after_it(client: Client) -> None:
    topic = make_topic()
    reply = make_reply(topic, accepted_count=1)
    db.session.add_all(
        [
            OfficialAnswer(topic_id=topic.id, reply_id=reply.id, marked_by_id=reply.author_id),
            AcceptedAnswer(topic_id=topic.id, reply_id=reply.id, accepted_by_id=topic.author_id),
        ]
    )
    db.session.flush()
    path = f"/t/{topic.id}/{topic.slug}"
    assert "edited since" not in text(client, path)

    change(reply, "Something else altogether.")

    html = text(client, path)
    assert html.count("edited since") == 2
    assert f'href="/r/{reply.id}/history">edited since</a>' in html
