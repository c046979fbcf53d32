"""Times in which less is written, and people who have to say first for whom they write."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from community.accounts.models import User
from community.core.db import db, transaction
from community.topics.models import Reply
from tests.factories import make_company, make_mandate, make_topic
from tests.journeys import screens
from tests.journeys.conftest import Site
from tests.journeys.sight import faults

OpenWindow = Callable[..., Page]
WORDS = "Turn off the nightly scan, then restart it."
REASON = "The database moves to a larger disk."


def topic_path(site: Site, *, employs: User | None = None) -> str:
    """Make a topic about a company, which may employ somebody; return its path."""
    with site.app.app_context(), transaction():
        company = make_company("Brightwave")
        topic = make_topic(company, title="It blinks")
        if employs is not None:
            make_mandate(employs, company)
        return f"/t/{topic.id}/{topic.slug}"


def sign_in_at(page: Page, path: str, who: str) -> None:
    page.goto(f"/signin?next={path}")
    screens.sign_in(page, who)
    expect(page).not_to_have_url(re.compile("/signin"))
    page.goto(path)


def replies(site: Site) -> list[tuple[str, bool]]:
    """Return what was answered, and whether for the company."""
    with site.app.app_context():
        rows = db.session.scalars(select(Reply).order_by(Reply.id))
        return [(row.body, row.speaks_for_company) for row in rows]


def test_a_read_only_site_gives_back_every_word(site: Site, open_window: OpenWindow) -> None:
    path = topic_path(site)
    site.join("mira")
    site.join("otto", is_admin=True)
    operator, member = open_window(), open_window()
    sign_in_at(member, path, "mira")
    member.locator("#answer textarea").fill(WORDS)

    sign_in_at(operator, "/moderation/modes", "otto")
    expect(operator.get_by_text("No mode is in force")).to_be_visible()
    assert faults(operator) == []
    operator.get_by_label("Why").fill(REASON)
    operator.get_by_label("Why").press("Enter")
    expect(operator.get_by_role("heading", name="The site can only be read")).to_be_visible()
    assert faults(operator) == []

    site.expected.append("503")
    member.get_by_role("button", name="Post your answer").click()
    expect(member.get_by_role("heading", level=1)).to_contain_text("not written to, just now")
    expect(member.get_by_label("What you wrote")).to_have_value(WORDS)
    assert faults(member) == []
    assert replies(site) == []

    operator.get_by_role("button", name="End it now").click()
    expect(operator.get_by_text("It has ended.")).to_be_visible()
    member.get_by_role("button", name="Send it as mira").click()
    expect(member.locator(".replies")).to_contain_text(WORDS)
    assert replies(site) == [(WORDS, False)]
    expect(member.get_by_text(REASON)).to_have_count(0)


def test_slow_mode_says_when_and_keeps_the_words(site: Site, open_window: OpenWindow) -> None:
    path = topic_path(site)
    site.join("mira")
    site.join("mona", is_moderator=True)
    moderator, member = open_window(), open_window()
    sign_in_at(moderator, path, "mona")
    moderator.get_by_role("link", name="Slow mode").click()
    assert faults(moderator) == []
    moderator.get_by_label("Why").fill("Please read before you add to it.")
    moderator.get_by_role("button", name="Turn slow mode on").click()
    expect(moderator.get_by_text("Slow mode is on.")).to_be_visible()

    sign_in_at(member, path, "mira")
    expect(member.get_by_text("everybody posts here once in 5 minutes")).to_be_visible()
    member.locator("#answer textarea").fill("First.")
    member.get_by_role("button", name="Post your answer").click()
    expect(member.locator(".replies")).to_contain_text("First.")
    member.locator("#answer textarea").fill(WORDS)
    site.expected.append("422")
    member.get_by_role("button", name="Post your answer").click()
    expect(member.get_by_role("alert")).to_contain_text(
        re.compile(r"You can post again in \d+ minutes?")
    )
    expect(member.locator("#answer textarea")).to_have_value(WORDS)
    assert faults(member) == []
    assert replies(site) == [("First.", False)]


def test_an_insider_says_in_what_role_without_scripts(site: Site, open_window: OpenWindow) -> None:
    path = topic_path(site, employs=site.join("dana"))
    page = open_window(java_script_enabled=False)
    sign_in_at(page, path, "dana")
    site.expected.append("422")
    page.get_by_label("Speak for Brightwave").uncheck()
    page.locator("#answer textarea").fill(WORDS)
    page.get_by_role("button", name="Post your answer").click()

    warning = page.get_by_role("alert")
    expect(warning).to_contain_text("You work for Brightwave")
    expect(page.locator("#answer textarea")).to_have_value(WORDS)
    warning.get_by_role("button", name="Post as myself").press("Enter")

    expect(page.locator(".replies")).to_contain_text("works at Brightwave")
    assert replies(site) == [(WORDS, False)]


def test_an_insider_s_screen_serves_everybody(site: Site, open_window: OpenWindow) -> None:
    path = topic_path(site, employs=site.join("dana"))
    page = open_window()
    sign_in_at(page, path, "dana")
    page.get_by_label("Speak for Brightwave").uncheck()
    page.locator("#answer textarea").fill(WORDS)
    site.expected.append("422")
    page.get_by_role("button", name="Post your answer").click()
    expect(page.get_by_role("alert")).to_contain_text("You work for Brightwave")
    assert faults(page) == []
    page.get_by_role("button", name="Speak for Brightwave").click()
    expect(page.locator(".replies")).to_contain_text("speaking for Brightwave")
    assert faults(page) == []
    assert replies(site) == [(WORDS, True)]
