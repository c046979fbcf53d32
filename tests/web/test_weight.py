"""How heavy pages are: read on a slow line by a person who wants an answer.

Everything is weighed as it is sent to a browser that takes nothing compressed: the page, its
styles, and the scripts that come with it or that it may call for later.
"""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask

from community.accounts.models import User
from tests.conftest import Client
from tests.factories import make_company, make_product, make_reply, make_topic, make_user

PAGE_MAX = 100_000
AT_ONCE_MAX = 20_000  # scripts of a page that nobody has touched
IN_ALL_MAX = 36_000  # with all that a person can call for on one page, which nobody does
REPLIES = 20
TEXT = (
    "<p>I had this after the last update. Hold the button until the light is amber, let go, wait"
    " for ten seconds and try again.</p>\n<p>If the lamp still blinks, take it off the <em>network"
    "</em> first: the app finds it again by itself, and your scenes stay as they were.</p>"
)
PLACES = ["home", "topic", "company", "all topics", "search", "box", "answers", "form"]


class Weight(NamedTuple):
    """What a page weighs, in bytes."""

    html: int
    styles: int
    scripts: int
    later: int  # scripts that come when they are wanted

    @property
    def at_once(self) -> int:
        """Everything that comes with the page."""
        return self.html + self.styles + self.scripts


@pytest.fixture
def paths() -> dict[str, str]:
    """The addresses of pages that are as full as they become."""
    company = make_company("Lumo Lighting", slug="lumo")
    make_product(company, "Desk lamp")
    topic = make_topic(company, make_user("asker"))
    for _ in range(REPLIES):
        make_reply(topic, make_user(), body_html=TEXT)
    for number in range(40):
        make_topic(company, title=f"The lamp went out after {number} hours")
    return {
        "home": "/",
        "topic": f"/t/{topic.id}/{topic.slug}",
        "company": "/c/lumo",
        "all topics": "/topics",
        "search": "/search?q=lamp",
        "box": "/ask",
        "answers": "/ask?text=The+lamp+went+out",
        "form": "/ask?text=The+lamp+went+out&write=1",
    }


def weighed(app: Flask, browser: Client, path: str) -> Weight:
    """Return what a page weighs."""
    page = browser.get(path)
    assert page.status_code == 200
    files = set(re.findall(r'"/static/((?:css|js)/[\w-]+\.\w+)\?v=\w+"', unescape(page.text)))
    scripts = set(re.findall(r'<script[^>]* src="/static/([^?"]+)', page.text))
    folder = Path(app.static_folder or "")

    def size(names: set[str]) -> int:
        return sum((folder / name).stat().st_size for name in names)

    styles = set(re.findall(r'<link rel="stylesheet" href="/static/([^?"]+)', page.text))
    later = {name for name in files if name.endswith(".js")} - scripts
    return Weight(len(page.data), size(styles), size(scripts), size(later))


@pytest.fixture(params=["a visitor", "a member"])
def browser(
    request: pytest.FixtureRequest, sign_in: Callable[[User], Client], client: Client
) -> Client:
    """The browser of whoever reads."""
    return sign_in(make_user()) if request.param == "a member" else client


@pytest.mark.parametrize("place", PLACES)
def test_a_page_is_light(app: Flask, browser: Client, paths: dict[str, str], place: str) -> None:
    weight = weighed(app, browser, paths[place])

    assert min(weight) > 0, weight
    assert weight.at_once <= PAGE_MAX, weight
    assert weight.scripts <= AT_ONCE_MAX, weight
    assert weight.scripts + weight.later <= IN_ALL_MAX, weight
