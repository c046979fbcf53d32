"""The site as its operator runs it, in processes of its own, and people who use it over HTTP.

Reads Linux's ``/proc`` to know which processes there are.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from html import unescape
from http import HTTPStatus
from http.client import (  # noqa: TID251 (asks the site that the test has started)
    HTTPConnection,
    HTTPException,
)
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

from flask import Flask

from community.core.config import Settings

HOST = "127.0.0.1"
ANSWERS_WITHIN_S = 20.0
Value = TypeVar("Value")


class NotSent(Exception):
    """Nobody listened: nothing of the request has reached the site."""


class CutOff(Exception):
    """The connection ended before the answer: nobody knows whether the request was done."""


@dataclass(frozen=True)
class Answer:
    """What the site answered."""

    status: int
    location: str
    text: str


def until(look: Callable[[], Value], *, within_s: float = ANSWERS_WITHIN_S) -> Value:
    """Look again and again until there is something to see, and return it."""
    deadline = time.monotonic() + within_s
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return seen


def environment_of(app: Flask, **more: str) -> dict[str, str]:
    """Return the environment in which a command works on the data of ``app``."""
    settings: Settings = app.config["SETTINGS"]
    return {
        "PATH": os.environ.get("PATH", ""),
        "COMMUNITY_DATA_DIR": str(settings.data_dir),
        "COMMUNITY_DATABASE_URL": settings.database_url,
        "COMMUNITY_TRUSTED_PROXIES": "1",
        **more,
    }


def command(app: Flask, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the site to its end."""
    return subprocess.run(
        [sys.executable, "-m", "community", *arguments],
        env=environment_of(app),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    with suppress(FileNotFoundError, ProcessLookupError):
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in found if command_line_of(int(child))]
    return []


def command_line_of(pid: int) -> list[str]:
    """Return the words of a process's command line, none if it has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    return []


@dataclass
class Running:
    """A site that runs."""

    port: int
    process: subprocess.Popen[str]

    def web_servers(self) -> list[int]:
        """Return gunicorn's master, unless it has just been killed."""
        return [pid for pid in self._children() if "gunicorn" in command_line_of(pid)]

    def web_processes(self) -> list[int]:
        """Return the processes that answer requests."""
        return [child for pid in self.web_servers() for child in children_of(pid)]

    def workers(self) -> list[int]:
        """Return the worker, unless it has just been killed."""
        return [pid for pid in self._children() if "worker" in command_line_of(pid)]

    def _children(self) -> list[int]:
        return children_of(self.process.pid)

    def answers(self) -> bool:
        """Tell whether the site is up."""
        try:
            return Browser(self.port).get("/healthz").status == HTTPStatus.OK
        except (NotSent, CutOff):
            return False


@contextmanager
def running(app: Flask) -> Iterator[Running]:
    """Run ``community run`` on the data of ``app``; it must end well when it is asked to."""
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "community", "run", "--no-demo"],
        env=environment_of(app, PORT=str(port)),
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        site = Running(port, process)
        until(site.answers, within_s=60)
        yield site
        family = [pid for child in children_of(process.pid) for pid in (child, *children_of(child))]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert not [pid for pid in family if command_line_of(pid)]
    finally:
        process.kill()
        process.wait()


@dataclass
class Browser:
    """Somebody's browser: it keeps cookies and sends what our own pages would send.

    Behind a proxy that we believe, each ``address`` is another customer's.
    """

    port: int
    address: str = "198.51.100.1"
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    is_signed_in: bool = False

    def get(self, path: str) -> Answer:
        """Open a page, and remember the token of its forms."""
        answer = self._ask("GET", path)
        if found := re.search(r'name="csrf_token"[^>]* value="([^"]+)"', answer.text):
            self.token = unescape(found.group(1))
        return answer

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form.

        Raises:
            NotSent: nobody listened.
            CutOff: the connection ended before the answer.
        """
        return self._ask("POST", path, urlencode({"csrf_token": self.token, **fields}))

    def sign_in(self, username: str, password: str) -> None:
        """Sign in by the form, and open a page whose forms carry the new session's token."""
        self.get("/signin")
        answer = self.post("/signin", identifier=username, password=password)
        assert answer.status == HTTPStatus.SEE_OTHER, answer.text
        self.get("/account")
        self.is_signed_in = True

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": self.address,
            "Connection": "close",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Sec-Fetch-Site"] = "same-origin"
        connection = HTTPConnection(HOST, self.port, timeout=ANSWERS_WITHIN_S)
        with closing(connection):
            try:
                connection.connect()
            except OSError as error:
                raise NotSent from error
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                text = response.read().decode()
            except (OSError, HTTPException) as error:
                raise CutOff from error
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, response.headers.get("Location", ""), text)
