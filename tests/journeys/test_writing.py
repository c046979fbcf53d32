"""Writing: by keyboard, with and without scripts, as it will look and without what is only yours."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from community.core.db import transaction
from community.topics.models import Topic
from tests.factories import make_reply, make_topic, make_user
from tests.journeys import screens
from tests.journeys.conftest import Site
from tests.journeys.sight import faults

OpenWindow = Callable[..., Page]
Begin = Callable[..., Page]


@pytest.fixture
def begin(site: Site, open_window: OpenWindow) -> Begin:
    """Return a function that opens a topic in the window of Jonas, who is signed in."""
    site.join("jonas", display_name="Jonas Weber")
    with site.app.app_context(), transaction():
        topic: Topic = make_topic(title="It blinks", body="All night.")
        mira = make_user("mira", display_name="Mira Kowalski")
        make_user("miriam", display_name="Miriam Bauer")
        make_reply(topic, mira, body="Turn it **off**.\n\nThen on again.")
        path = f"/t/{topic.id}/{topic.slug}"

    def open_topic(**options: object) -> Page:
        page = open_window(**options)
        page.goto(f"/signin?next={path}")
        screens.sign_in(page, "jonas")
        page.wait_for_url(f"**{path}")
        return page

    return open_topic


def box(page: Page) -> Locator:
    return page.get_by_label("Your answer")


def preview(page: Page) -> Locator:
    return page.locator("#answer").get_by_role("region", name="Preview").locator(".prose")


def test_writing_with_keys_alone_and_what_is_posted_is_what_was_shown(begin: Begin) -> None:
    page = begin()
    screens.press(page, "r")
    expect(box(page)).to_be_focused()
    expect(page.locator("#answer").get_by_role("toolbar")).to_be_visible()  # its script is there

    page.keyboard.type("Press ")
    screens.press(page, "Control+b")
    page.keyboard.type("Save")
    screens.press(page, "ArrowRight")
    screens.press(page, "ArrowRight")
    page.keyboard.type(":\n\n- first\nsecond\n\nThen ")
    screens.press(page, "Control+e")
    page.keyboard.type("sync")
    text = "Press **Save**:\n\n- first\n- second\n\nThen `sync`"
    expect(box(page)).to_have_value(text)

    screens.press(page, "Control+z")
    assert box(page).input_value() != text
    screens.press(page, "Control+Shift+z")
    expect(box(page)).to_have_value(text)

    expect(preview(page).locator("li")).to_have_count(2)
    shown = preview(page).inner_html()
    screens.press(page, "Control+Enter")
    posted = page.locator(".reply .prose", has_text="Then sync")
    expect(posted).to_be_visible()
    assert posted.inner_html().strip() == shown.strip()


def test_the_toolbar_is_one_stop_and_arrows_walk_it(begin: Begin) -> None:
    page = begin()
    box(page).fill("one\ntwo")
    bar = page.locator("#answer").get_by_role("toolbar")
    expect(bar).to_be_visible()  # its script comes when the box is gone into
    box(page).select_text()
    screens.press(page, "Shift+Tab")
    expect(bar.get_by_role("button", name="Bold")).to_be_focused()

    for name in ("Italic", "Link", "Quote", "Code", "List"):
        screens.press(page, "ArrowRight")
        expect(bar.get_by_role("button", name=name, exact=True)).to_be_focused()
    screens.press(page, "Enter")
    expect(box(page)).to_have_value("- one\n- two")
    expect(box(page)).to_be_focused()
    screens.press(page, "Control+Shift+8")
    expect(box(page)).to_have_value("one\ntwo")

    screens.press(page, "Shift+Tab")
    expect(bar.get_by_role("button", name="List", exact=True)).to_be_focused()
    screens.press(page, "End")
    expect(bar.get_by_role("button", name="? Keys and Markdown")).to_be_focused()
    screens.press(page, "Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []


def test_names_complete_themselves(begin: Begin) -> None:
    page = begin()
    box(page).click()
    page.keyboard.type("Thank you @mi")
    names = page.get_by_role("listbox").get_by_role("option")

    expect(names).to_have_text(["Mira Kowalski @mira", "Miriam Bauer @miriam"])
    expect(names.first).to_have_attribute("aria-selected", "true")
    assert faults(page) == []
    screens.press(page, "ArrowDown")
    screens.press(page, "Enter")
    expect(box(page)).to_have_value("Thank you @miriam ")
    expect(names).to_have_count(0)

    page.keyboard.type("and @kow")  # by the last name of who speaks here
    expect(names).to_have_text(["Mira Kowalski @mira"])
    screens.press(page, "Escape")
    page.keyboard.type("alski\n")
    expect(box(page)).to_have_value("Thank you @miriam and @kowalski\n")


def test_a_passage_or_the_whole_is_quoted(begin: Begin) -> None:
    page = begin()
    reply = screens.reply_by(page, "Mira")
    reply.get_by_role("link", name="Quote").press("Enter")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("@mira wrote:\n\n> Turn it off.\n>\n> Then on again.\n\n")

    box(page).fill("")
    reply.get_by_text("Then on again.").select_text()
    page.get_by_role("button", name="Quote").last.click()
    expect(box(page)).to_have_value("@mira wrote:\n\n> Then on again.\n\n")
    expect(preview(page).locator("blockquote")).to_have_text("Then on again.")


def test_personal_data_are_masked_with_one_press(site: Site, begin: Begin) -> None:
    page = begin()
    box(page).fill("🙂 I paid with 4242 4242 4242 4242, mail hans@mail.de")
    warning = page.get_by_role("status").filter(has_text="Everybody can read what you post.")

    expect(warning).to_contain_text("a card number: 4242 4242 4242 4242")
    assert faults(page) == []
    warning.get_by_role("button", name="Mask it").first.click()
    expect(box(page)).to_have_value("🙂 I paid with •••• •••• •••• 4242, mail hans@mail.de")

    site.expected.append("422")  # the browser notes the status of a page that asks once more
    page.get_by_role("button", name="Post your answer").click()
    expect(page.get_by_role("alert")).to_contain_text("h•••@mail.de")
    assert faults(page) == []
    page.get_by_role("button", name="Mask it and post").click()
    expect(page.locator(".replies .prose").last).to_contain_text("4242, mail h•••@mail.de")


def test_personal_data_in_the_title_are_masked_there(begin: Begin) -> None:
    page = begin()
    page.goto("/ask?text=It+blinks&write=1")
    title = page.get_by_label("In one sentence")
    title.fill("It blinks, mail hans@mail.de")
    warning = page.get_by_role("status").filter(has_text="Everybody can read what you post.")

    expect(warning).to_contain_text("an e-mail address: hans@mail.de")
    assert faults(page) == []
    warning.get_by_role("button", name="Mask it").click()

    expect(title).to_have_value("It blinks, mail h•••@mail.de")
    expect(warning).to_have_count(0)


def test_without_scripts_there_are_a_preview_a_quotation_and_a_warning(
    site: Site, begin: Begin
) -> None:
    site.expected.append("422")
    page = begin(java_script_enabled=False)
    expect(page.get_by_role("toolbar")).to_have_count(0)
    screens.reply_by(page, "Mira").get_by_role("link", name="Quote").click()
    quoted = "@mira wrote:\n\n> Turn it **off**.\n>\n> Then on again.\n\n"
    expect(box(page)).to_have_value(quoted)

    box(page).fill(f"{quoted}It *works*, hans@mail.de")
    page.locator("#answer").get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="This is how it will look")).to_contain_text("It works")
    expect(page.locator(".replies .reply")).to_have_count(1)

    page.get_by_role("button", name="Post your answer").click()
    expect(page.get_by_role("alert")).to_contain_text("hans@mail.de, masked: h•••@mail.de")
    page.get_by_role("button", name="Mask it and post").click()
    expect(page.locator(".replies .prose").last).to_contain_text("It works, h•••@mail.de")


def test_nothing_that_is_typed_runs_in_the_preview(begin: Begin) -> None:
    page = begin()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    box(page).fill(
        "<img src=x onerror=alert(1)> <script>alert(1)</script>\n\n"
        "![x](https://elsewhere.example/x.png) [a](javascript:alert(1))\n\n"
        "```html\n<img src=x onerror=alert(1)>\n```\n\nthe end"
    )

    expect(preview(page)).to_contain_text("the end")
    assert preview(page).locator("img, script, [onerror]").count() == 0
    assert not [url for url in asked if "elsewhere" in url]


def test_single_keys_can_be_turned_off_and_stay_off(begin: Begin) -> None:
    page = begin()
    screens.press(page, "n")
    expect(page.locator(".replies .reply").first).to_be_focused()
    screens.press(page, "?")
    panel = page.get_by_role("dialog", name="Keys and Markdown")
    expect(panel).to_be_visible()
    panel.get_by_label("Single keys work on this device").uncheck()
    screens.press(page, "Escape")
    expect(panel).to_be_hidden()

    page.reload()
    screens.press(page, "?")
    screens.press(page, "r")
    expect(panel).to_be_hidden()
    expect(box(page)).not_to_be_focused()
    page.get_by_role("link", name="Keys and Markdown").click()
    expect(panel.get_by_label("Single keys work on this device")).not_to_be_checked()
