"""An account from its first link to the last page: by mail, by keyboard, and without scripts."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from community.accounts import digests, services
from community.core.db import transaction
from tests.factories import make_reply, make_topic, make_user
from tests.journeys import screens
from tests.journeys.conftest import PASSWORD, Site
from tests.journeys.screens import sign_in

OpenWindow = Callable[..., Page]


def go_by_keyboard(page: Page, name: str, role: str = "button") -> None:
    """Press Tab until something has the focus, then Enter."""
    wanted = page.get_by_role("main").get_by_role(role, name=name)  # type: ignore[arg-type]
    for _ in range(80):
        if wanted.evaluate("one => one === document.activeElement"):
            screens.press(page, "Enter")
            return
        screens.press(page, "Tab")
    raise AssertionError(f"The keyboard does not reach “{name}”.")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_signing_in_by_mail_and_choosing_a_name(
    site: Site, open_window: OpenWindow, scripts: bool
) -> None:
    with site.app.app_context(), transaction():
        guest = services.welcome_guest("gita@mail.example")
        topic = make_topic(author=guest, title="It blinks")
        path = f"/t/{topic.id}/{topic.slug}"
        services.lead_guest(guest, path)
    site.work()
    page = open_window(java_script_enabled=scripts)

    page.goto(site.mailed_link())
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your address")
    go_by_keyboard(page, "It was me: confirm and sign in")
    page.get_by_label("User name").fill("gita")
    screens.press(page, "Enter")
    expect(page).to_have_url(site.address + path)
    expect(page.get_by_text("You are gita from now on.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("gita")

    again = open_window(java_script_enabled=scripts)
    again.goto("/signin")
    again.get_by_role("link", name="Mail me a link instead").click()
    again.get_by_label("E-mail address").fill("gita@mail.example")
    screens.press(again, "Enter")
    expect(again.get_by_role("main")).to_contain_text("a link is on its way there")
    site.work()
    again.goto(site.mailed_link())
    again.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(again.get_by_text("You are signed in as gita.")).to_be_visible()


def test_signing_out_the_other_browser(site: Site, open_window: OpenWindow) -> None:
    site.join("mira")
    here, there = open_window(), open_window(java_script_enabled=False)
    for page in (here, there):
        page.goto("/signin?next=/account")
        sign_in(page, "mira")

    here.get_by_role("link", name="Where you are signed in").click()
    expect(here.locator(".browsers li")).to_have_count(2)
    expect(here.locator(".browsers li").first).to_contain_text("this browser")
    go_by_keyboard(here, "Sign out everywhere else")

    expect(here.locator(".browsers li")).to_have_count(1)
    expect(here.get_by_text("signed out in 1 other browser")).to_be_visible()
    there.goto("/account/reading")
    expect(there.get_by_role("main")).to_contain_text("You were signed out.")
    here.reload()
    expect(here.get_by_role("heading", level=1)).to_have_text("Where you are signed in")


def test_the_time_zone_is_guessed_and_kept(site: Site, open_window: OpenWindow) -> None:
    site.join("mira")
    page = open_window(timezone_id="Asia/Jakarta")
    page.goto("/signin?next=/account/reading")
    sign_in(page, "mira")

    expect(page.get_by_label("Time zone")).to_have_value("Asia/Jakarta")
    expect(page.get_by_text("This is what your device says")).to_be_visible()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("WIB")).to_be_visible()
    expect(page.get_by_text("This is what your device says")).to_be_hidden()
    elsewhere = open_window(timezone_id="America/New_York")
    with site.app.app_context(), transaction():
        make_topic(title="It blinks")
    elsewhere.goto("/signin?next=/topics")
    sign_in(elsewhere, "mira")
    expect(elsewhere.locator("html")).to_have_attribute("data-time-zone", "Asia/Jakarta")


def test_everything_is_taken_along(site: Site, open_window: OpenWindow, tmp_path: Path) -> None:
    mira = site.join("mira")
    with site.app.app_context(), transaction():
        make_topic(author=mira, title="It blinks & hums")
    page = open_window()
    page.goto("/signin?next=/account/data")
    sign_in(page, "mira")
    page.get_by_label("Your password").fill(PASSWORD)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download your data").click()

    with zipfile.ZipFile(download.value.path()) as archive:
        archive.extractall(tmp_path)
    data = json.loads((tmp_path / "data.json").read_text(encoding="utf-8"))
    assert data["topics"]["topics"][0]["title"] == "It blinks & hums"
    opened = open_window(java_script_enabled=False)
    opened.goto((tmp_path / "index.html").as_uri())
    expect(opened.get_by_role("heading", level=1)).to_have_text("Your data at Common Ground")
    expect(opened.get_by_text("It blinks & hums")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_leaving_and_coming_back(site: Site, open_window: OpenWindow, scripts: bool) -> None:
    mira = site.join("mira", display_name="Mira K.")
    with site.app.app_context(), transaction():
        topic = make_topic(author=mira, title="It blinks")
        make_reply(topic)
        path = f"/t/{topic.id}/{topic.slug}"
    page, reader = open_window(java_script_enabled=scripts), open_window()
    page.goto("/signin?next=/account")
    sign_in(page, "mira")
    page.get_by_role("link", name="Leave").click()
    expect(page.get_by_role("main")).to_contain_text("1 post of yours")
    page.get_by_label("Your password").fill(PASSWORD)
    screens.press(page, "Tab")
    go_by_keyboard(page, "Close my account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is closed")
    reader.goto(path)
    expect(reader.get_by_role("main")).to_contain_text("former member")
    expect(reader.get_by_role("main")).not_to_contain_text("Mira")

    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    sign_in(page, "mira")
    page.get_by_role("button", name="Come back").click()
    expect(page.get_by_text("Your account is open again")).to_be_visible()
    reader.reload()
    expect(reader.get_by_role("main")).to_contain_text("Mira K.")


def test_an_imported_author_takes_over(site: Site, open_window: OpenWindow) -> None:
    site.join("mira")
    with site.app.app_context(), transaction():
        author = make_user(
            "mira-123456",
            display_name="Mira Old",
            email=None,
            email_verified_at=None,
            source_key="archive:mira",
            source_email_digest=digests.of_source_email("mira@mail.example"),
        )
        make_topic(author=author, title="It hummed")
    page = open_window()
    page.goto("/people/mira-123456")
    page.get_by_role("link", name="Is this you?").click()
    page.get_by_label("E-mail address").fill("mira@mail.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("main")).to_contain_text("a link is on its way there")
    site.work()

    page.goto(site.mailed_link())
    expect(page.get_by_role("main")).to_contain_text(re.compile("Mira Old.*your account mira"))
    page.get_by_role("button", name="It was me: confirm and sign in").click()

    page.goto("/people/mira?topics=1")
    expect(page.get_by_role("main")).to_contain_text("It hummed")
