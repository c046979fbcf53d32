"""``community run``: from an empty folder to a site that answers, and what it refuses."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path

import pytest
from click.testing import CliRunner

from community.cli import main
from community.demo import sign_in

ANSWERS_WITHIN_S = 60  # on a busy machine


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answer(port: int, path: str) -> tuple[int, str]:
    """Return status and text of a page, waiting for the server to be there."""
    deadline = time.monotonic() + ANSWERS_WITHIN_S
    while True:
        try:
            with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as connection:
                connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
            return int(answer.split()[1]), answer
        except (ConnectionError, IndexError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def _running(folder: Path, port: int) -> Iterator[Path]:
    """Run the command in a folder of its own and yield what it prints, as a file.

    It must end well when it is interrupted.
    """
    printed = folder.with_name("printed.txt")
    with printed.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "community", "run"],
            env={"PATH": "/usr/bin:/bin", "COMMUNITY_DATA_DIR": str(folder), "PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield printed
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.sqlite
def test_first_start_makes_everything_and_later_ones_find_it(tmp_path: Path) -> None:
    folder, port = tmp_path / "instance", _free_port()

    with _running(folder, port) as printed:
        status, page = _answer(port, "/")
        assert status == HTTPStatus.OK, printed.read_text()
        assert "Brightwave" in page
        assert "/halo-6-drops-every-device-" in _answer(port, "/search?q=drops+device+night")[1]
    first = printed.read_text()

    with _running(folder, port) as printed:
        assert _answer(port, "/c/brightwave")[0] == HTTPStatus.OK
    second = printed.read_text()

    assert "254 topics" in first
    assert "topics" not in second
    for output in (first, second):
        assert f"http://localhost:{port}" in output
        assert f"written to {folder / 'mail'}" in output
        for what, username in sign_in.ACCOUNTS.items():
            assert re.search(rf"^  {what} +{username}$", output, re.MULTILINE)
        assert "Traceback" not in output
    password = re.compile(r"password +(\S+)")
    assert password.findall(first) == password.findall(second) != []


def test_taken_port_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        result = CliRunner().invoke(
            main, ["run"], env={"COMMUNITY_DATA_DIR": str(tmp_path), "PORT": str(port)}
        )

    assert result.exit_code == 2
    assert f"Port {port} on 127.0.0.1 cannot be used" in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "community.sqlite3").exists()


def test_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["run"], env={"COMMUNITY_DATA_DIR": str(tmp_path), "PORT": "eighty"}
    )

    assert result.exit_code == 2
    assert result.output == (
        "community: PORT is 'eighty'; it must be a whole number from 1 to 65535.\n"
    )


def test_database_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main,
        ["run", "--no-demo"],
        env={
            "COMMUNITY_DATA_DIR": str(tmp_path),
            "COMMUNITY_DATABASE_URL": "sqlite:////nowhere/at/all.sqlite3",
            "PORT": str(_free_port()),
        },
    )

    assert result.exit_code == 2
    assert "community: The database cannot be used: unable to open database file" in result.output
    assert "Check COMMUNITY_DATABASE_URL." in result.output
