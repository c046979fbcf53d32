"""Nothing is typed twice: whatever happens between the first letter and the post."""

import re
from collections.abc import Callable
from contextlib import suppress
from time import sleep

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect
from sqlalchemy import delete, select

from community.accounts.models import Session, User
from community.core.db import db, transaction
from community.topics.models import Reply, Topic
from community.writing import services
from community.writing.models import ASKING, Draft
from tests.factories import make_company, make_reply, make_topic
from tests.journeys import screens
from tests.journeys.conftest import Site
from tests.journeys.sight import faults

OpenWindow = Callable[..., Page]
WORDS = "Turn off the nightly scan, then restart it."
QUESTION = "The light stays on after I press it."


@pytest.fixture
def topic_path(site: Site) -> str:
    """A topic with an answer that can be commented on; mira can answer. Return its path."""
    site.join("mira")
    with site.app.app_context(), transaction():
        topic = make_topic(make_company("Brightwave"), title="It blinks")
        make_reply(topic, body="Press it.")
        return f"/t/{topic.id}/{topic.slug}"


def sign_in_at(page: Page, path: str) -> None:
    """Sign mira in and go on to a page."""
    page.goto(f"/signin?next={path}")
    screens.sign_in(page, "mira")
    expect(page).not_to_have_url(re.compile("/signin"))
    page.goto(path)  # and wait for its scripts


def expect_saved(page: Page) -> None:
    """Wait until the page says that the server has it."""
    expect(page.locator(".draft-line")).to_contain_text("Draft, saved at")


def drafts(site: Site) -> list[Draft]:
    """Return what the server keeps."""
    with site.app.app_context():
        return list(db.session.scalars(select(Draft).order_by(Draft.created_at)))


def bodies(site: Site) -> list[str]:
    """Return the bodies of the drafts that the server keeps."""
    return [draft.fields["body"] for draft in drafts(site)]


def end_sessions(site: Site) -> None:
    """Delete every session on the server."""
    with site.app.app_context(), transaction():
        db.session.execute(delete(Session))


def kept_here(page: Page) -> list[str]:
    """Return the names of what this browser keeps of drafts."""
    return page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('draft:'))")  # type: ignore[no-any-return]


def another_window(page: Page) -> Page:
    """Open a second window of the same browser, at the same address."""
    second = page.context.new_page()
    second.goto(page.url)
    return second


def kill(page: Page) -> BrowserContext:
    """Let a page die: nothing of it runs any more, not even a farewell."""
    with suppress(Error):
        page.goto("chrome://crash")
    return page.context


