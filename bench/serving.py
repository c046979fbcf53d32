"""How fast pages are served, each as a ratio to a bare Flask view of the same bytes.

Two real servers run side by side with the same settings: the site, and a Flask
application of one view that returns what the site answered. They are measured in turn,
round after round, so that a noisy machine disturbs both alike; the ratio is the median
of the rounds' ratios. Load comes from `wrk`: 8 kept-alive connections.
"""

import http.client
import json
import os
import re
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, urlencode

import click
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select

from bench.site import open_site
from community.accounts.models import User
from community.accounts.services import begin_session
from community.companies.models import Company
from community.core.db import db, transaction
from community.topics import services
from community.topics.models import Reply, Topic

CONNECTIONS = 8
ROUNDS = 5
SECONDS = 3
ADDRESSES = 200  # different topics, so that no page is always the same
LONG = 200  # replies of the long topic
POSTS = 300
HOST = "127.0.0.1"
MEMBER = "bench-member"

ROTATE = """
local paths = {%s}
local next_path = 0
request = function()
  next_path = next_path %% #paths + 1
  return wrk.format("GET", paths[next_path], {%s})
end
done = function(summary, latency, _)
  io.write(string.format('{"requests": %%d, "duration_us": %%d, "p50_us": %%d, "p99_us": %%d, "errors": %%d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.read + summary.errors.timeout + summary.errors.connect))
end
"""


@dataclass(frozen=True)
class Case:
    """One kind of page: where it is, and who reads it."""

    name: str
    paths: tuple[str, ...]
    cookie: str = ""


@dataclass(frozen=True)
class Poster:
    """Where replies are posted, by whom."""

    path: str
    cookie: str
    token: str

    def post(self, connection: http.client.HTTPConnection, form: dict[str, str]) -> str:
        """Send a form as a browser does. Return the address that it leads to.

        Raises:
            click.ClickException: it leads to none.
        """
        headers = {
            "Cookie": self.cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
        }
        filled = urlencode({**form, "csrf_token": self.token})
        connection.request("POST", self.path, filled, headers)
        answer = connection.getresponse()
        page = answer.read()
        if answer.status != HTTPStatus.SEE_OTHER:
            raise click.ClickException(
                f"{self.path} was answered with {answer.status}: {page[:2000]!r}"
            )
        return answer.headers["Location"]


@dataclass(frozen=True)
class Server:
    """A server that runs: its port, and its first process, whose children answer."""

    port: int
    pid: int


@dataclass(frozen=True)
class Measured:
    """One round of load."""

    per_second: float
    p50_ms: float
    p99_ms: float


