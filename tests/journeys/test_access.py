"""A busy conversation, and whatever opens on a page: axe finds nothing, nothing is wider than a phone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from community.companies.models import CompanyState
from community.core import clock, outbox
from community.core.db import transaction
from community.topics import services
from community.topics.models import Topic, TopicKind, TopicStatus
from tests.factories import make_company, make_employee, make_product, make_reply, make_user
from tests.journeys import screens
from tests.journeys.conftest import Site
from tests.journeys.sight import faults
from tests.pictures.samples import plain, saved

OpenWindow = Callable[..., Page]

VISITORS = [
    "/",
    "/topics",
    "/companies",
    "/companies?q=zzz",
    "/c/brightwave",
    "/c/brightwave?kind=praise",
    "/c/larkspur",
    "/c/hearthstone",
    "/c/brightwave/p/router-x2",
    "/companies?sort=topics&letter=b",
    "/unanswered",
    "/unanswered?company=brightwave",
    "/tags",
    "/tags?q=zzz",
    "/tags/wifi",
    "/people",
    "/people/mira",
    "/people/mira?topics=1",
    "/search?q=router",
    "/search?q=router&company=brightwave&kind=problem",
    "/search?q=rotuer",
    "/search?q=zzzz",
    "/ask",
    "/ask?text=router+drops+every+night",
    "/ask?text=zzzz",
    "/ask?text=my+brightwave+router+x2+drops",
    "/c/brightwave/ask?text=It+blinks&write=1",
    "/ask?text=my+brightwave+router+x2+drops&write=1",
    "/c/brightwave/names",
    "/about",
    "topic",
]
MEMBERS = [
    "/",
    "topic",
    "/ask?text=my+brightwave+router+x2+drops&write=1",
    "/following",
    "/notifications",
    "/notifications?unread=1",
    "/unanswered",
    "/search?q=router&kind=problem",
    "/searches?dropped=Mine&q=router",
]


@pytest.fixture
def topic_path(site: Site) -> str:
    """Content that shows many states. Return the path of its busiest topic."""
    jonas = site.join("jonas", is_moderator=True)
    with site.app.app_context():
        with transaction():
            topic = _busy_topic()
            services.follow(jonas, topic)
            services.follow(jonas, topic.company)
            path = f"/t/{topic.id}/{topic.slug}"
        outbox.deliver_due()  # which tells jonas, too, who follows
    return path


def _busy_topic() -> Topic:
    brightwave = make_company(
        "Brightwave",
        state=CompanyState.LISTENING,
        website_host="brightwave.example",
        official_help_url="https://help.brightwave.example",
        official_help_source="https://brightwave.example",
    )
    make_company("Larkspur")
    make_company(
        "Hearthstone",
        state=CompanyState.ELSEWHERE,
        official_help_url="https://desk.hearthstone.example",
        official_help_source="https://hearthstone.example",
    )
    product = make_product(brightwave, "Router X2")
    mira, asker = make_user("mira", display_name="Mira Kowalski"), make_user("asker")
    dana = make_employee(brightwave, "dana", scope="routers")
    gone = make_employee(brightwave, "henrik", valid_until=clock.now() - timedelta(hours=1))
    topic = services.post_topic(
        asker,
        brightwave,
        kind=TopicKind.PROBLEM,
        title="Router drops the connection every night",
        body="It goes.\n\n```\nerror 0x80070005\n```\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        product_ids=[product.id],
        tags=["wifi", "night"],
    )
    by_mira = services.post_reply(mira, topic, body="Turn off the scan.\n\n1. Open it\n2. Press it")
    by_dana = services.post_reply(dana, topic, body="It is fixed in 5.3.", as_company=True)
    make_reply(topic, gone, speaks_for_company=True)
    make_reply(topic, make_user(source_key="old:1", email=None, email_verified_at=None))
    services.post_comment(asker, by_mira, body="Thank you.")
    services.accept(asker, topic, by_mira)
    services.mark_official(dana, topic, by_dana)
    services.set_status(asker, topic, TopicStatus.OPEN)
    for worked in (True, False, False, False):
        services.record_outcome(by_dana, user=make_user(), worked=worked)
    services.record_outcome(by_mira, user=make_user(), worked=True)
    services.vote(make_user(), by_mira, 1)
    services.add_me_too(make_user(), topic)
    return topic


def test_axe_finds_nothing_for_visitors(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    page = open_window()

    assert _faults(page, VISITORS, topic_path) == {}


def test_axe_finds_nothing_for_members(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    page = _signed_in(open_window())

    assert _faults(page, MEMBERS, topic_path) == {}


def test_axe_finds_nothing_in_one_more_look(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    page = _signed_in(open_window())
    page.goto("/c/brightwave/ask?text=Router+drops+the+connection+every+night&write=1")
    screens.fill_topic(page, body="It goes.")
    with page.expect_navigation():
        page.get_by_role("button", name="Post your question").click()
    page.get_by_role("heading", name="One more look").wait_for()

    assert faults(page) == []


def test_axe_finds_nothing_in_rows_while_typing(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    page = open_window()
    page.goto("/")
    screens.type_into_box(page, "router drops every night")
    screens.rows(page).first.get_by_text("Mine differs …").click()

    assert faults(page) == []


def test_axe_finds_nothing_in_what_opens_where_one_writes(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    page = _signed_in(open_window())
    page.goto(topic_path)
    answer = page.get_by_label("Your answer")
    answer.fill("Ask @mira, or me: ada@gmail.com. It **works**.")
    page.locator(".preview strong").wait_for()
    page.get_by_role("button", name="Mask").first.wait_for()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("toolbar").first.get_by_role("button", name="Picture").click()
    picture = saved(plain(), "PNG")
    chooser.value.set_files({"name": "hub.png", "mimeType": "image/png", "buffer": picture})
    page.get_by_label("What does it show? For those who cannot see it").last.wait_for()
    assert faults(page) == []

    answer.fill("Ask @mi")
    answer.press("End")
    answer.press_sequentially("r")
    page.get_by_role("option").first.wait_for()
    assert faults(page) == []

    page.goto(topic_path)
    page.get_by_role("link", name="Comment").first.click()
    page.get_by_text("jonas", exact=True).first.click()
    assert faults(page) == []

    screens.press(page, "Escape")
    page.get_by_role("heading", level=1).click()
    screens.press(page, "?")
    page.get_by_role("dialog").wait_for()
    assert faults(page) == []


def _signed_in(page: Page) -> Page:
    page.goto("/signin?next=/about")
    screens.sign_in(page, "jonas")
    page.wait_for_url("**/about")
    return page


def _faults(page: Page, paths: list[str], topic_path: str) -> dict[str, list[str]]:
    """Return what is wrong with each page that has something wrong."""
    wrong = {}
    for path in paths:
        page.goto(topic_path if path == "topic" else path)
        if found := faults(page):
            wrong[path] = found
    return wrong