def test_an_answer_survives_the_end_of_the_session(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    page = open_window()
    sign_in_at(page, topic_path)
    page.get_by_label("Your answer").fill(WORDS)
    expect_saved(page)

    end_sessions(site)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Something was begun here and not posted.")
    page.get_by_role("link", name="Sign in to answer").click()
    screens.sign_in(page, "mira")
    expect(page.get_by_label("Your answer")).to_have_value(WORDS)
    page.get_by_role("button", name="Post your answer").click()

    expect(screens.reply_by(page, "mira")).to_contain_text(WORDS)
    expect(page.get_by_label("Your answer")).to_have_value("")
    assert drafts(site) == []
    assert kept_here(page) == []


def test_what_is_typed_after_the_end_of_the_session_is_kept_as_well(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    site.expected.append("401")
    page = open_window()
    sign_in_at(page, topic_path)
    page.get_by_label("Your answer").fill("Turn off")
    expect_saved(page)
    end_sessions(site)
    page.get_by_label("Your answer").fill(WORDS)
    expect(page.locator(".draft-line")).to_contain_text("You are signed out.")

    page.get_by_role("button", name="Post your answer").click()
    expect(page.get_by_role("main")).to_contain_text("What you wrote is kept.")
    screens.sign_in(page, "mira")

    expect(page.get_by_label("Your answer")).to_have_value(WORDS)
    expect(page.locator(".draft-other")).to_have_count(0)
    page.get_by_role("button", name="Post your answer").click()
    expect(screens.reply_by(page, "mira")).to_contain_text(WORDS)
    assert drafts(site) == []


def test_a_question_survives_the_end_of_the_session(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    page = open_window()
    sign_in_at(page, "/c/brightwave/ask?text=It+stays+on%26write=1")
    page.goto("/c/brightwave/ask?text=It+stays+on&write=1")
    screens.fill_topic(page, body=QUESTION, kind="A question")
    expect_saved(page)

    end_sessions(site)
    page.reload()
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    screens.sign_in(page, "mira")

    expect(page.get_by_label("Details")).to_have_value(QUESTION)
    expect(page.get_by_label("A question")).to_be_checked()
    screens.post_topic(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("It stays on")
    assert drafts(site) == []
    assert kept_here(page) == []


def test_a_visitor_may_crash_and_reload_before_joining(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    page = open_window()
    page.goto("/c/brightwave/ask?text=It+stays+on&write=1")
    screens.fill_topic(page, body=QUESTION)
    expect_saved(page)
    page.reload()
    expect(page.get_by_label("Details")).to_have_value(QUESTION)
    assert page.context.cookies() == []

    context = kill(page)
    page = context.new_page()
    page.goto("/ask?text=Something+else&write=1")
    offer = page.locator(".draft-offer")
    expect(offer).to_contain_text("It stays on")
    offer.get_by_role("link", name="Go on").click()
    expect(page.get_by_label("Details")).to_have_value(QUESTION)
    page.get_by_role("button", name="Sign in or join, then post").click()
    expect(page.get_by_role("main")).to_contain_text("What you wrote is kept.")
    screens.sign_in(page, "mira")
    expect(page.get_by_label("Details")).to_have_value(QUESTION)
    screens.post_topic(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("It stays on")
    assert drafts(site) == []


def test_a_save_that_is_answered_late_leaves_nothing_behind(
    site: Site, open_window: OpenWindow, topic_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_window()
    page.goto("/c/brightwave/ask?text=It+stays+on&write=1")
    screens.fill_topic(page, body="It stays on.")
    expect_saved(page)
    save = site.app.view_functions["writing.save"]

    def save_and_wait() -> object:
        answer = save()
        sleep(3)  # longer than a post waits for it
        return answer

    monkeypatch.setitem(site.app.view_functions, "writing.save", save_and_wait)

    page.get_by_label("Details").fill(QUESTION)
    page.get_by_role("button", name="Sign in or join, then post").click()
    expect(page.get_by_role("main")).to_contain_text("What you wrote is kept.")
    assert bodies(site) == [QUESTION]
    screens.sign_in(page, "mira")
    expect(page.get_by_label("Details")).to_have_value(QUESTION)
    screens.post_topic(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("It stays on")
    assert drafts(site) == []
    assert kept_here(page) == []


def test_a_crash_before_the_server_has_it_loses_nothing(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    page = open_window()
    sign_in_at(page, topic_path)
    page.get_by_label("Your answer").fill(WORDS)
    page.wait_for_timeout(300)  # a quarter of a second is what a crash may cost
    assert drafts(site) == []
    context = kill(page)

    page = context.new_page()
    page.goto(topic_path)

    expect(page.get_by_label("Your answer")).to_have_value(WORDS)
    expect_saved(page)
    assert bodies(site) == [WORDS]


def test_without_a_connection_it_is_said_and_made_up_for(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    site.expected.append("ERR_INTERNET_DISCONNECTED")
    page = open_window()
    sign_in_at(page, topic_path)
    page.get_by_label("Your answer").fill("Turn off")
    expect_saved(page)
    page.context.set_offline(True)
    page.get_by_label("Your answer").fill(WORDS)
    expect(page.locator(".draft-line")).to_contain_text("Not saved on the server yet")

    page.context.set_offline(False)

    expect_saved(page)
    assert bodies(site) == [WORDS]


@pytest.mark.parametrize("choice", ["Keep mine", "Take the other"])
def test_two_windows_of_an_answer_show_each_others_text(
    site: Site, open_window: OpenWindow, topic_path: str, choice: str
) -> None:
    site.expected.append("409")
    first = open_window()
    sign_in_at(first, topic_path)
    second = another_window(first)
    first.get_by_label("Your answer").fill("Of the first window.")
    expect_saved(first)
    second.get_by_label("Your answer").fill("Of the second window.")

    panel = second.locator(".draft-other")
    expect(panel).to_contain_text("changed in another window")
    expect(panel).to_contain_text("Of the first window.")
    expect(second.get_by_label("Your answer")).to_have_value("Of the second window.")
    assert bodies(site) == ["Of the first window."]
    panel.get_by_role("button", name=choice).click()

    expect_saved(second)
    mine = choice == "Keep mine"
    chosen, left = ("second", "first") if mine else ("first", "second")
    expect(second.get_by_label("Your answer")).to_have_value(f"Of the {chosen} window.")
    expect(panel).to_contain_text(f"Of the {left} window.")
    assert bodies(site) == [f"Of the {chosen} window."]
    panel.get_by_role("button", name="Take the other").click()
    expect(second.get_by_label("Your answer")).to_have_value(f"Of the {left} window.")


def test_two_windows_of_a_question_show_each_others_text(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    site.expected.append("409")
    first = open_window()
    sign_in_at(first, "/about")
    first.goto("/c/brightwave/ask?text=It+stays+on&write=1")
    first.get_by_label("Details").fill("Since yesterday.")
    expect_saved(first)
    first.goto("/drafts")
    first.get_by_role("link", name="Go on").click()
    second = another_window(first)
    first.get_by_label("Details").fill("Of the first window.")
    expect_saved(first)
    expect(first.locator(".draft-line")).to_contain_text("saved at")
    first.wait_for_timeout(1800)
    second.get_by_label("Details").fill("Of the second window.")

    expect(second.locator(".draft-other")).to_contain_text("Of the first window.")
    second.get_by_role("button", name="Keep mine").click()
    expect_saved(second)

    assert bodies(site) == ["Of the second window."]


def test_another_device_offers_what_was_begun(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    page = open_window()
    sign_in_at(page, "/about")
    page.goto("/c/brightwave/ask?text=It+stays+on&write=1")
    screens.fill_topic(page, body=QUESTION)
    expect_saved(page)

    phone = open_window(viewport={"width": 360, "height": 700})
    sign_in_at(phone, "/ask")
    offer = phone.locator(".draft-offer")
    expect(offer).to_contain_text("It stays on")
    offer.get_by_role("link", name="Go on").click()
    expect(phone.get_by_label("Details")).to_have_value(QUESTION)
    phone.get_by_role("button", name="Delete the draft").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("The draft is deleted")
    assert drafts(site) == []
    phone.get_by_role("button", name="Put it back").click()
    expect(phone.get_by_label("Details")).to_have_value(QUESTION)
    assert len(drafts(site)) == 1


def test_signing_out_leaves_nothing_in_the_browser(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    page = open_window()
    sign_in_at(page, topic_path)
    page.get_by_label("Your answer").fill(WORDS)
    expect_saved(page)
    assert len(kept_here(page)) == 1

    page.get_by_text("mira", exact=True).first.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Join").first).to_be_visible()

    assert kept_here(page) == []
    assert bodies(site) == [WORDS]


def test_a_comment_comes_back_open(site: Site, open_window: OpenWindow, topic_path: str) -> None:
    page = open_window()
    sign_in_at(page, topic_path)
    page.get_by_role("link", name="Comment").click()
    page.get_by_label(re.compile("Your comment to")).fill("Which one?")
    expect_saved(page)

    page.reload()

    comment = page.get_by_label(re.compile("Your comment to"))
    expect(comment).to_be_visible()
    expect(comment).to_have_value("Which one?")
    page.get_by_role("button", name="Post the comment").click()
    expect(page.locator(".comments")).to_contain_text("Which one?")
    assert drafts(site) == []


def test_where_nothing_may_be_stored_the_server_keeps_it(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    page = open_window()
    page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') };"
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException() } });"
    )
    sign_in_at(page, topic_path)
    page.get_by_label("Your answer").fill(WORDS)
    expect_saved(page)

    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value(WORDS)


def test_without_scripts_a_button_saves_and_a_conflict_is_shown(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    site.expected.append("409")
    first = open_window(java_script_enabled=False)
    sign_in_at(first, topic_path)
    second = another_window(first)
    first.get_by_label("Your answer").fill("Of the first window.")
    first.get_by_role("button", name="Save as draft").click()
    expect(first.get_by_label("Your answer")).to_have_value("Of the first window.")
    expect(first.locator(".draft-line")).to_contain_text("Draft, saved")

    second.get_by_label("Your answer").fill("Of the second window.")
    second.get_by_role("button", name="Save as draft").click()
    panel = second.locator(".draft-other")
    expect(panel).to_contain_text("Of the first window.")
    expect(second.get_by_label("Your answer")).to_have_value("Of the second window.")
    panel.get_by_role("button", name="Take the other").click()
    expect(second.get_by_label("Your answer")).to_have_value("Of the first window.")
    expect(panel).to_contain_text("Of the second window.")
    panel.get_by_role("button", name="Take the other").click()
    panel.get_by_role("button", name="Keep mine").click()
    expect(second.get_by_label("Your answer")).to_have_value("Of the second window.")
    assert bodies(site) == ["Of the second window."]

    end_sessions(site)
    second.get_by_label("Your answer").fill(WORDS)
    second.get_by_role("button", name="Post your answer").click()
    screens.sign_in(second, "mira")
    expect(second.get_by_label("Your answer")).to_have_value(WORDS)
    second.get_by_role("button", name="Post your answer").click()
    expect(screens.reply_by(second, "mira")).to_contain_text(WORDS)
    with site.app.app_context():
        assert db.session.scalar(select(Reply.body).order_by(Reply.id.desc())) == WORDS
        assert db.session.scalar(select(Topic.reply_count)) == 2
    assert drafts(site) == []


def test_axe_finds_nothing_in_a_conflict_the_list_and_an_offer(
    site: Site, open_window: OpenWindow, topic_path: str
) -> None:
    site.expected.append("409")
    page = open_window()
    sign_in_at(page, topic_path)
    with site.app.app_context(), transaction():
        mira = db.session.scalars(select(User).where(User.username == "mira")).one()
        topic_id = db.session.scalars(select(Topic.id)).one()
        text = {"body": "Another text, of another window. " * 40}
        services.save_draft(text, place=f"topic:{topic_id}", user=mira)
        services.save_draft({"title": "It stays on"}, place=ASKING, user=mira)
    page.get_by_label("Your answer").fill("Of this window.")
    expect(page.locator(".draft-other")).to_be_visible(timeout=15_000)

    for path in ("", "/drafts", "/ask"):
        if path:
            page.goto(path)
        assert faults(page) == [], path
