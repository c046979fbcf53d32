"""Following, being told, and stopping it: by keyboard, without scripts, and from the mail."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from community.core import clock, outbox
from community.core.db import transaction
from community.topics import queries, services
from community.topics.models import TopicKind
from tests.factories import make_company, make_user
from tests.journeys import screens
from tests.journeys.conftest import Site
from tests.journeys.sight import faults

OpenWindow = Callable[..., Page]

ANSWER = "Turn off the nightly channel scan."
LATER = timedelta(minutes=2)  # what happens in a topic is gathered for one


@pytest.fixture
def topic_id(site: Site) -> int:
    """A problem that nobody has answered. Return its id."""
    with site.app.app_context():
        with transaction():
            topic = services.post_topic(
                make_user("asker"),
                make_company("Brightwave"),
                kind=TopicKind.PROBLEM,
                title="Router drops the connection every night",
                body="Since the update.",
            )
        outbox.deliver_due()
        return topic.id


def answer(site: Site, topic_id: int, text: str) -> None:
    """Let somebody answer, and let the worker do what that owes, the mail included."""
    with site.app.app_context():
        with transaction():
            topic = queries.visible(topic_id)
            assert topic is not None
            helper = make_user("mira" if text == ANSWER else "ben")
            services.post_reply(helper, topic, body=text)
        outbox.deliver_due()
    with clock.frozen(clock.now() + LATER):
        site.work()


def press(page: Page, name: str) -> None:
    """Go to a button or link with the keyboard alone, and press it."""
    for _ in range(80):
        screens.press(page, "Tab")
        focused = page.evaluate("document.activeElement.innerText.replace(/\\s+/g, ' ').trim()")
        if focused == name:
            screens.press(page, "Enter")
            return
    raise AssertionError(f"The keyboard does not reach {name!r}.")


@pytest.mark.parametrize("scripts", [True, False])
def test_follow_be_told_and_read_by_keyboard(
    site: Site, open_window: OpenWindow, topic_id: int, scripts: bool
) -> None:
    site.join("nora")
    page = open_window(java_script_enabled=scripts)
    page.goto(f"/signin?next=/t/{topic_id}")
    screens.sign_in(page, "nora")
    press(page, "Follow")
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "true")

    answer(site, topic_id, ANSWER)
    page.goto("/about")
    bell = page.get_by_role("link", name="Notifications: 1 unread")
    expect(bell).to_be_visible()
    bell.focus()
    screens.press(page, "Enter")
    expect(page.get_by_role("heading", name="Notifications")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(ANSWER)
    press(page, "mira answered")

    expect(page).to_have_url(re.compile(r"/t/\d+/.*#reply-\d+$"))
    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    page.goto("/following")
    press(page, "Stop following")
    expect(page.get_by_role("main")).to_contain_text("You do not follow anything yet.")


def test_the_mail_leads_to_the_answer_and_stops_with_one_press(
    site: Site, open_window: OpenWindow, topic_id: int
) -> None:
    nora = site.join("nora")
    with site.app.app_context(), transaction():
        topic = queries.visible(topic_id)
        assert topic is not None
        services.follow(nora, topic)
    answer(site, topic_id, ANSWER)
    (mail,) = [one for one in site.app.extensions["mail_sent"] if "nora" in one["To"]]
    text = mail.get_body(("plain",)).get_content()
    paths = re.findall(r"http://localhost(/\S+)", text)

    page = open_window()  # a browser in which nobody is signed in
    page.goto(next(path for path in paths if path.startswith("/r/")))
    expect(page.get_by_role("main")).to_contain_text(ANSWER)
    page.goto(next(path for path in paths if path.startswith("/stop-mails/")))
    assert faults(page) == []
    page.get_by_role("button", name="Stop these mails").click()
    expect(page.get_by_role("heading", name="These mails have stopped")).to_be_visible()
    answer(site, topic_id, "Or buy another.")
    assert len([one for one in site.app.extensions["mail_sent"] if "nora" in one["To"]]) == 1

    page.get_by_role("button", name="Undo: mail them again").click()
    expect(page.get_by_role("heading", name="These mails come again")).to_be_visible()


def test_what_is_mailed_is_chosen_in_a_table(site: Site, open_window: OpenWindow) -> None:
    site.join("nora")
    page = open_window()
    page.goto("/signin?next=/account/notifications")
    screens.sign_in(page, "nora")

    page.get_by_label("Somebody names you: Never").check()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("It counts from now on.")).to_be_visible()
    expect(page.get_by_label("Somebody names you: Never")).to_be_checked()
