"""A real browser, a real server, a database whose commits are real.

The worker runs when a journey says so (`Site.work`), so that each one can show what is
seen before and after it.
"""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler, make_server

from community.accounts import passwords
from community.accounts.models import User
from community.core import outbox
from community.core.db import db, transaction
from tests.factories import make_user

PASSWORD = "heron palette clover"  # of everybody in these journeys
# However slow the machine: how long a page may take has benchmarks of its own.
PATIENCE_MS = float(os.environ.get("BROWSER_TIMEOUT_MS", "30000"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every journey as one that needs the browser."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)


class Quiet(WSGIRequestHandler):
    """A request handler that does not talk."""

    def log(self, *_: Any) -> None:
        """Say nothing."""


@dataclass
class Site:
    """The running site."""

    app: Flask
    address: str
    complaints: list[str] = field(default_factory=list)  # of the browser's console
    expected: list[str] = field(default_factory=list)  # words of complaints that belong there

    def work(self) -> None:
        """Do what the worker would do."""
        with self.app.app_context():
            outbox.deliver_due()

    def join(self, username: str, **columns: Any) -> User:
        """Add a member who can sign in with `PASSWORD`."""
        with self.app.app_context(), transaction():
            return make_user(username, password_hash=passwords.hashed(PASSWORD), **columns)

    def mailed_link(self) -> str:
        """Return the link in the newest mail."""
        text = self.app.extensions["mail_sent"][-1].get_content()
        found = re.search(r"https?://\S+", text)
        assert found, text
        return re.sub(r"^https?://[^/]+", self.address, found.group())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser that all journeys share; each has its own windows."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        expect.set_options(timeout=PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_app: Flask) -> Iterator[Site]:
    """The site on a free port of this machine."""
    server = make_server("127.0.0.1", 0, live_app, threaded=True, request_handler=Quiet)
    assert isinstance(server, ThreadedWSGIServer)
    server.daemon_threads = False  # closing waits for what is being answered, and its connection
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    running = Site(live_app, f"http://127.0.0.1:{server.server_port}")
    yield running
    server.shutdown()
    thread.join()
    server.server_close()
    assert [
        said for said in running.complaints if not any(word in said for word in running.expected)
    ] == []


@pytest.fixture
def open_window(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a window of a new visitor.

    Whatever a page complains of in its console (a refused script, a broken link, an
    error) fails the journey.
    """
    contexts: list[BrowserContext] = []

    def note(said: ConsoleMessage) -> None:
        if said.type == "error":
            site.complaints.append(f"{said.text} {said.location['url']}")

    def open_one(**options: Any) -> Page:
        context = chromium.new_context(base_url=site.address, **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: site.complaints.append(str(error)))
        page.on("console", note)
        return page

    yield open_one
    for context in contexts:
        context.close()
    with site.app.app_context():
        db.session.remove()
