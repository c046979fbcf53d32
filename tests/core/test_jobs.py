"""Spare time: what may wait is done a little at a time, after everything else."""

from collections.abc import Iterator

import pytest
from flask import Flask

from community.core import jobs


@pytest.fixture
def spare(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing waits: neither in the list nor in the queue, where other tests leave nudges."""
    monkeypatch.setattr(jobs, "_spare", [])
    app.extensions["huey"].flush()
    jobs._is_spare_waiting.clear()
    yield
    app.extensions["huey"].flush()
    jobs._is_spare_waiting.clear()


def run_queue(app: Flask, *, limit: int = 100) -> int:
    """Run what waits in the queue, as the worker would; return how many tasks."""
    huey, done = app.extensions["huey"], 0
    while (task := huey.dequeue()) and done < limit:
        huey.execute(task)
        done += 1
    return done


@pytest.mark.usefixtures("spare")
def test_it_goes_on_until_nothing_is_left(app: Flask) -> None:
    left = [3]

    def work() -> bool:
        left[0] -= 1
        return left[0] > 0

    jobs.in_spare_time(work)
    jobs.in_spare_time(work)
    jobs.call_spare()
    jobs.call_spare()

    assert app.extensions["huey"].pending_count() == 1
    assert run_queue(app) == 3
    assert left == [0]


@pytest.mark.usefixtures("spare")
def test_whatever_else_waits_goes_first(app: Flask) -> None:
    order: list[str] = []

    def work() -> bool:
        order.append("spare")
        return len(order) < 4

    jobs.in_spare_time(work)
    huey = app.extensions["huey"]
    other = huey.task(name="other")(lambda: order.append("other"))

    jobs.call_spare()
    other()
    huey.execute(huey.dequeue())
    huey.execute(huey.dequeue())
    other()
    run_queue(app)

    assert order == ["other", "spare", "other", "spare"]


@pytest.mark.usefixtures("spare")
def test_one_failure_does_not_keep_the_rest_from_being_done(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done: list[str] = []

    def fails() -> bool:
        raise OSError("disk full")

    def works() -> bool:
        done.append("rest")
        return False

    jobs.in_spare_time(fails)
    jobs.in_spare_time(works)

    assert jobs.do_spare() is False
    assert done == ["rest"]
    assert "tried again in a minute" in caplog.text
