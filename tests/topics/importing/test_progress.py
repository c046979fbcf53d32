"""Somebody who waits sees how far it is."""

import io
import itertools
import time

import pytest
from rich.console import Console

from community.topics.importing.progress import Meter


def test_a_terminal_shows_each_stage_with_its_rate() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=120, _environ={})
    meter = Meter(console)

    with meter.shown():
        meter.begin("Reading [bold]x.xml", 200)
        meter.tell(100, 1_000)
        meter.begin("Importing", None)
        meter.tell(5, 5)
        meter.tell(8, 8, total=10)

    assert "Reading [bold]x.xml" in screen.getvalue()
    assert "50%" in screen.getvalue()
    assert "1,000 rows" in screen.getvalue()
    assert "80%" in screen.getvalue()
    assert "Importing" in screen.getvalue()


def test_elsewhere_a_line_is_written_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = itertools.count(0, 4)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(seconds)))
    written = io.StringIO()
    meter = Meter(Console(file=written, force_terminal=False, width=20, _environ={}))

    with meter.shown():
        meter.begin("Importing [x].jsonl", 600)
        for step in range(1, 7):
            meter.tell(100 * step, 10 * step)

    lines = written.getvalue().splitlines()
    assert lines == [
        "Importing [x].jsonl: 30 rows, 2/s, 50%, 12 s left",
        "Importing [x].jsonl: 60 rows, 2/s, 100%, 0 s left",
    ]
