"""Whoever works at a company presses every button there is at a topic that criticises it, in a real browser.

What becomes of each request is proved in `tests/neutrality`. This is the same as a person would try
it: all that the pages offer, and then every address, with forms that are good.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import APIResponse, Page, Request, Response, expect
from sqlalchemy import select

from community.core.db import db
from community.moderation.models import Appeal, Case, Decision, Flag, LogEntry
from community.web.limits import limiter
from tests.journeys.conftest import Site
from tests.neutrality import table
from tests.neutrality.effects import BARRED, Effect, Rows, effects, rows_of
from tests.neutrality.world import COMPANY, Stage
from tests.robustness.routes import SAME_ORIGIN, Route, routes

OpenWindow = Callable[..., Page]
ALLOWED = frozenset(Effect) - BARRED
# Parts of addresses that name what customers wrote, and what was decided about it.
NAMES = {
    "appeal_id",
    "case_id",
    "company_slug",
    "decision_id",
    "flag_id",
    "mode_id",
    "product_slug",
    "reply_id",
    "request_id",
    "seq",
    "target_id",
    "topic_id",
}
PRESSES = ("employee", "owner")  # the others see the same buttons
MANY = 40  # things to press on the page of a topic
SOON_MS, STILL = 50, 3  # so often nothing is under way: it has come to rest
ENDS_SESSION = "/signout"
AGO = re.compile(r"just now|\d+ (?:second|minute)s? ago")

# What is on a page to be pressed, as (what it does, what it is called).
CONTROLS = """() => [...document.querySelectorAll("button, summary, a.button, input[type=submit]")]
    .map((one) => [
        one.getAttribute("formaction") ?? one.getAttribute("href") ?? one.form?.getAttribute("action") ?? "",
        one.name ?? "", one.value ?? "", one.textContent.trim(),
    ].join(" "))"""
# Fills in what can be filled in, as somebody would who wants a topic gone.
FILL = """(words) => {
    for (const one of document.querySelectorAll("main textarea, main input[type=text]")) one.value = words;
    for (const one of document.querySelectorAll("main select")) one.selectedIndex = one.options.length - 1;
}"""
PRESS = """(index) => document.querySelectorAll("button, summary, a.button, input[type=submit]")[index].click()"""
# The topic as a visitor reads it, without where the company says that it stands, and without what
# the company's people wrote, which is marked as theirs.
SEEN = """() => {
    const main = document.querySelector("main").cloneNode(true);
    for (const mark of main.querySelectorAll(".reply-head :is(.tag-official, .tag-works)")) mark.closest("li")?.remove();
    return [...main.querySelectorAll("h1, .prose, .verdicts, .gone, .cover, .reply .count, .reply-elsewhere, .tag")]
        .map((one) => one.textContent);
}"""


@pytest.fixture
def stage(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Customers who criticise a company, on a site that counts no tries."""
    monkeypatch.setattr(limiter, "enabled", False)
    with site.app.app_context():
        yield Stage(site.app)


class Person:
    """Somebody with a window of their own."""

    def __init__(self, page: Page, stage: Stage, who: str, address: str) -> None:
        self.page = page
        self.stage = stage
        self.faults: list[str] = []
        self.tried: set[str] = set()
        self._underway: set[Request] = set()
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("request", self._begins)
        page.on("requestfinished", self._ends)
        page.on("requestfailed", self._ends)
        page.on("response", self._note)
        name, value = stage.cookie(who)["Cookie"].split("=", 1)
        page.context.add_cookies([{"name": name, "value": value, "url": address}])

    def press_everything(self, path: str) -> None:
        """Press each button and menu of a page once, with all that can be filled in filled in."""
        while (index := self._next_control(path)) is not None:
            self.page.evaluate(FILL, f"We see it otherwise, for reason {len(self.tried)}.")
            self.page.evaluate(PRESS, index)
            self._settle()

    def _next_control(self, path: str) -> int | None:
        self.page.goto(path)
        self._settle()
        for index, control in enumerate(self.page.evaluate(CONTROLS)):
            if control not in self.tried and ENDS_SESSION not in control:
                self.tried.add(control)
                return index
        return None

    def _settle(self) -> None:
        """Wait until nothing follows any more from a press: one request may lead to another."""
        still = 0
        while still < STILL:
            self.page.wait_for_timeout(SOON_MS)
            still = 0 if self._underway else still + 1

    def _begins(self, request: Request) -> None:
        self._underway.add(request)

    def _ends(self, request: Request) -> None:
        self._underway.discard(request)

    def read(self, path: str) -> None:
        """Read what stands at an address."""
        self._note(self.page.request.get(path, headers=SAME_ORIGIN, max_redirects=0))

    def send(self, path: str, fields: Mapping[str, Any]) -> None:
        """Send a form, with the token that its page would carry."""
        form = {**fields, "csrf_token": self.stage.token()}
        self._note(self.page.request.post(path, form=form, headers=SAME_ORIGIN, max_redirects=0))

    def _note(self, answer: Response | APIResponse) -> None:
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.faults.append(f"{answer.url}: {answer.status}")


