"""How long it takes to write, download and check a public log, and what is found when it is broken.

``python -m bench public_log``: a new site in a temporary folder, whose rows are written by the
service that writes all rows, in transactions of a thousand. Checking is timed as people do it, by
the command, with the start of Python in it.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from flask import Flask

from bench.site import open_site
from community.core import migrating
from community.core.db import transaction
from community.moderation.models import LogAction, LogRole
from community.moderation.services import log
from community.topics.models import Rule

TOGETHER = 1000  # rows in one transaction
REASON = "It repeats an offer in 14 topics about other things, with the same address in each."


@click.command()
@click.option("--rows", default=100_000, show_default=True, help="How long the log is.")
def main(rows: int) -> None:
    """Write, download and check a public log of many rows, then break it in five ways."""
    with tempfile.TemporaryDirectory() as folder:
        app = open_site(Path(folder))
        with app.app_context():
            migrating.upgrade_if_behind()
            seconds = _timed(lambda: _write(rows))
            print(f"written by the service: {seconds:.1f} s, {rows / seconds:,.0f} rows/s")
        file = Path(folder) / "log.jsonl"
        seconds = _timed(lambda: file.write_bytes(_download(app)))
        print(f"downloaded: {seconds:.1f} s, {file.stat().st_size / 1e6:.1f} MB")
        _check("the file", str(file))
        _check("the table")
        whole = file.read_bytes().splitlines(keepends=True)
        for what, broken in _broken(whole):
            file.write_bytes(b"".join(broken))
            _check(what, str(file))


def _write(rows: int) -> None:
    for start in range(0, rows, TOGETHER):
        with transaction():
            for number in range(start, min(start + TOGETHER, rows)):
                log.append(
                    LogAction.REMOVE,
                    role=LogRole.MODERATOR,
                    target=f"reply {number + 1}",
                    rule=Rule.SPAM,
                    company=f"company-{number % 97}",
                    details={"decision": number + 1},
                    texts={"reason": REASON, "moderator": f"moderator-{number % 7}"},
                )


def _download(app: Flask) -> bytes:
    content: bytes = app.test_client().get("/log.jsonl").data
    return content


def _check(what: str, *arguments: str) -> None:
    started, before = time.perf_counter(), _cpu_of_children()
    done = subprocess.run(
        [sys.executable, "-m", "community", "log", "verify", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    seconds, used = time.perf_counter() - started, _cpu_of_children() - before
    said = (done.stdout or done.stderr).splitlines()[0]
    print(
        f"{what}: {seconds:.1f} s ({used:.1f} s of processor time), ends with {done.returncode}: {said}"
    )


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _broken(whole: Sequence[bytes]) -> list[tuple[str, list[bytes]]]:
    """Return what was done to a log, and its lines then."""
    middle = len(whole) // 2
    flipped = bytearray(whole[middle])
    flipped[100] ^= 1
    head, tail = list(whole[:middle]), list(whole[middle + 1 :])
    return [
        ("one bit flipped", [*head, bytes(flipped), *tail]),
        ("one row taken out", [*head, *tail]),
        ("two rows swapped", [*head, tail[0], whole[middle], *tail[1:]]),
        ("the last row cut off", [*whole[:-2], whole[-1]]),
        ("the file cut in the middle", [*head, whole[middle][:100]]),
    ]


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