@click.command()
@click.argument("data_dir", type=click.Path(exists=True, path_type=Path))
@click.option("--rounds", default=ROUNDS, show_default=True, help="Rounds for each page.")
@click.option("--seconds", default=SECONDS, show_default=True, help="Length of a round.")
@click.option("--only", default="", help="Measure the pages whose name holds this.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(data_dir: Path, rounds: int, seconds: int, only: str, as_json: bool) -> None:
    """Measure the site in DATA_DIR, which should hold imported content."""
    cases, poster = _prepare(open_site(data_dir))
    results: dict[str, dict[str, float]] = {}
    with serving("bench.unlimited:app") as server:
        site = server.port
        for case in cases:
            if only in case.name:
                results[case.name] = _compare(site, case, rounds, seconds)
                if not as_json:
                    click.echo(_line(case.name, results[case.name]))
        if only in "posting a reply":
            results["posting a reply"] = _post_replies(site, poster)
            if not as_json:
                posted = results["posting a reply"]
                click.echo(
                    f"{'posting a reply':34} {posted['per_second']:8.1f}/s one after another"
                    f"   p50 {posted['p50_ms']:.1f} ms   p99 {posted['p99_ms']:.1f} ms"
                )
    if as_json:
        click.echo(json.dumps(results, indent=2))


def _line(name: str, found: dict[str, float]) -> str:
    return (
        f"{name:34} {found['per_second']:8.1f}/s   p50 {found['p50_ms']:6.1f} ms"
        f"   p99 {found['p99_ms']:6.1f} ms   bare {found['bare_per_second']:8.1f}/s"
        f"   ratio {found['ratio']:.3f} ({found['ratio_min']:.3f} to {found['ratio_max']:.3f})"
    )


def _prepare(app: Flask) -> tuple[list[Case], Poster]:
    """Choose pages, make the topic of `LONG` replies, and a session to read and post with."""
    with app.app_context():
        long = _long_topic()
        cookie, token = signed_in(app, db.session.get_one(User, long.author_id))
        short = tuple(f"/t/{topic.id}/{topic.slug}" for topic in _topics_of(5))
        slugs = db.session.scalars(
            select(Company.slug)
            .join(Topic, Topic.company_id == Company.id)
            .group_by(Company.id, Company.slug)
            .order_by(func.count().desc())
            .limit(5)
        ).all()
        titles = db.session.scalars(select(Topic.title).order_by(Topic.id).limit(ADDRESSES)).all()
        read = f"/t/{long.id}/{long.slug}"
        poster = Poster(f"/t/{long.id}/replies", cookie, token)
    listing = tuple(f"/c/{slug}" for slug in slugs)
    searches = tuple("/search?q=" + "+".join(re.findall(r"[a-z]+", one)[:5]) for one in titles)
    cases = [
        Case("topic, 5 replies, anonymous", short),
        Case("topic, 5 replies, signed in", short, cookie),
        Case("topic, 200 replies, anonymous", (read,)),
        Case("topic, 200 replies, signed in", (read,), cookie),
        Case("home, anonymous", ("/",)),
        Case("home, signed in", ("/",), cookie),
        Case("listing, anonymous", listing),
        Case("listing, signed in", listing, cookie),
        Case("search, anonymous", searches),
    ]
    return cases, poster


def _topics_of(replies: int) -> Sequence[Topic]:
    return db.session.scalars(
        select(Topic).where(Topic.reply_count == replies).order_by(Topic.id).limit(ADDRESSES)
    ).all()


def _long_topic() -> Topic:
    """Return a topic of at least `LONG` replies, making one the first time."""
    found = db.session.scalar(select(Topic).where(Topic.reply_count >= LONG).limit(1))
    if found is not None:
        return found
    bodies = db.session.scalars(select(Reply.body).order_by(Reply.id).limit(LONG)).all()
    with transaction():
        topic = db.session.scalars(select(Topic).order_by(Topic.id).limit(1)).one()
        asker = db.session.get_one(User, topic.author_id)
        member = member_since(asker.created_at)
        topic.author_id = member.id  # somebody who may sign in and post
        for body in bodies:
            services.post_reply(member, topic, body=body)
    return topic


def member_since(joined_at: datetime) -> User:
    """Return the member who reads and posts here, made the first time, in the transaction."""
    found = db.session.scalar(select(User).where(User.username == MEMBER))
    if found is None:
        found = User(
            username=MEMBER,
            username_key=MEMBER,
            email="bench@mail.example",
            email_verified_at=joined_at,
        )
        db.session.add(found)
        db.session.flush()
    return found


def signed_in(app: Flask, user: User) -> tuple[str, str]:
    """Begin a session. Return its cookie, and the token that its forms carry."""
    raw = secrets.token_hex(20)
    with transaction():
        key = begin_session(user, device="bench")
    token = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(raw)
    return _session_cookie(app, {"_user_id": key, "csrf_token": raw}), token


def _session_cookie(app: Flask, values: dict[str, str]) -> str:
    """Return the cookie of a session that holds ``values``, as the site would sign it."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None  # the application has a key
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(values)}"


def _compare(site: int, case: Case, rounds: int, seconds: int) -> dict[str, float]:
    """Measure a page and a bare view of its bytes in turn."""
    body = _get(site, case.paths[0], case.cookie)
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        with serving("bench.bare:app", BENCH_BODY=file.name) as bare:
            _load(site, case, 1)  # warm
            _load(bare.port, Case("bare", ("/",)), 1)
            pairs = [
                (_load(bare.port, Case("bare", ("/",)), seconds), _load(site, case, seconds))
                for _ in range(rounds)
            ]
    ratios = [ours.per_second / theirs.per_second for theirs, ours in pairs]
    return {
        "per_second": statistics.median(ours.per_second for _, ours in pairs),
        "p50_ms": statistics.median(ours.p50_ms for _, ours in pairs),
        "p99_ms": statistics.median(ours.p99_ms for _, ours in pairs),
        "bare_per_second": statistics.median(theirs.per_second for theirs, _ in pairs),
        "ratio": statistics.median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
        "bytes": len(body),
    }


def _post_replies(site: int, poster: Poster) -> dict[str, float]:
    """Post replies one after another over one connection."""
    connection = http.client.HTTPConnection(HOST, site)
    times = []
    for number in range(POSTS):
        form = {"body": f"It worked after the restart, number {number}."}
        begun = time.perf_counter()
        poster.post(connection, form)
        times.append(time.perf_counter() - begun)
    times.sort()
    return {
        "per_second": POSTS / sum(times),
        "p50_ms": times[POSTS // 2] * 1000,
        "p99_ms": times[int(POSTS * 0.99)] * 1000,
    }


def _load(port: int, case: Case, seconds: int) -> Measured:
    """Run `wrk` against the paths of a page in turn."""
    paths = ", ".join(json.dumps(quote(path, safe="/?=+&")) for path in case.paths)
    cookie = f'["Cookie"] = {json.dumps(case.cookie)}' if case.cookie else ""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(ROTATE % (paths, cookie))
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script.name]
        done = subprocess.run(
            [*command, f"http://{HOST}:{port}"], check=True, capture_output=True, text=True
        )
    _, brace, figures = done.stdout.partition("{")
    if not brace:
        raise click.ClickException(f"wrk said: {done.stdout}{done.stderr}")
    found = json.loads(brace + figures)
    if found["errors"]:
        raise click.ClickException(f"{found['errors']} errors at {case.paths[0]}.")
    return Measured(
        found["requests"] / found["duration_us"] * 1e6, found["p50_us"] / 1e3, found["p99_us"] / 1e3
    )


@contextmanager
def serving(application: str, **environment: str) -> Iterator[Server]:
    """Serve ``module:name`` by gunicorn with the site's own settings."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--config", "python:community.serving"),
            *("--bind", f"{HOST}:{port}", application),
        ],
        env={**os.environ, **environment},
    )
    try:
        _wait_for(port)
        yield Server(port, server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.1)
    raise click.ClickException("The server did not start.")


def _get(port: int, path: str, cookie: str) -> bytes:
    connection = http.client.HTTPConnection(HOST, port)
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    if answer.status != HTTPStatus.OK:
        raise click.ClickException(f"{path} answers {answer.status}.")
    return answer.read()


if __name__ == "__main__":
    main()
