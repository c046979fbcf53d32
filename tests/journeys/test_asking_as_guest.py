"""Asking with an e-mail address alone: with scripts, without, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from community.core.db import transaction
from tests.factories import make_company
from tests.journeys import screens
from tests.journeys.conftest import Site

OpenWindow = Callable[..., Page]

TITLE = "Blue light stays on after I press it"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_guest_asks_and_makes_the_question_theirs(
    site: Site, open_window: OpenWindow, scripts: bool
) -> None:
    with site.app.app_context(), transaction():
        make_company("Brightwave")
    page = open_window(java_script_enabled=scripts)
    page.goto("/")
    page.get_by_label("What do you need help with?").fill(TITLE)
    page.get_by_role("button", name="Find answers").click()
    page.get_by_role("button", name="post your question").click()
    screens.fill_topic(page, company="Brightwave", body="I am ada@gmail.com. It stays on.")
    page.get_by_label("Your e-mail address").fill("ada@mail.example")
    site.expected.append("422")  # the browser notes the status of a form that asks once more
    page.get_by_role("button", name="Post with my e-mail address").click()

    # What only the writer should know is masked with one press, and nothing is typed again.
    page.get_by_role("button", name="Mask it and post").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.get_by_role("main")).to_contain_text("We sent a link to ada@mail.example")
    expect(page.locator(".reply-head").first).to_contain_text("asked by a guest")
    expect(page.get_by_role("main")).not_to_contain_text("ada@gmail.com")
    topic = page.url

    # Everybody reads it at once.
    other = open_window(java_script_enabled=scripts)
    other.goto(topic)
    expect(other.get_by_role("heading", level=1)).to_have_text(TITLE)

    # The link makes it theirs.
    site.work()
    page.goto(site.mailed_link())
    page.get_by_role("main").get_by_role("button").first.click()
    page.goto(topic)
    expect(page.locator(".reply-head").first).not_to_contain_text("asked by a guest")
    expect(page.get_by_role("link", name="Sign in")).to_have_count(0)


def test_a_guest_asks_by_keyboard_alone(site: Site, open_window: OpenWindow) -> None:
    with site.app.app_context(), transaction():
        make_company("Brightwave")
    page = open_window()
    page.goto("/c/brightwave/ask?write=1")
    screens.tab_to(page, page.get_by_label("In one sentence"))
    page.keyboard.type(TITLE)
    screens.tab_to(page, page.get_by_label("Details"))
    page.keyboard.type("It stays on.")
    screens.tab_to(page, page.get_by_label("Your e-mail address"))
    page.keyboard.type("ada@mail.example")
    screens.press(page, "Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.get_by_role("main")).to_contain_text("We sent a link to ada@mail.example")


def test_an_address_that_is_none_keeps_everything(site: Site, open_window: OpenWindow) -> None:
    with site.app.app_context(), transaction():
        make_company("Brightwave")
    page = open_window(java_script_enabled=False)
    page.goto("/c/brightwave/ask?write=1")
    page.get_by_label("In one sentence").fill(TITLE)
    screens.fill_topic(page, body="It stays on.", kind="A question")
    page.get_by_label("Your e-mail address").fill("ada@localhost")
    site.expected.append("422")
    page.get_by_role("button", name="Post with my e-mail address").click()

    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("In one sentence")).to_have_value(TITLE)
    expect(page.get_by_label("Details")).to_have_value("It stays on.")
    expect(page.get_by_label("A question")).to_be_checked()
    expect(page.get_by_label("Your e-mail address")).to_have_value("ada@localhost")
