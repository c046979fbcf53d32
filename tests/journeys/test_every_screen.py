"""Every screen there is, with what axe finds on it: each address, and what forms answer with."""

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import Mock

import pytest
from flask import Flask, template_rendered
from jinja2 import Template
from playwright.sync_api import Page

from community import search
from community.accounts import sessions
from community.core.errors import SearchUnavailable
from community.web.limits import limiter
from tests.journeys.conftest import Site
from tests.journeys.sight import faults
from tests.robustness.routes import VISITOR, World, routes

# Read by programs, or parts that a script puts into a page which is looked at with them.
NO_SCREENS = {
    "moderation.log_export",
    "moderation.transparency_table",
    "api.similar",
    "companies.complete",
    "pages.robots",
    "pages.sitemap",
    "pages.sitemap_block",
    "pictures.show",
    "pictures.small",
    "static",
    "topics.about",
    "topics.suggestions",
    "web.health",
    "writing.people",
}
# Screens that other people see at an address, or that stand at another than a route's own.
BESIDES = [
    ("asker", "/t/1"),  # whose it is
    ("member", "/t/1"),  # with own answers that are out of sight
    ("employee", "/t/1"),
    (VISITOR, "/t/2"),  # removed
    ("asker", "/t/2"),
    (VISITOR, "/t/3"),  # held
    ("asker", "/t/3"),
    ("moderator", "/t/1"),
    ("moderator", "/moderation"),
    ("moderator", "/moderation?decided=1"),
    ("moderator", "/moderation/cases/1"),
    ("operator", "/moderation/cases/1"),  # another has it
    ("moderator", "/moderation/cases/2"),  # decided
    ("moderator", "/moderation/cases/1/alike"),
    ("moderator", "/decisions/1"),
    ("newcomer", "/account/flags"),  # nothing yet
    ("asker", "/flag/topic/1"),  # their own
    ("member", "/flag/topic/1"),  # flagged already
    ("moderator", "/moderation/modes"),
    ("operator", "/moderation/modes"),
    ("moderator", "/t/1/slow"),
    ("moderator", "/c/brightwave/slow"),
    ("operator", "/log/1"),
    ("operator", "/legal-requests"),
    ("operator", "/legal-requests/1"),
    ("operator", "/legal-requests/2"),  # answered and corrected
    ("operator", "/legal-requests/2/correct"),
    (VISITOR, "/legal-requests/2"),
    (VISITOR, "/log?action=remove"),  # nothing fits
    (VISITOR, "/transparency?company=brightwave"),
    ("juror", "/appeals"),
    ("juror", "/appeals/1"),  # ended
    ("juror", "/appeals/2"),  # theirs to judge
    ("asker", "/appeals/2"),  # their own
    (VISITOR, "/appeals/2"),  # not public yet
    ("moderator", "/c/brightwave/rivals"),
    ("operator", "/people/ada/offices"),
    ("newcomer", "/drafts"),  # nothing yet
    ("newcomer", "/following"),
    ("newcomer", "/notifications"),
    ("newcomer", "/searches"),
    ("member", "/t/1/edit"),  # not theirs
    (VISITOR, "/reset/worn"),  # a link that has been used
    (VISITOR, "/follow"),  # only sent to
    (VISITOR, "/nowhere"),
]
PERSONAL = "It stopped. Write to nora@gmail.com."
# Forms, and what is sent with them so that a screen comes which has no address.
SENT: list[tuple[str, str, dict[str, str]]] = [
    ("member", "topics.post", {}),
    ("member", "topics.post", {"title": "It stopped", "company": "Brightwave", "body": PERSONAL}),
    ("member", "topics.post", {"title": "Is it new?", "company": "Northwind", "look": "1"}),
    (VISITOR, "topics.post", {"guest": "1", "title": "It stopped", "company": "Brightwave"}),
    (VISITOR, "topics.deflect", {"step": "solved", "topic_id": "1", "text": "loses the network"}),
    ("member", "topics.reply", {"body": PERSONAL}),
    ("member", "topics.comment", {"body": PERSONAL}),
    ("asker", "topics.edit_topic", {}),
    ("employee", "topics.edit_reply", {"body": "Turn it off.", "from_number": "1"}),  # a conflict
    ("employee", "topics.edit_reply", {"body": "Turn **it** off.", "preview": "1"}),
    ("member", "companies.open_company", {"name": "Brightwav"}),
    ("member", "companies.open_product", {"name": "Hubs"}),
    ("employee", "companies.names", {"alias": "B"}),
    ("employee", "companies.official_help", {"url": "no address"}),
    ("member", "accounts.settings", {"about": "long " * 200}),
    ("member", "accounts.change_password", {}),
    ("member", "accounts.download", {"current": "not this"}),
    ("newcomer", "accounts.choose_name", {"username": "mira"}),
    (VISITOR, "accounts.sign_in", {"identifier": "mira", "password": "not this"}),
    (VISITOR, "accounts.sign_up", {"username": "mira", "password": "1234567890"}),
    (VISITOR, "accounts.claim", {"not_me": "1"}),
    ("member", "writing.delete", {}),
    ("asker", "moderation.appeal", {}),
    ("juror", "moderation.vote_on_appeal", {}),
    ("operator", "moderation.offices", {}),
    ("member", "companies.employers", {"company": "Brightwav"}),
    ("moderator", "companies.rivals", {"company": "Brightwav"}),
    ("member", "moderation.flag", {}),
    ("moderator", "moderation.decide_case", {}),
    (
        "moderator",
        "moderation.decide_case",  # what the author will read
        {"action": "remove", "rule": "spam", "reason": "It sells pills."},
    ),
    ("moderator", "moderation.alike", {}),
    ("moderator", "moderation.reverse", {}),
    ("operator", "moderation.make_read_only", {}),
    ("operator", "moderation.redact", {}),
    ("operator", "moderation.enter_legal_request", {"country": "Germany"}),
    ("operator", "moderation.answer_legal_request", {}),
    ("operator", "moderation.correct_legal_request", {"country": "Germany"}),
    ("moderator", "moderation.slow_topic", {}),
]
# Forms after which somebody is told that a mail is under way.
MAILED = ("accounts.claim_person", "accounts.forgot", "accounts.sign_in_link", "accounts.sign_up")
# One page with other words in it; three of them are looked at.
LIKE_EACH_OTHER = {
    "errors/error.html",
    *(f"errors/{status}.html" for status in (400, 409, 413, 422, 429, 500, 503)),
}
SEND = """([action, fields]) => {
    const form = Object.assign(document.createElement("form"), { method: "post", action });
    const input = ([name, value]) => Object.assign(document.createElement("input"), { name, value });
    form.append(...Object.entries(fields).map(input));
    document.body.append(form);
    form.submit();
}"""


