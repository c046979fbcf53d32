"""The way from trouble to an answer, in Chromium: with scripts, without, by keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from community.companies.models import Company
from community.core import outbox
from community.core.db import db, transaction
from community.topics import services
from community.topics.models import Topic, TopicKind
from tests.factories import make_company, make_product, make_user
from tests.journeys import screens
from tests.journeys.conftest import Site

OpenWindow = Callable[..., Page]

ANSWER = "Turn off the nightly channel scan under Advanced, then restart it."


@pytest.fixture
def solved(site: Site) -> int:
    """A solved problem, in the index. Return its id."""
    with site.app.app_context():
        with transaction():
            company, asker = make_company("Brightwave"), make_user("asker")
            mira = make_user("mira", display_name="Mira Kowalski")
            topic = services.post_topic(
                asker,
                company,
                kind=TopicKind.PROBLEM,
                title="Router drops the connection every night",
                body="Since the update it goes at three in the morning.",
            )
            reply = services.post_reply(mira, topic, body=ANSWER)
            services.accept(asker, topic, reply)
            topic_id = topic.id
        outbox.deliver_due()
    return topic_id


def _company_of(topic_id: int) -> Company:
    company_id = db.session.get_one(Topic, topic_id).company_id
    return db.session.get_one(Company, company_id)


def helped_count(site: Site, topic_id: int) -> int:
    """Return how many needed not ask."""
    with site.app.app_context():
        return db.session.get_one(Topic, topic_id).helped_count


def test_the_existing_answer_appears_while_typing_and_fixes_it(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    page = open_window()
    page.goto("/")
    screens.type_into_box(page, "router loses connection at night")

    row = screens.rows(page).first
    expect(row).to_contain_text(ANSWER)
    expect(row).to_contain_text("Mira Kowalski")
    expect(row).to_contain_text("Solved it for the asker")
    row.get_by_role("button", name="This fixed it").click()

    expect(page.locator("li.suggestion").first).to_contain_text("you need not post anything")
    assert page.url == f"{site.address}/"
    assert helped_count(site, solved) == 1


def test_coming_back_from_an_answer_finds_the_words_and_the_rows(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    page = open_window()
    page.goto("/")
    screens.type_into_box(page, "router loses connection at night")
    screens.rows(page).first.get_by_role("link", name="Router drops").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Router drops")

    page.go_back()

    expect(page.get_by_label("What do you need help with?")).to_have_value(
        "router loses connection at night"
    )
    expect(screens.rows(page)).to_have_count(1)


def test_the_same_with_the_keyboard_alone(site: Site, open_window: OpenWindow, solved: int) -> None:
    page = open_window()
    page.goto("/")
    screens.press(page, "Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    screens.press(page, "Enter")
    screens.press(page, "Tab")
    expect(page.get_by_label("What do you need help with?")).to_be_focused()
    page.keyboard.type("router loses connection at night", delay=5)
    expect(screens.rows(page)).to_have_count(1)
    expect(page.get_by_role("status").first).to_contain_text("1 answer")

    button = screens.rows(page).first.get_by_role("button", name="This fixed it")
    for _ in range(12):
        screens.press(page, "Tab")
        if button.evaluate("button => button === document.activeElement"):
            break
    expect(button).to_be_focused()
    screens.press(page, "Enter")

    expect(screens.rows(page).first).to_be_focused()
    expect(screens.rows(page).first).to_contain_text("you need not post anything")
    assert helped_count(site, solved) == 1


def test_the_same_without_scripts(site: Site, open_window: OpenWindow, solved: int) -> None:
    page = open_window(java_script_enabled=False)
    page.goto("/")
    page.get_by_label("What do you need help with?").fill("router loses connection at night")
    page.get_by_role("button", name="Find answers").click()

    expect(screens.rows(page).first).to_contain_text(ANSWER)
    screens.rows(page).first.get_by_role("button", name="This fixed it").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Solved without asking")
    assert helped_count(site, solved) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_none_fits_so_one_joins_posts_is_answered_and_the_next_is_spared(
    site: Site, open_window: OpenWindow, solved: int, scripts: bool
) -> None:
    site.join("helper", display_name="Rui Santos")
    page = open_window(java_script_enabled=scripts)
    page.goto("/c/brightwave")
    box = page.get_by_label("What do you need help with?")
    box.fill("Blue light stays on after I press it")
    page.get_by_role("button", name="Find answers").click()
    page.get_by_role("button", name="post your question").click()
    expect(page.get_by_label("In one sentence")).to_have_value(
        "Blue light stays on after I press it"
    )
    screens.fill_topic(page, body="I pressed it **twice**. The light stays.", kind="A question")
    screens.post_topic(page)

    # A visitor joins on the way, and nothing is typed twice.
    page.get_by_role("main").get_by_role("link", name="Join").first.click()
    screens.sign_up(page, "newcomer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look at your mail")
    site.work()
    page.goto(site.mailed_link())
    page.get_by_role("button", name="Confirm and sign in").click()
    expect(page.get_by_label("In one sentence")).to_have_value(
        "Blue light stays on after I press it"
    )
    expect(page.get_by_label("Details")).to_have_value("I pressed it **twice**. The light stays.")
    expect(page.get_by_label("A question")).to_be_checked()
    screens.post_topic(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Blue light stays on after I press it"
    )
    screens.expect_status(page, "open")
    topic_url = page.url

    # Another person answers.
    other = open_window(java_script_enabled=scripts)
    other.goto(topic_url)
    other.get_by_role("link", name="Sign in to answer").click()
    screens.sign_in(other, "helper")
    screens.answer(other, "Hold it for ten seconds until it blinks.")
    expect(screens.reply_by(other, "Rui Santos")).to_contain_text("Hold it for ten seconds")

    # The asker accepts.
    page.goto(topic_url)
    screens.reply_by(page, "Rui Santos").get_by_role("button", name="This solved it for me").click()
    screens.expect_status(page, "solved")
    expect(page.get_by_role("heading", name="What helps")).to_be_visible()
    site.work()

    # The next asker sees it as solved.
    third = open_window(java_script_enabled=scripts)
    third.goto("/")
    third.get_by_label("What do you need help with?").fill("blue light stays on when pressed")
    third.get_by_role("button", name="Find answers").click()
    expect(screens.rows(third).first).to_contain_text("Hold it for ten seconds")
    expect(screens.rows(third).first).to_contain_text("Solved it for the asker")


def test_mine_differs_keeps_the_reason_on_the_new_topic(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    site.join("jonas")
    page = open_window()
    page.goto("/signin?next=/")
    screens.sign_in(page, "jonas")
    screens.type_into_box(page, "router drops the connection at noon")
    row = screens.rows(page).first
    row.get_by_text("Mine differs …").click()
    row.get_by_label("Mine differs because …").fill("it happens at noon")
    row.get_by_role("button", name="Keep this for my question").click()
    page.get_by_role("button", name="None of these: post your question").click()
    screens.fill_topic(page, company="Brightwave", body="Every day at twelve.")
    screens.post_topic(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("router drops the connection at noon")
    expect(page.get_by_role("main")).to_contain_text("but it differs: it happens at noon")


def test_a_reason_that_was_only_typed_goes_along_as_well(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    page = open_window()
    page.goto("/")
    screens.type_into_box(page, "router drops the connection at noon")
    row = screens.rows(page).first
    row.get_by_text("Mine differs …").click()
    row.get_by_label("Mine differs because …").fill("it happens at noon")
    page.get_by_role("button", name="None of these: post your question").click()

    expect(page.get_by_role("main")).to_contain_text("Yours differs from")
    expect(page.get_by_role("main")).to_contain_text("it happens at noon")


def test_what_it_is_about_is_guessed_and_can_be_changed(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    site.join("jonas")
    with site.app.app_context(), transaction():
        make_product(make_company("Larkspur"), "Home box")
    page = open_window()
    page.goto("/signin?next=/")
    screens.sign_in(page, "jonas")
    screens.type_into_box(page, "my brightwave router drops")
    expect(screens.about(page)).to_have_value("brightwave")
    expect(screens.rows(page)).to_have_count(1)

    # By keyboard alone: the choice stays, whatever else is typed.
    screens.tab_to(page, screens.about(page))
    screens.press(page, "ArrowDown")
    expect(screens.about(page)).to_have_value("any")
    screens.press(page, "Shift+Tab")
    screens.press(page, "Shift+Tab")
    expect(page.get_by_label("What do you need help with?")).to_be_focused()
    screens.press(page, "End")
    page.keyboard.type(" larkspur home box", delay=5)
    expect(screens.about(page).locator("option")).to_contain_text(["Larkspur › Home box"])
    expect(screens.about(page)).to_have_value("any")

    screens.about(page).select_option("larkspur/home-box")
    expect(screens.rows(page)).to_have_count(0)
    page.get_by_role("button", name="Post your question").click()
    expect(page.get_by_label("Company", exact=True)).to_have_value("Larkspur")
    expect(page.get_by_label("Product (optional)", exact=True)).to_have_text(re.compile("Home box"))
    screens.fill_topic(page, body="Every day at twelve.")
    screens.post_topic(page)
    expect(page.locator(".crumbs")).to_contain_text("Home box")


def test_a_company_that_is_not_here_opens_with_the_question(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    site.join("jonas")
    with site.app.app_context(), transaction():
        make_product(_company_of(solved), "Router X2")
    page = open_window()
    page.goto("/signin?next=/ask?write=1")
    screens.sign_in(page, "jonas")
    page.get_by_label("In one sentence").fill("No signal")
    company = page.get_by_label("Company", exact=True)

    # Names are completed, and what follows from one is there without a press.
    company.press_sequentially("bright", delay=5)
    expect(page.locator("#company-names option")).to_have_attribute("value", "Brightwave")
    company.fill("Brightwave")
    expect(page.get_by_label("Product (optional)", exact=True)).to_be_visible()
    company.fill("Nimbus Phones")
    expect(page.get_by_text("No page for “Nimbus Phones” yet")).to_have_count(2)  # said as well
    expect(page.get_by_label("Product (optional)", exact=True)).to_have_count(0)
    page.get_by_label("Its website").fill("nimbus.example")
    page.get_by_text("Name the product").click()
    page.get_by_label("Another product").fill("Nimbus One")
    screens.fill_topic(page, body="Since Monday.")
    screens.post_topic(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("No signal")
    expect(page.locator(".crumbs")).to_contain_text("Nimbus Phones")
    expect(page.locator(".crumbs")).to_contain_text("Nimbus One")


def test_what_was_typed_before_the_script_came_is_followed(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    page = open_window()
    late = hold(page, r"/ask-form[^/]*\.js")
    page.goto("/ask?write=1", wait_until="commit")
    page.get_by_label("In one sentence").fill("My router drops the connection every night")
    company = page.get_by_label("Company", exact=True)
    company.fill("Nimbus Phones")
    wait_until_held(page, late, 1)

    late[0].continue_()

    expect(page.get_by_text("No page for “Nimbus Phones” yet")).to_have_count(2)  # said as well
    expect(company).to_have_value("Nimbus Phones")


def test_a_title_typed_before_the_script_came_says_what_it_is_about(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    page = open_window()
    late = hold(page, r"/ask-form[^/]*\.js")
    page.goto("/ask?write=1", wait_until="commit")
    page.get_by_label("In one sentence").fill("Brightwave router drops the connection every night")
    company = page.get_by_label("Company", exact=True)
    company.focus()
    wait_until_held(page, late, 1)

    late[0].continue_()

    expect(company).to_have_value("Brightwave")


def test_the_same_company_and_product_without_scripts(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    site.join("jonas")
    with site.app.app_context(), transaction():
        make_product(_company_of(solved), "Router X2")
    page = open_window(java_script_enabled=False)
    page.goto("/signin?next=/")
    screens.sign_in(page, "jonas")
    page.get_by_label("What do you need help with?").fill("my brightwave is slow")
    page.get_by_role("button", name="Find answers").click()
    expect(screens.about(page)).to_have_value("brightwave")
    screens.about(page).select_option("any")
    page.get_by_role("button", name="Look there").click()
    expect(screens.about(page)).to_have_value("any")
    page.get_by_role("button", name="post your question").click()

    page.get_by_label("Company", exact=True).fill("Brightwave")
    page.get_by_role("button", name="Show its products").click()
    page.get_by_label("Product (optional)", exact=True).select_option("Router X2")
    screens.fill_topic(page, body="Since Monday.")
    screens.post_topic(page)
    expect(page.locator(".crumbs")).to_contain_text("Router X2")


def test_a_long_chinese_text_in_the_box_reaches_the_form(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    text = "我的路由器每天晚上三点都会断线" * 66
    for scripts in (True, False):
        page = open_window(java_script_enabled=scripts)
        page.goto("/")
        page.get_by_label("What do you need help with?").fill(text)
        page.get_by_role("button", name="Find answers").click()
        expect(page.get_by_label("What do you need help with?")).to_have_value(text)
        page.get_by_role("button", name="ost your question").click()
        expect(page.get_by_label("Details")).to_have_value(text)


def test_a_pressed_verdict_keeps_its_place_and_the_focus(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    site.join("jonas")
    with site.app.app_context(), transaction():
        topic = db.session.get_one(Topic, solved)
        for number in range(5):
            services.post_reply(make_user(), topic, body=f"Or try this, number {number}.")
    page = open_window()
    page.goto(f"/signin?next=/t/{solved}")
    screens.sign_in(page, "jonas")
    button = page.get_by_role("button", name="Helpful", exact=True).nth(3)
    button.scroll_into_view_if_needed()
    before = button.bounding_box()

    button.focus()
    screens.press(page, "Enter")

    pressed = page.locator("button[form=verdict][aria-pressed=true]")
    expect(pressed).to_be_focused()
    after = pressed.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) <= 2


def test_rows_that_stay_keep_their_place_while_typing(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    page = open_window()
    page.goto("/")
    screens.type_into_box(page, "router drops")
    expect(screens.rows(page)).to_have_count(1)
    screens.rows(page).first.evaluate("row => { row.dataset.seen = 'yes' }")

    screens.type_into_box(page, " the connection every night")
    page.wait_for_timeout(600)

    expect(screens.rows(page).first).to_have_attribute("data-seen", "yes")


def test_escape_takes_the_rows_away_and_keeps_the_words(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    page = open_window()
    page.goto("/")
    screens.type_into_box(page, "router drops")
    expect(screens.rows(page)).to_have_count(1)

    screens.press(page, "Escape")

    expect(screens.rows(page)).to_have_count(0)
    expect(page.get_by_label("What do you need help with?")).to_have_value("router drops")


def hold(page: Page, address: str) -> list[Route]:
    """Return the requests to such an address as they come; they wait until somebody lets them on."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(re.compile(address), keep)
    return held


