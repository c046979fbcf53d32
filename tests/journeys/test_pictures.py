"""Pictures get into a text by choosing, pasting and dragging, by keyboard, and without scripts."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from community.core.db import transaction
from tests.factories import make_topic
from tests.journeys import screens
from tests.journeys.conftest import Site
from tests.pictures.samples import SVG, plain, saved, screenshot

OpenWindow = Callable[..., Page]
PNG = saved(screenshot(900, 500), "PNG")
HANDED_OVER = """([content, name, type, event]) => {
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type }));
  const area = document.querySelector("writing-box[data-pictures] textarea");
  area.focus();
  const options = { bubbles: true, cancelable: true };
  area.dispatchEvent(event === "paste"
    ? new ClipboardEvent("paste", { ...options, clipboardData: data })
    : new DragEvent("drop", { ...options, dataTransfer: data }));
}"""


def hand_over(page: Page, content: bytes, name: str, kind: str, *, by: str) -> None:
    """Paste or drop a file, as the browser tells a page of it."""
    page.evaluate(HANDED_OVER, [base64.b64encode(content).decode(), name, kind, by])


@pytest.fixture
def answering(site: Site, open_window: OpenWindow) -> Callable[..., Page]:
    """Return a function that opens a topic in the window of somebody about to answer."""
    site.join("mira")
    with site.app.app_context(), transaction():
        topic_id = make_topic(title="The light of the hub is red").id

    def opened(**options: object) -> Page:
        page = open_window(**options)
        page.goto(f"/signin?next=/t/{topic_id}")
        screens.sign_in(page, "mira")
        page.get_by_label("Your answer").wait_for()
        if options.get("java_script_enabled", True):
            page.get_by_role("toolbar").wait_for()  # the tools have come
        return page

    return opened


def test_a_picture_is_chosen_described_and_posted_by_keyboard(
    answering: Callable[..., Page], tmp_path: Path
) -> None:
    (tmp_path / "hub.png").write_bytes(PNG)
    page = answering()
    page.on("filechooser", lambda _chooser: None)  # says in time that choosers are waited for
    area = page.get_by_label("Your answer")
    area.focus()
    page.keyboard.type("Mine looks like this:")
    button = page.get_by_role("toolbar").get_by_role("button", name="Picture")
    button.focus()
    expect(button).to_be_focused()
    with page.expect_file_chooser() as chooser:
        screens.press(page, "Enter")
    chooser.value.set_files(tmp_path / "hub.png")

    described = page.get_by_label("What does it show? For those who cannot see it").last
    expect(described).to_be_focused()
    page.keyboard.type("The light is [red]")
    screens.press(page, "Enter")

    expect(area).to_be_focused()
    text = area.input_value()
    assert text.startswith("Mine looks like this:\n\n![The light is (red)](/pictures/"), text
    expect(page.locator(".picture-row")).to_have_count(0)

    page.get_by_role("button", name="Post your answer").click()
    picture = page.get_by_role("img", name="The light is (red)").last
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640


@pytest.mark.parametrize("by", ["paste", "drop"])
def test_a_picture_is_handed_over_and_undone(answering: Callable[..., Page], by: str) -> None:
    page = answering()
    area = page.get_by_label("Your answer")
    area.fill("Look:")
    area.press("End")
    hand_over(page, PNG, "hub.png", "image/png", by=by)

    expect(page.locator(".picture-row label")).to_be_visible()
    assert "![](/pictures/" in area.input_value()
    expect(area).to_be_focused()  # who types is not interrupted

    for _each in range(2):  # the picture, and the mark that was there before it
        screens.press(page, "Control+z")
    assert area.input_value() == "Look:"


def test_a_refusal_stands_at_the_box_and_the_text_stays(
    answering: Callable[..., Page], site: Site
) -> None:
    site.expected.append("422")
    page = answering()
    area = page.get_by_label("Your answer")
    area.fill("Look:")
    hand_over(page, SVG, "logo.png", "image/png", by="paste")

    refusal = page.get_by_role("alert").filter(has_text="no picture that can be shown here")
    expect(refusal).to_be_visible()
    assert area.input_value().strip() == "Look:"
    page.locator(".picture-row").get_by_role("button", name="Close").click()
    expect(page.locator(".picture-row")).to_have_count(0)


def test_a_file_that_is_too_large_is_not_even_sent(answering: Callable[..., Page]) -> None:
    page = answering()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    hand_over(page, bytes(11 * 1024 * 1024), "film.png", "image/png", by="drop")

    expect(page.get_by_role("alert").filter(has_text="has 11 MB")).to_be_visible()
    assert not any(url.endswith("/pictures") for url in sent)


def test_nothing_is_posted_while_a_picture_is_on_its_way(answering: Callable[..., Page]) -> None:
    page = answering()
    area = page.get_by_label("Your answer")
    area.fill("Look:")
    page.route("**/pictures", lambda _route: None)  # it never arrives
    hand_over(page, PNG, "hub.png", "image/png", by="paste")
    expect(area).to_have_value(re.compile("Uploading hub.png"))
    page.get_by_role("button", name="Post your answer").click()

    expect(page.get_by_role("alert").filter(has_text="still on its way")).to_be_visible()
    page.locator(".picture-row").get_by_role("button", name="Cancel").click()
    assert area.input_value().strip() == "Look:"


def test_without_scripts_the_form_takes_the_picture(
    answering: Callable[..., Page], tmp_path: Path
) -> None:
    (tmp_path / "hub.png").write_bytes(saved(plain(), "PNG"))
    page = answering(java_script_enabled=False)
    page.get_by_label("Your answer").fill("Mine looks like this:")
    page.get_by_text("Add a picture").click()
    page.get_by_label("Picture", exact=False).and_(page.locator("[type=file]")).set_input_files(
        tmp_path / "hub.png"
    )
    page.get_by_label("What does it show?").fill("The light is red")
    page.get_by_role("button", name="Put it into the text").click()

    assert (
        "Mine looks like this:\n\n![The light is red](/pictures/"
        in page.get_by_label("Your answer").input_value()
    )
    expect(page.locator(".preview").get_by_role("img", name="The light is red")).to_be_visible()
    page.get_by_role("button", name="Post your answer").click()
    expect(page.get_by_role("img", name="The light is red")).to_be_visible()
