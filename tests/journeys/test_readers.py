"""The reader's test in the browser: thirty typed problems, and what the ask box shows for them.

With ``COMMUNITY_SCREENSHOTS_DIR`` the screens are kept there, with a list of what was seen.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from community.core.db import db
from community.demo import content
from community.demo.load import load
from community.search import vectors
from community.topics import handlers
from tests.conftest import TEST_DATABASE_URL, make_app, own_database
from tests.demo.test_readers import FOUND_LEAST, NOISE_MOST
from tests.journeys import screens
from tests.search.readers import PROBLEMS, Problem

OpenWindow = Callable[..., Page]
Colours = Literal["light", "dark"]

# What the problems are typed on, in turn: at a desk by day, on a telephone at night.
WINDOWS: tuple[tuple[ViewportSize, Colours], ...] = (
    ({"width": 1280, "height": 900}, "light"),
    ({"width": 390, "height": 844}, "dark"),
)


@pytest.fixture
def live_app(tmp_path: Path) -> Iterator[Flask]:
    """Stand in for the fixture of that name: the site with the demonstration content."""
    with own_database(TEST_DATABASE_URL) as url:
        app = make_app(tmp_path / "demo", url)
        with app.app_context():
            load(app.config["SETTINGS"])
            while handlers.fill_vectors():
                pass
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody saw who typed a problem."""

    problem: Problem
    titles: tuple[str, ...]
    place: int  # of the first topic that fits, counted from 1; 0 if none does

    @property
    def line(self) -> str:
        """Return a verdict, the problem and what was shown, with tabs between."""
        if self.problem.fits:
            verdict = f"fits at {self.place}" if self.place else "missed"
        else:
            verdict = "noise" if self.titles else "nothing, rightly"
        return "\t".join((verdict, self.problem.typed, " | ".join(self.titles)))


def test_thirty_problems(open_window: OpenWindow, tmp_path: Path) -> None:
    folder = Path(os.environ.get("COMMUNITY_SCREENSHOTS_DIR", tmp_path))
    titles = {topic.key: topic.title for _company, topic in content.read().topics()}
    windows = [_at_the_box(open_window, size, colours) for size, colours in WINDOWS]
    seen = []
    for number, problem in enumerate(PROBLEMS):
        page = windows[number % len(windows)]
        seen.append(_typed(page, problem, {titles[key] for key in problem.fits}))
        page.locator("ask-box").screenshot(path=folder / f"{number + 1:02}.png")
    spaces = vectors.spaces()
    assert spaces
    off = spaces.neighbours(PROBLEMS[0].typed, language="en").reason
    told = "\n".join((f"vectors: {off or 'on'}", *(one.line for one in seen)))
    (folder / "seen.tsv").write_text(f"{told}\n", encoding="utf-8")

    assert sum(one.place > 0 for one in seen) >= FOUND_LEAST, told
    noise = sum(bool(one.titles) for one in seen if not one.problem.fits)
    assert noise <= (NOISE_MOST if off else 0), told


def _at_the_box(open_window: OpenWindow, size: ViewportSize, colours: Colours) -> Page:
    page = open_window(viewport=size, color_scheme=colours)
    page.goto("/")
    return page


def _typed(page: Page, problem: Problem, fitting: set[str]) -> Seen:
    """Type a problem into the empty box, and read the rows."""
    box, rows = page.get_by_label("What do you need help with?"), page.locator("[data-rows]")
    box.fill("")
    expect(rows.locator("> *")).to_have_count(0)
    box.fill(problem.typed)
    expect(rows.locator("[data-say]")).to_have_count(1)
    titles = tuple(screens.rows(page).locator("h3").all_inner_texts())
    places = [place for place, title in enumerate(titles, 1) if title in fitting]
    return Seen(problem, titles, min(places, default=0))