def wait_until_held(page: Page, held: list[Route], count: int) -> None:
    """Wait until so many questions have come."""
    while len(held) < count:
        page.wait_for_timeout(20)


def test_a_late_answer_is_cancelled_and_never_overwrites_a_newer_one(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    with site.app.app_context(), transaction():
        services.post_topic(
            make_user(),
            make_company("Larkspur"),
            kind=TopicKind.QUESTION,
            title="Where is my invoice",
            body="I need it for March.",
        )
    site.work()
    page = open_window()
    page.goto("/")
    held = hold(page, "/ask/suggestions")
    box = page.get_by_label("What do you need help with?")

    box.fill("router drops")
    wait_until_held(page, held, 1)
    with page.expect_event("requestfailed", lambda failed: "router" in failed.url):
        box.fill("where is my invoice")
    wait_until_held(page, held, 2)
    late, newer = held
    newer.continue_()
    expect(screens.rows(page).first).to_contain_text("Where is my invoice")
    late.fulfill(body='<ol data-say=""><li class="suggestion">Too late</li></ol>')
    page.wait_for_timeout(200)
    expect(screens.rows(page)).to_have_count(1)
    expect(screens.rows(page).first).to_contain_text("Where is my invoice")


def test_typing_on_cancels_at_once_and_the_same_words_are_asked_again(
    site: Site, open_window: OpenWindow, solved: int
) -> None:
    page = open_window()
    page.goto("/")
    held = hold(page, "/ask/suggestions")
    screens.type_into_box(page, "router drops")
    wait_until_held(page, held, 1)
    with page.expect_event("requestfailed"):
        page.keyboard.type("x")
    screens.press(page, "Backspace")
    wait_until_held(page, held, 2)
    held[1].continue_()
    expect(screens.rows(page).first).to_contain_text(ANSWER)
