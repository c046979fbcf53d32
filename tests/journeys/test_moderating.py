"""From a flag to a decision and back, in a real browser: with and without scripts, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from community.core.db import transaction
from community.moderation.services.flag import flag
from community.topics.models import Rule, TopicKind
from community.topics.services import post_topic
from tests.factories import make_company, make_reply, make_topic, make_user
from tests.journeys import screens
from tests.journeys.conftest import Site
from tests.journeys.sight import faults

OpenWindow = Callable[..., Page]
FLOOD = "Sunrise Loan App customer care helpline number (❾❽❼❻❺❹❸❷❶⓿)"
TEXT = "Call our customer care number and get your money back today."


def furnish(site: Site) -> int:
    """Let Mira answer a topic with an advertisement, Nora be there and Mona moderate."""
    mira = site.join("mira", display_name="Mira Kowalski")
    site.join("nora", display_name="Nora Berg")
    site.join("mona", display_name="Mona Lind", is_moderator=True)
    with site.app.app_context(), transaction():
        topic = make_topic(make_company("Acme"), title="Router drops the connection")
        return make_reply(topic, mira, body=TEXT).id


def signed_in(page: Page, username: str, path: str) -> None:
    page.goto(f"/signin?next={path}")
    screens.sign_in(page, username)
    page.wait_for_url(f"**{path}")


def enter(page: Page, role: str, name: str) -> None:
    """Press something as keyboards do."""
    page.get_by_role(role, name=name, exact=True).first.focus()  # type: ignore[arg-type]
    screens.press(page, "Enter")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_a_flag_to_a_decision_and_back(
    site: Site, open_window: OpenWindow, scripts: bool
) -> None:
    reply_id = furnish(site)
    nora, mona, mira = (open_window(java_script_enabled=scripts) for _ in range(3))

    signed_in(nora, "nora", f"/flag/reply/{reply_id}")
    nora.get_by_label("Spam").focus()
    screens.press(nora, "Space")
    nora.get_by_label("What else should moderators know?").focus()
    nora.keyboard.type("It stands in ten topics.")
    enter(nora, "button", "Ask moderators to look at it")
    expect(nora.get_by_text("Moderators look at it, and you hear")).to_be_visible()

    signed_in(mona, "mona", "/moderation")
    mona.get_by_role("button", name="Take it for 10 minutes").focus()
    screens.press(mona, "Enter")
    expect(mona.get_by_text("It stands in ten topics.")).to_be_visible()
    expect(mona.get_by_text(TEXT)).to_be_visible()
    mona.get_by_label("Remove it").check()
    mona.get_by_label("Rule", exact=True).select_option("spam")
    mona.get_by_label("Why?").fill("It advertises.")
    enter(mona, "button", "Decide")
    told = mona.get_by_role("status").filter(has_text="The author will read this")
    expect(told).to_contain_text("Your answer in “Router drops the connection” was removed. Spam:")
    expect(mona.get_by_label("Why?")).to_have_value("It advertises.")
    enter(mona, "button", "Decide it so")
    expect(mona.get_by_text("Nothing waits for a decision.")).to_be_visible()
    site.work()

    signed_in(mira, "mira", "/notifications")
    enter(mira, "link", "What you wrote was removed")
    expect(mira.get_by_text("It advertises.")).to_be_visible()
    expect(mira.get_by_role("link", name="Appeal")).to_be_visible()
    nora.goto("/notifications")
    expect(nora.get_by_text("You were right to flag this")).to_be_visible()
    nora.goto(f"/r/{reply_id}")
    expect(nora.get_by_text(TEXT)).to_have_count(0)

    mona.goto("/moderation?decided=1")
    enter(mona, "link", "Router drops the connection")
    enter(mona, "link", "Removed")
    mona.get_by_label("Why was it wrong?").fill("It is the number of the maker.")
    enter(mona, "button", "Take the decision back")
    expect(mona.get_by_text("This decision was taken back")).to_be_visible()
    nora.goto(f"/r/{reply_id}")
    expect(nora.get_by_text(TEXT)).to_be_visible()


def test_the_queue_says_what_nobody_sees_meanwhile(site: Site, open_window: OpenWindow) -> None:
    site.join("mona", is_moderator=True)
    with site.app.app_context(), transaction():
        for title, words in (("It is held", FLOOD), ("It is seen", TEXT)):
            topic = post_topic(
                make_user(),
                make_company(),
                kind=TopicKind.PROBLEM,
                title=f"{title}: {words}",
                body=words,
            )
            if topic.hidden_at is None:
                flag(make_user(), topic, rule=Rule.SPAM)
    page = open_window()
    signed_in(page, "mona", "/moderation")
    for title, times in (("It is held", 1), ("It is seen", 0)):
        row = page.locator(".case", has_text=title)
        expect(row.get_by_text("held back: nobody sees it yet")).to_have_count(times)
        expect(row).to_have_count(1)
    assert faults(page) == []


def test_moderators_need_no_mouse(site: Site, open_window: OpenWindow) -> None:
    reply_id = furnish(site)
    with site.app.app_context(), transaction():
        from community.core.db import db  # noqa: PLC0415 (for this test alone)
        from community.topics.models import Reply  # noqa: PLC0415

        for rule, target in (
            (Rule.OFF_TOPIC, make_topic(title="Weather")),
            (Rule.UNLAWFUL, db.session.get_one(Reply, reply_id)),
        ):
            flag(make_user(), target, rule=rule)
    page = open_window()
    signed_in(page, "mona", "/moderation")

    screens.press(page, "n")
    expect(page.get_by_role("link", name="Router drops the connection")).to_be_focused()
    screens.press(page, "n")
    expect(page.get_by_role("link", name="Weather")).to_be_focused()
    screens.press(page, "p")
    screens.press(page, "t")
    expect(page.get_by_text("yours until")).to_be_visible()
    screens.press(page, "3")
    expect(page.get_by_label("Remove it")).to_be_checked()
    page.get_by_label("Rule", exact=True).select_option("spam")
    screens.press(page, "Escape")
    page.locator("h1").click()
    screens.press(page, "w")
    page.keyboard.type("It advertises, 1 2 3 t u.")
    page.locator("h1").click()
    screens.press(page, "d")
    expect(page.get_by_text("The author will read this")).to_be_visible()
    screens.press(page, "y")
    expect(page.get_by_text("Decided. The author and whoever flagged it are told.")).to_be_visible()
    expect(page.get_by_role("link", name="Weather")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_cut_off(site: Site, open_window: OpenWindow, width: int) -> None:
    reply_id = furnish(site)
    page = open_window(viewport={"width": width, "height": 800})
    signed_in(page, "nora", f"/flag/reply/{reply_id}")
    page.get_by_label("Spam").check()
    page.get_by_role("button", name="Ask moderators to look at it").click()
    pages = open_window(viewport={"width": width, "height": 800})
    signed_in(pages, "mona", "/moderation")
    for path in ("/moderation", "/moderation/cases/1", "/moderation/cases/1/alike"):
        pages.goto(path)
        assert faults(pages) == []
    pages.goto("/moderation/cases/1")
    pages.get_by_role("button", name="Take it for 10 minutes").click()
    expect(pages.get_by_text("yours until")).to_be_visible()
    assert faults(pages) == []
