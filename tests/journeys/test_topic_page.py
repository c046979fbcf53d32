"""A topic's page in a real browser: changing one's words, finding one's place, reading it all."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from community.accounts.models import User
from community.core import clock
from community.core.db import db, transaction
from community.topics import services
from community.topics.models import Reply, Topic
from tests.factories import make_reply, make_topic, make_user
from tests.journeys import screens
from tests.journeys.conftest import Site
from tests.journeys.sight import faults

OpenWindow = Callable[..., Page]


@pytest.fixture
def mira(site: Site) -> User:
    """Somebody who can sign in."""
    return site.join("mira", display_name="Mira Kowalski")


def topic_with(site: Site, author: User, replies: int = 1) -> tuple[str, list[int]]:
    """Make a topic of ``author`` with replies by others. Return its path and their ids."""
    with site.app.app_context(), transaction():
        start = clock.now() - timedelta(days=2)
        topic = make_topic(author=author, title="Router drops the connection", created_at=start)
        ids = [
            make_reply(topic, body=f"Answer {n}.", created_at=start + timedelta(minutes=n)).id
            for n in range(1, replies + 1)
        ]
        return f"/t/{topic.id}/{topic.slug}", ids


def signed_in(page: Page, path: str) -> None:
    """Sign in as Mira and open ``path``."""
    page.goto(f"/signin?next={path}")
    screens.sign_in(page, "mira")
    page.wait_for_url(f"**{path}")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_changing_a_question_by_keyboard_and_reading_what_was_changed(
    site: Site, open_window: OpenWindow, mira: User, scripts: bool
) -> None:
    path, _ = topic_with(site, mira)
    page = open_window(java_script_enabled=scripts)
    signed_in(page, path)

    page.get_by_role("link", name="Edit", exact=True).focus()
    screens.press(page, "Enter")
    page.get_by_label("In one sentence").focus()
    screens.press(page, "End")
    page.keyboard.type(" nightly")
    page.get_by_label("Why").focus()
    page.keyboard.type("said when")
    screens.press(page, "Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Router drops the connection nightly")
    page.get_by_role("link", name="edited").focus()
    screens.press(page, "Enter")
    expect(page.locator("ins")).to_contain_text("nightly")
    expect(page.locator(".revision").first).to_contain_text("said when")
    expect(page.get_by_role("heading", name="As it was posted")).to_be_visible()


def test_who_was_slower_sees_both_texts(site: Site, open_window: OpenWindow, mira: User) -> None:
    with site.app.app_context(), transaction():
        reply = make_reply(author=mira, body="Turn it off.")
        reply_id = reply.id
    slow, fast = open_window(), open_window()
    for page in (slow, fast):
        signed_in(page, f"/r/{reply_id}/edit")
    site.expected.append("409")

    fast.get_by_label("Your answer").fill("Turn it off and on again.")
    fast.get_by_role("button", name="Save the change").click()
    expect(fast.locator(".reply .prose").last).to_have_text("Turn it off and on again.")
    slow.get_by_label("Your answer").fill("Unplug it.")
    slow.get_by_role("button", name="Save the change").click()

    expect(slow.get_by_role("alert").first).to_contain_text("Somebody changed this after you began")
    expect(slow.locator("ins")).to_contain_text("and on again")
    expect(slow.get_by_label("Your answer")).to_have_value("Unplug it.")
    slow.get_by_role("button", name="Save the change").click()
    expect(slow.locator(".reply .prose").last).to_have_text("Unplug it.")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_permanent_link_lands_and_highlights(
    site: Site, open_window: OpenWindow, mira: User, scripts: bool
) -> None:
    _, ids = topic_with(site, mira, replies=45)
    with site.app.app_context(), transaction():
        answer = db.session.get_one(Reply, ids[20])
        topic = db.session.get_one(Topic, answer.topic_id)
        comments = [
            make_reply(topic, parent_id=answer.id, body=f"Comment {n}.").id for n in range(8)
        ]
    page = open_window(java_script_enabled=scripts)

    for wanted in (ids[20], comments[-1]):
        page.goto(f"/r/{wanted}")
        target = page.locator(f"#reply-{wanted}")
        expect(target).to_be_in_viewport()
        expect(page.locator(":target")).to_have_id(f"reply-{wanted}")
        assert target.evaluate("one => getComputedStyle(one).backgroundImage") != "none"


def test_everything_of_a_long_thread_is_reached_without_scripts(
    site: Site, open_window: OpenWindow, mira: User
) -> None:
    path, ids = topic_with(site, mira, replies=200)
    page = open_window(java_script_enabled=False)
    page.goto(path)
    expect(page.locator("li.reply")).to_have_count(15)
    expect(page.get_by_text("Answer 200.")).to_be_visible()

    seen: set[str] = set()
    for _ in range(len(ids)):
        seen |= {one.get_attribute("id") or "" for one in page.locator("li.reply").all()}
        onward = page.locator("main a[rel=next]")
        if not onward.count():
            break
        onward.click()
        page.wait_for_load_state()

    assert seen == {f"reply-{id_}" for id_ in ids}


def test_what_is_new_is_shown_once(site: Site, open_window: OpenWindow, mira: User) -> None:
    path, ids = topic_with(site, mira, replies=2)
    page = open_window()
    signed_in(page, path)
    expect(page.get_by_text("since you were here")).to_have_count(0)
    with site.app.app_context(), transaction():
        topic = db.session.get_one(Topic, db.session.get_one(Reply, ids[0]).topic_id)
        make_reply(topic, make_user(), body="Something new.")

    page.reload()
    expect(page.get_by_text("New since")).to_be_visible()
    page.get_by_role("link", name="1 new reply since you were here").click()
    expect(page.locator(":target")).to_contain_text("Something new.")
    expect(page.get_by_text("since you were here")).to_have_count(0)


def test_editing_and_history_are_readable_for_everybody(
    site: Site, open_window: OpenWindow, mira: User
) -> None:
    with site.app.app_context(), transaction():
        topic = make_topic(author=mira, title="Router drops", body="At night.\n\n" * 9)
        services.edit_topic(
            mira,
            topic,
            from_number=1,
            title="Router X2 drops nightly",
            body="At night, at three.\n\n" + "At night.\n\n" * 7,
            kind=topic.kind,
            product_ids=[],
            tags=["wifi"],
            note="said when",
        )
        path = f"/t/{topic.id}"
    page = open_window()
    signed_in(page, f"{path}/edit")

    for address in (f"{path}/edit", f"{path}/history", f"{path}/history/2"):
        page.goto(address)
        assert faults(page) == [], address


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_comment_is_written_below_its_answer(
    site: Site, open_window: OpenWindow, mira: User, scripts: bool
) -> None:
    path, ids = topic_with(site, mira, replies=3)
    page = open_window(java_script_enabled=scripts)
    signed_in(page, path)
    reply = page.locator(f"#reply-{ids[1]}")

    reply.get_by_role("link", name="Comment").focus()
    screens.press(page, "Enter")
    box = reply.get_by_label("Your comment to")
    if scripts:
        expect(box).to_be_focused()
        page.keyboard.type("Which button?")
    else:
        box.fill("Which button?")
    reply.get_by_role("button", name="Post the comment").click()

    expect(page.locator(f"#reply-{ids[1]} .comments")).to_contain_text("Which button?")


def test_scripts_come_when_they_are_wanted(site: Site, open_window: OpenWindow, mira: User) -> None:
    path, _ = topic_with(site, mira, replies=20)
    page = open_window()
    came: list[str] = []
    page.on("response", lambda answer: came.append(answer.url.split("?")[0].split("/")[-1]))
    page.goto(f"/signin?next={path}")
    screens.sign_in(page, "mira")
    page.wait_for_load_state("networkidle")
    later = {"writing.js", "names.js", "pictures.js", "quote.js", "panel.js"}
    assert "conversation.js" in came
    assert not later & set(came)

    with page.expect_response("**/js/panel.js?v=*"):
        screens.press(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    screens.press(page, "Escape")
    with page.expect_response("**/js/writing.js?v=*"):
        page.get_by_label("Your answer").focus()
    with page.expect_response("**/js/names.js?v=*"):
        page.keyboard.type("@")
    expect(page.get_by_role("listbox")).to_be_visible()
    with page.expect_response("**/js/quote.js?v=*"):
        page.locator(".reply").first.get_by_role("link", name="Quote").click()
    expect(page.get_by_label("Your answer")).to_have_value(re.compile("wrote:"))