@pytest.mark.parametrize("who", COMPANY)
def test_whatever_they_press_customers_words_stay(
    site: Site, open_window: OpenWindow, stage: Stage, who: str
) -> None:
    site.expected.append("Failed to load resource")  # most of what they try is refused
    topic = f"/t/{stage.topic.id}/{stage.topic.slug}"
    visitor = open_window()
    seen, rows = _seen(visitor, topic), _rows()
    assert "nobody of Brightwave cares" in "".join(seen)
    person = Person(open_window(), stage, who, site.address)

    if who in PRESSES:
        person.press_everything(topic)
        assert len(person.tried) > MANY
    for path in _addresses(site.app, stage):
        person.read(path)
    for endpoint, path in _forms(site.app, stage):
        for one in table.tries(stage, endpoint):
            person.send(path, {**stage.good[endpoint].fields, **one.fields})
    site.work()

    assert person.faults == []
    done = effects(rows, _rows(), by=stage.user_id(who))
    assert done <= ALLOWED, sorted(done - ALLOWED)
    assert {Effect.SPEAKS, Effect.OFFICIAL, Effect.STATUS} <= done  # they did get through
    visitor.goto(topic)
    expect(visitor.get_by_text("speaking for Brightwave").first).to_be_visible()

    _take_back(person)
    assert _seen(visitor, topic) == seen


def _rows() -> Rows:
    rows = rows_of(db.session.connection())
    db.session.rollback()
    return rows


def _seen(visitor: Page, topic: str) -> list[str]:
    """Return what a visitor reads of the topic, but for what the company's people said."""
    visitor.goto(topic)
    return [AGO.sub("some time ago", text) for text in visitor.evaluate(SEEN)]


def _take_back(person: Person) -> None:
    """Take one's own verdicts back, and let the company's answer be what it was."""
    stage = person.stage
    for reply in (stage.answer, stage.worked, stage.reply):
        for verdict in ("vote", "outcome", "accept"):
            person.send(f"/r/{reply.id}/{verdict}", {"value": "0"})
    person.send(f"/t/{stage.topic.id}/me-too", {"value": "0"})
    person.send(f"/r/{stage.reply.id}/official", {"value": "1"})


def _forms(app: Flask, stage: Stage) -> Iterator[tuple[str, str]]:
    """Yield each endpoint that takes a form, with each address of what customers wrote."""
    for route in routes(app, "POST"):
        for path in _addresses_of(route, stage):
            yield route.endpoint, path


def _addresses(app: Flask, stage: Stage) -> Iterator[str]:
    """Yield each address that names what customers wrote, or what was decided about it."""
    for route in routes(app, "GET"):
        yield from _addresses_of(route, stage)


def _addresses_of(route: Route, stage: Stage) -> Iterator[str]:
    if not route.rule.arguments & NAMES:
        return
    if "what" in route.rule.arguments:
        for what, target_id in _targets(stage):
            yield stage.address(route.rule, what=what, target_id=target_id)
        return
    named = {name: ids for name, ids in _ids(stage).items() if name in route.rule.arguments}
    for ids in itertools.product(*named.values()):
        yield stage.address(route.rule, **dict(zip(named, ids, strict=True)))


def _targets(stage: Stage) -> Iterator[tuple[str, str]]:
    """Yield what can be flagged."""
    for topic in (stage.topic, stage.quiet, stage.idea):
        yield "topic", str(topic.id)
    for reply in (stage.answer, stage.worked, stage.remark):
        yield "reply", str(reply.id)
    yield "person", str(stage.customer.id)


def _ids(stage: Stage) -> dict[str, list[str]]:
    """Return the ids of what customers wrote, flagged and appealed, by their part of an address."""
    columns = {
        "appeal_id": Appeal.id,
        "case_id": Case.id,
        "decision_id": Decision.id,
        "flag_id": Flag.id,
        "seq": LogEntry.seq,
    }
    found = {
        name: [str(id_) for id_ in db.session.scalars(select(column).order_by(column))]
        for name, column in columns.items()
    }
    for what, name in (("topic", "topic_id"), ("reply", "reply_id")):
        found[name] = [id_ for kind, id_ in _targets(stage) if kind == what]
    db.session.rollback()
    return found
