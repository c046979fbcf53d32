"""What people do on the screens, in their words; a journey reads as a list of these."""

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import PASSWORD


def press(page: Page, key: str) -> None:
    """Press a key once the scripts of the page run: they come after what is already seen."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def type_into_box(page: Page, text: str) -> None:
    """Type into the one box, as fast as people do."""
    page.get_by_label("What do you need help with?").press_sequentially(text, delay=5)


def rows(page: Page) -> Locator:
    """Return the rows of answers."""
    return page.locator("li.suggestion")


def fill_topic(page: Page, *, body: str, company: str = "", kind: str = "") -> None:
    """Fill in what the form does not know yet."""
    if company:
        page.get_by_label("Company", exact=True).fill(company)
    if kind:
        page.get_by_label(kind).check()
    page.get_by_label("Details").fill(body)


def post_topic(page: Page) -> None:
    """Press the button that posts, or leads to sign in; once more if there is a last look first."""
    signs_in = page.get_by_role("button", name="Sign in or join, then post")
    with page.expect_navigation():  # which waits for the draft: see drafts.js
        page.get_by_role("button", name="Post your question").or_(signs_in).click()
    last_look = page.get_by_role("heading", name="One more look")
    if last_look.count():
        page.get_by_role("button", name="None of these: post it", exact=True).or_(signs_in).click()


def about(page: Page) -> Locator:
    """Return the choice of what the text in the box is about."""
    return page.get_by_label("About", exact=True)


def tab_to(page: Page, target: Locator, *, at_most: int = 30) -> None:
    """Press Tab until ``target`` has the focus."""
    for _ in range(at_most):
        press(page, "Tab")
        if target.count() == 1 and target.evaluate("one => one === document.activeElement"):
            return
    expect(target).to_be_focused()


def sign_in(page: Page, username: str) -> None:
    """Fill in the sign-in form of the page and send it."""
    page.get_by_label("User name or e-mail").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name="Sign in").click()


def sign_up(page: Page, username: str) -> None:
    """Fill in the sign-up form of the page and send it."""
    page.get_by_label("User name").fill(username)
    page.get_by_label("E-mail").fill(f"{username}@mail.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name="Join").click()


def answer(page: Page, text: str) -> None:
    """Write an answer to the topic of the page."""
    page.get_by_label("Your answer").fill(text)
    page.get_by_role("button", name="Post your answer").click()


def reply_by(page: Page, name: str) -> Locator:
    """Return the first reply by somebody."""
    return page.locator(".reply", has=page.locator(".reply-head", has_text=name)).first


def status_of(page: Page) -> Locator:
    """Return where the topic of the page stands."""
    return page.locator(".topic-head .status")


def expect_status(page: Page, words: str) -> None:
    """Check where the topic of the page stands."""
    expect(status_of(page)).to_have_text(words)
