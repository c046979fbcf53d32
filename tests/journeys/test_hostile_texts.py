"""Texts that break things elsewhere, opened in Chromium: nothing of them runs or is asked for.

Whatever runs, or is refused by the Content-Security-Policy, or loads from elsewhere is a
failure: a fixture of this folder collects what the browser complains of.
"""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Page, Request

from community.accounts.models import User
from community.companies import services as companies
from community.companies.models import Company
from community.core import clock
from community.core.db import transaction
from community.core.errors import Invalid
from community.topics import services
from community.topics.models import Topic, TopicKind
from community.web.limits import limiter
from tests.factories import make_company, make_user
from tests.journeys.conftest import Site
from tests.robustness.texts import SOURCES

# Set by anything that runs: by the texts themselves, or by a function they like to call.
WATCH = """
window.ran = window.ran || 0;
for (const name of ["alert", "confirm", "prompt", "print", "open"])
  window[name] = () => { window.ran += 1 };
"""
MANY = 60  # replies of one topic
ALONE = 25  # texts with pages of their own; all of them stand together on others


@pytest.fixture(params=SOURCES)
def texts(request: pytest.FixtureRequest) -> list[str]:
    """The texts of one collection."""
    return SOURCES[request.param]()


def test_nothing_runs(
    site: Site,
    open_window: Callable[..., Page],
    texts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limiter, "enabled", False)
    with site.app.app_context():
        paths = write_everywhere(texts)
    site.work()
    page = open_window()
    page.add_init_script(WATCH)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(host_of(request)))

    for path in [*paths, *searches(texts)]:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        page.mouse.move(300, 300)
        assert page.evaluate("window.ran") == 0, path

    assert set(asked) == {urlsplit(site.address).netloc}


def host_of(request: Request) -> str:
    """Return the host that a request goes to."""
    return urlsplit(request.url).netloc


def write_everywhere(texts: Sequence[str]) -> list[str]:
    """Put the texts wherever they are taken, and return where they are shown."""
    with transaction():
        company, author = make_company("Brightwave"), make_user("mira", trusted_since=clock.now())
    paths = ["/topics", "/companies", "/c/brightwave", "/people/mira"]
    alone = like_markup(texts)
    topic: Topic | None = None
    for number, text in enumerate(texts):
        if topic is None or number % MANY == 0:
            topic = post_topic(author, company, "Many answers", "Read them.")
            assert topic is not None
            paths.append(f"/t/{topic.id}/{topic.slug}")
        own = post_topic(author, company, text, text) or post_topic(author, company, "It", text)
        if own is not None and text in alone:
            paths.append(f"/t/{own.id}/{own.slug}")
        reply_and_comment(author, topic, text)
        open_page(author, text)
    return paths


def post_topic(author: User, company: Company, title: str, body: str) -> Topic | None:
    """Post a topic; return None if its words are refused."""
    try:
        with transaction():
            return services.post_topic(
                author, company, kind=TopicKind.PROBLEM, title=title, body=body
            )
    except Invalid:
        return None


def reply_and_comment(author: User, topic: Topic, text: str) -> None:
    """Answer a topic, and comment on the answer, if the words are taken."""
    try:
        with transaction():
            reply = services.post_reply(author, topic, body=text)
            services.post_comment(author, reply, body=text)
    except Invalid:
        return


def open_page(author: User, text: str) -> None:
    """Open the page of a company of this name and say so of it, if the words are taken."""
    try:
        with transaction():
            companies.open_company(author, name=text, about=text)
    except Invalid:
        return


def like_markup(texts: Sequence[str]) -> list[str]:
    """Return some of the texts that could be taken for markup, from all over."""
    found = [text for text in texts if "<" in text or "javascript" in text]
    return found[:: len(found) // ALONE + 1]


def searches(texts: Sequence[str]) -> list[str]:
    """Return addresses that hold texts."""
    return [
        path
        for text in like_markup(texts)
        for path in (
            f"/search?{urlencode({'q': text})}",
            f"/ask?{urlencode({'text': text, 'write': 1, 'about': text, 'reason': text})}",
        )
    ]
