"""An import that is killed goes on behind its last whole batch; nothing is doubled or lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from community import search
from community.core import clock, outbox
from community.core.db import db
from community.search import IndexBusy, SearchIndex
from community.topics import commands as topics_commands
from community.topics.importing import finishing, load, rendering, writing
from community.topics.importing.interchange import Place, Reader, Thread
from community.topics.importing.rendering import Renderer
from community.topics.importing.report import Report
from community.topics.importing.texts import Text, prepare_all
from community.topics.models import Reply, Topic
from community.topics.services import recount
from tests.topics.importing.conftest import a_row, an_answer

THREADS = 60


@pytest.fixture
def report(tmp_path: Path) -> Iterator[Report]:
    with Report(tmp_path / "rejects.jsonl").open() as opened:
        yield opened


def threads(count: int = THREADS) -> Iterator[Thread]:
    reader = Reader(Mock())
    for number in range(count):
        answers = [an_answer(2 * number), an_answer(2 * number + 1)]
        row = a_row(number, answers=answers)
        yield reader.thread(row, Place("made up", number, row))


def counts() -> tuple[int, int]:
    """Return how many topics and replies there are."""
    topics = db.session.scalar(select(func.count()).select_from(Topic)) or 0
    return topics, db.session.scalar(select(func.count()).select_from(Reply)) or 0


def test_a_failure_between_batches_keeps_those_before(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "THREADS", 10)
    monkeypatch.setattr(load, "BEGUN", 0)

    def broken() -> Iterator[Thread]:
        for number, thread in enumerate(threads()):
            if number == 35:
                raise KeyboardInterrupt
            yield thread

    with Renderer(1) as renderer, pytest.raises(KeyboardInterrupt):
        list(load.load(broken(), report=report, renderer=renderer))
    assert counts() == (30, 60)
    with Renderer(1) as renderer:
        list(load.load(threads(), report=report, renderer=renderer))

    assert counts() == (THREADS, 2 * THREADS)
    assert report.known["topics"] == 30


def test_a_failure_within_a_batch_leaves_nothing_of_it(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recount, "replies_to", Mock(side_effect=KeyboardInterrupt))

    with Renderer(1) as renderer, pytest.raises(KeyboardInterrupt):
        list(load.load(threads(), report=report, renderer=renderer))

    assert counts() == (0, 0)
    assert outbox.waiting() == 0


def test_a_locked_database_is_tried_again(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    really = writing.write
    locked = OperationalError("INSERT", {}, Exception("database is locked"))
    attempts = Mock(side_effect=[locked, None])

    def sometimes(*arguments: object) -> writing.Written:
        attempts()
        return really(*arguments)  # type: ignore[arg-type] # what it was called with

    monkeypatch.setattr(writing, "write", sometimes)

    with Renderer(1) as renderer:
        list(load.load(threads(), report=report, renderer=renderer))

    assert attempts.call_count == 2
    assert counts() == (THREADS, 2 * THREADS)


def test_what_the_database_refuses_does_not_spoil_its_batch(report: Report) -> None:
    found = list(threads(5))
    object.__setattr__(found[2], "kind", "rant")  # past the checks of the reader

    with Renderer(1) as renderer:
        list(load.load(found, report=report, renderer=renderer))

    assert counts()[0] == 4
    assert report.rejected == 1


def test_the_worker_finishes_what_a_dead_import_left(report: Report) -> None:
    with Renderer(1) as renderer:
        list(load.load(threads(), report=report, renderer=renderer))
    assert search.index().count() == 0

    with clock.frozen(clock.now()) as move_on:
        outbox.deliver_due()
        assert search.index().count() == 0  # the import may be about to do it itself
        move_on(finishing.LEFT_TO_US + timedelta(seconds=1))
        outbox.deliver_due()

    assert search.index().count() == THREADS
    assert outbox.waiting() == 0
    assert "agrees" in CliRunner().invoke(topics_commands.recount).output


def test_an_index_that_is_busy_is_left_to_the_worker(report: Report) -> None:
    with Renderer(1) as renderer:
        list(load.load(threads(), report=report, renderer=renderer))
    index = search.index()
    busy = Mock(spec=SearchIndex)
    busy.count.return_value = 0
    busy.rebuild.side_effect = IndexBusy("somebody else writes")
    search.use(busy)

    assert finishing.finish_all() is False

    search.use(index)
    assert outbox.waiting() > 0
    assert "agrees" in CliRunner().invoke(topics_commands.recount).output
    assert finishing.finish_all() is True
    assert search.index().count() == THREADS
    assert outbox.waiting() == 0


def test_texts_are_prepared_the_same_in_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "PAYS_FROM", 1)
    monkeypatch.setattr(rendering, "SHARE", 3)
    texts = [Text(f"<p>number <b>{n}</b></p>", 1_000, is_html=n % 2 == 0) for n in range(10)]

    with Renderer(2) as renderer:
        later = renderer.begin(texts)
        assert renderer._pool is not None
        assert later() == prepare_all(texts)


def test_a_killed_process_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "PAYS_FROM", 1)
    texts = [Text(f"number **{n}**", 1_000) for n in range(10)]

    with Renderer(2) as renderer:
        renderer.begin(texts)()
        assert renderer._pool is not None
        for pid in list(renderer._pool._processes):
            os.kill(pid, signal.SIGKILL)
        assert renderer.begin(texts)() == prepare_all(texts)
        assert renderer.begin(texts)() == prepare_all(texts)


@pytest.mark.slow
def test_kill_minus_nine_loses_and_doubles_nothing(live_app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "threads.jsonl"
    many = 3_000
    with path.open("w", encoding="utf-8") as file:
        for number in range(many):
            answers = [an_answer(number)]
            file.write(json.dumps(a_row(number, answers=answers)) + "\n")
    settings = live_app.config["SETTINGS"]
    environment = os.environ | {
        "COMMUNITY_DATA_DIR": str(settings.data_dir),
        "COMMUNITY_DATABASE_URL": settings.database_url,
    }
    command = [sys.executable, "-m", "community", "import", "jsonl", str(path)]

    with live_app.app_context():
        seen = 0
        for attempt in range(3):
            killed = subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            _wait_for_more_than(seen, killed)
            killed.kill()
            killed.wait()
            seen = _topics()
            assert 0 < seen < many or attempt > 0  # later ones may hit the search index instead
        subprocess.run(command, env=environment, check=True, capture_output=True)

        assert counts() == (many, many)
        assert db.session.scalar(select(func.count(Topic.source_key.distinct()))) == many
        assert search.open_index("whoosh", settings.search_dir).count() == many
        assert outbox.waiting() == 0
        assert "agrees" in CliRunner().invoke(topics_commands.recount).output


def _topics() -> int:
    # Only reads: a transaction that may write would wait for the import, which hardly lets go.
    topics, _ = counts()
    db.session.rollback()  # what it saw, so that the next look is a fresh one
    return topics


def _wait_for_more_than(seen: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a batch has been written, so that each kill comes in the middle."""
    deadline = time.monotonic() + 60
    while _topics() <= seen and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
