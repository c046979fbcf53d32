"""Finding: a search that is narrowed, kept and taken along, with and without scripts or mouse."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from playwright.sync_api import Page, expect

from community.core import clock, outbox
from community.core.db import transaction
from community.topics import services
from community.topics.models import TopicKind
from tests.factories import make_company, make_product, make_topic, make_user
from tests.journeys import screens
from tests.journeys.conftest import Site

OpenWindow = Callable[..., Page]


@pytest.fixture
def content(site: Site) -> None:
    """A few topics about routers at two companies, one of them old and without an answer."""
    with site.app.app_context():
        with transaction():
            company = make_company("Brightwave")
            router = make_product(company, "Router X2")
            for title, kind in (
                ("Router drops every night", TopicKind.PROBLEM),
                ("Router in white", TopicKind.IDEA),
            ):
                services.post_topic(
                    make_user(),
                    company,
                    kind=kind,
                    title=title,
                    body="It is about the router.",
                    product_ids=[router.id],
                    tags=["wifi"],
                )
            old = make_topic(
                make_company("Larkspur"),
                title="Old router hums",
                created_at=clock.now() - timedelta(days=40),
            )
            outbox.publish("topic.changed", topic_id=old.id, company_id=old.company_id)
        outbox.deliver_due()
    site.join("jonas")


def test_a_search_is_narrowed_kept_and_read_elsewhere_without_scripts(
    site: Site, open_window: OpenWindow, content: None
) -> None:
    page = open_window(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page.goto("/topics")
    page.get_by_role("searchbox", name="Search all topics").fill("ruoter")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("These are for “router”")).to_be_visible()

    page.get_by_role("link", name="Search for “ruoter” all the same").click()
    expect(page.get_by_text("Nothing was found for “ruoter”.")).to_be_visible()
    page.get_by_role("link", name="router", exact=True).click()
    expect(page.locator("li.topic")).to_have_count(3)

    page.get_by_role("link", name="Narrow down").click()
    page.get_by_role("complementary").get_by_role("link", name="Brightwave").click()
    page.get_by_role("complementary").get_by_role("link", name="problem").click()
    expect(page.locator("li.topic")).to_have_count(1)
    page.get_by_role("link", name="problem (press to take off)").click()
    expect(page.locator("li.topic")).to_have_count(2)

    page.get_by_role("link", name="Sign in to keep this search").click()
    screens.sign_in(page, "jonas")
    page.get_by_text("Keep this search").click()
    page.get_by_label("Name").fill("My router")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("“My router” is kept.")).to_be_visible()

    address = page.get_by_role("link", name="Feed").get_attribute("href")
    feed: Any = feedparser.parse(page.request.get(f"{site.address}{address}").text())
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == [
        "Router in white",
        "Router drops every night",
    ]

    page.get_by_role("button", name="Keep no longer").click()
    expect(page.get_by_text("You keep no search yet.")).to_be_visible()
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_role("link", name="My router")).to_be_visible()


def test_the_queue_and_a_search_by_keyboard_alone(
    site: Site, open_window: OpenWindow, content: None
) -> None:
    page = open_window(viewport={"width": 1280, "height": 900})
    page.goto("/")
    _press_to(page, "Waiting for an answer")
    screens.press(page, "Enter")
    expect(page.get_by_role("heading", name="Waiting for an answer", level=1)).to_be_visible()
    expect(page.locator("li.topic h3").first).to_have_text("Old router hums")

    _press_to(page, "Newest")
    screens.press(page, "Enter")
    expect(page.locator("li.topic h3").last).to_have_text("Old router hums")
    _press_to(page, "Larkspur1")
    screens.press(page, "Enter")
    expect(page.locator("li.topic")).to_have_count(1)

    page.get_by_role("searchbox", name="Search all topics").focus()
    page.keyboard.type("router")
    screens.press(page, "Enter")
    expect(page.locator("li.topic")).to_have_count(3)
    _press_to(page, "idea1")
    screens.press(page, "Enter")
    expect(page.locator("li.topic h3")).to_have_text("Router in white")


def _press_to(page: Page, words: str) -> None:
    """Press the tab key until what has the focus says ``words``."""
    page.evaluate("document.activeElement.blur()")
    for _ in range(80):
        screens.press(page, "Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == words:
            return
    pytest.fail(f"“{words}” cannot be reached by the tab key.")