@pytest.fixture
def world(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """People, a company and a conversation, on a site that counts no tries."""
    monkeypatch.setattr(limiter, "enabled", False)
    with site.app.app_context():
        yield World(site.app)


class Walk:
    """A window that looks at screens, as whoever is to see them."""

    def __init__(self, page: Page, world: World, address: str) -> None:
        self.page = page
        self.world = world
        self.address = address
        self.faults: dict[str, list[str]] = {}

    def open(self, who: str, path: str) -> None:
        """Look at what stands at an address."""
        self._become(who)
        self.page.goto(path)
        self._look(f"{path} as {who}")

    def send(self, who: str, endpoint: str, fields: dict[str, str], *, token: bool = True) -> None:
        """Look at what a form answers with."""
        own = (one for one in routes(self.world.app, "POST") if one.endpoint == endpoint)
        path = self.world.address(next(own).rule)
        self._become(who)
        self.page.goto("/keys")
        known = {"csrf_token": self.world.token()} if token else {}
        with self.page.expect_navigation():
            self.page.evaluate(SEND, [path, {**known, **fields}])
        self._look(f"{path} as {who} with {fields}")

    def _become(self, who: str) -> None:
        name, value = self.world.cookie(who)["Cookie"].split("=", 1)
        cookies = self.page.context
        cookies.clear_cookies()
        cookies.add_cookies([{"name": name, "value": value, "url": self.address}])

    def _look(self, what: str) -> None:
        if found := faults(self.page):
            self.faults[what] = found


def test_axe_finds_nothing_on_any_screen(
    site: Site, open_window: Callable[..., Page], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.expected += [f"status of {code}" for code in (400, 403, 404, 405, 409, 410, 422, 503)]
    seen: set[str | None] = set()
    note = _noting(seen)
    template_rendered.connect(note, site.app)
    walk = Walk(open_window(), world, site.address)

    for route in routes(site.app, "GET"):
        if route.endpoint not in NO_SCREENS and not route.rule.rule.endswith(".atom"):
            good = world.good.get(route.endpoint)
            walk.open(good.who if good else "member", world.address(route.rule))
    for who, path in BESIDES:
        walk.open(who, path)
    for who, endpoint, fields in SENT:
        walk.send(who, endpoint, fields)
    for endpoint in MAILED:
        walk.send(VISITOR, endpoint, world.good[endpoint].fields)
    walk.send("member", "topics.reply", {"body": "Signed in meanwhile."}, token=False)
    monkeypatch.setattr(sessions, "is_fresh", lambda: False)
    walk.open("asker", "/account/leave")  # somebody without a password, a while later
    monkeypatch.setattr(search.index(), "search", Mock(side_effect=SearchUnavailable("Broken.")))
    walk.open("member", "/search?q=hub")
    read_only = "moderation.make_read_only"
    walk.send("operator", read_only, world.good[read_only].fields)
    walk.send("member", "topics.reply", {"body": "Just before."})

    assert walk.faults == {}
    assert _screens(site.app) - seen == set()


def _noting(seen: set[str | None]) -> Callable[..., None]:
    def note(_app: Flask, template: Template, **_: Any) -> None:
        seen.add(template.name)

    return note


def _screens(app: Flask) -> set[str]:
    """Return the names of all templates that are a page."""
    loader = app.jinja_env.loader
    assert loader is not None
    return {
        name
        for name in loader.list_templates()
        if "/_" not in name
        and not name.startswith("mail/")
        and name not in LIKE_EACH_OTHER
        and "{% extends" in loader.get_source(app.jinja_env, name)[0]
    }
