"""How soon a new topic is suggested to others, at a site's size and under load.

``python -m bench new_topic DATA_DIR``: server and worker run as they do for a site. While people type
at a steady rate somebody posts a topic by the form, and we ask for its title until it is among the
suggestions. The worker has just been started, so it spends what time is left on looking through
all topics for missing vectors, as it does each night.
"""

import http.client
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import click
from sqlalchemy import select

from bench.serving import HOST, Poster, member_since, serving, signed_in
from bench.site import SEED, open_site, some_topics
from bench.suggestions import ask, warm
from community.companies.models import Company
from community.core import clock
from community.core.db import db, transaction
from community.search.evaluation import quantile
from community.topics import indexing
from community.topics.models import TITLE_MAX
from community.topics.queries import TEXT_MIN

CLIENTS = 16  # people who wait for an answer at once
PAUSE = 0.05  # seconds between two looks for the new topic
PATIENCE = 60.0  # seconds
BETWEEN = 2.0  # seconds between two topics
# Seconds from the start of the load to the first topic: by then the worker has loaded the models and
# begun to look through all topics, and whoever types finds the server as busy as it stays.
SETTLING = 5.0


class Load:
    """People who type, together at a steady rate, whether or not answers come in time.

    An answer's time is counted from when the question was due: who waits in a queue of ours
    waits.
    """

    def __init__(self, port: int, texts: Sequence[str], rate: float) -> None:
        self._port, self._texts, self._pause = port, texts, 1 / rate
        self._stop = threading.Event()
        self.times_ms: list[float] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep typing while the block runs.

        Raises:
            Exception: what the first question that was not answered raised.
        """
        with ThreadPoolExecutor(CLIENTS) as people:
            keeping = people.submit(self._keep_on, people)
            try:
                yield
            finally:
                self._stop.set()
                keeping.result()

    def _keep_on(self, people: ThreadPoolExecutor) -> None:
        due = time.perf_counter()
        asked: list[Future[None]] = []
        while not self._stop.wait(max(0.0, due - time.perf_counter())):
            asked.append(people.submit(self._ask, self._texts[len(asked) % len(self._texts)], due))
            due += self._pause
        for one in asked:
            one.result()

    def _ask(self, text: str, due: float) -> None:
        with closing(http.client.HTTPConnection(HOST, self._port)) as connection:
            ask(connection, text)
        self.times_ms.append((time.perf_counter() - due) * 1e3)


@click.command()
@click.argument("data_dir", type=click.Path(exists=True, path_type=Path))
@click.option("--engine", default="whoosh", show_default=True, help="Write this engine's index.")
@click.option("--tries", default=10, show_default=True, help="Topics to post.")
@click.option("--rate", default=20.0, show_default=True, help="Suggestions asked for each second.")
def main(*, data_dir: Path, engine: str, tries: int, rate: float) -> None:
    """Post topics at the site in DATA_DIR, and say how long it took until each was found."""
    app = open_site(data_dir, engine)
    with app.app_context():
        told = [title for title, _ in some_topics(200)]
        with transaction():
            member = member_since(clock.now())
        poster = Poster("/ask", *signed_in(app, member))
        company = db.session.scalars(select(Company.name).order_by(Company.id).limit(1)).one()
        total = indexing.visible_count()
    chance = random.Random(SEED)
    typed = [title[: chance.randint(TEXT_MIN, len(title))] for title in told]
    with serving("bench.unlimited:app") as server, _worker():
        warm(server.port, typed)
        load = Load(server.port, typed, rate)
        with load.running():
            time.sleep(SETTLING)
            took = []
            for number in range(tries):
                title = _new_title(told)
                took.append(_seconds_until_found(server.port, poster, company, title))
                click.echo(f"{number + 1}: {took[-1]:.2f} s")
                time.sleep(BETWEEN)
    click.echo(
        f"{total:,} topics, {engine}: a new one is found after {quantile(took, 0.5):.2f} s "
        f"in the middle, {max(took):.2f} s at most."
    )
    times = load.times_ms
    click.echo(
        f"Meanwhile {len(times):,} suggestions at {rate:.0f}/s: p50 {quantile(times, 0.5):.0f} ms, "
        f"p95 {quantile(times, 0.95):.0f} ms, slowest {max(times):.0f} ms."
    )


@contextmanager
def _worker() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "community", "worker"], env=os.environ)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def _new_title(titles: Sequence[str]) -> str:
    """Return half of a title and half of another, other ones at each run.

    Who posts the same twice is led to the topic that is there.
    """
    first, second = random.sample(titles, 2)
    return f"{first[: TITLE_MAX // 2]} {second[: TITLE_MAX // 2 - 1]}"


def _seconds_until_found(port: int, poster: Poster, company: str, title: str) -> float:
    """Post a topic; return the seconds from sending it to the answer that holds it."""
    begun = time.perf_counter()
    with closing(http.client.HTTPConnection(HOST, port)) as connection:
        address = re.escape(_post(connection, poster, company, title))
        while time.perf_counter() - begun < PATIENCE:
            rows, _ = ask(connection, title)
            if re.search(rf'{address}[/"?#]'.encode(), rows):
                return time.perf_counter() - begun
            time.sleep(PAUSE)
    raise click.ClickException(f"“{title}” was not found within {PATIENCE:.0f} s.")


def _post(connection: http.client.HTTPConnection, poster: Poster, company: str, title: str) -> str:
    """Post a topic as the form does whose asker has seen the answers. Return its address."""
    form = {
        "title": title,
        "company": company,
        "kind": "problem",
        "body": "It began yesterday.",
        "turned_down": "none",
    }
    address = poster.post(connection, form)
    found = re.search(r"/t/\d+", address)
    if found is None:
        raise click.ClickException(f"The topic was answered with {address}.")
    return found[0]


if __name__ == "__main__":
    main()
