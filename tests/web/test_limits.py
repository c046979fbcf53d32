"""How often one may try: counted once for all threads and processes, never a stumbling block."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from flask import Flask
from limits import parse

from community.web import limits
from community.web.limits import SharedCounts
from tests.conftest import Client

TIMES = 200
ADD = """
import sys
from community.web.limits import SharedCounts
counts = SharedCounts(sys.argv[1])
for _ in range(int(sys.argv[2])):
    counts.incr("key", 60)
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where the counts lie, in a folder whose name is awkward in an address."""
    folder = tmp_path / "a b%c"
    folder.mkdir()
    return f"sqlite://{str(folder).replace('%', '%25').replace(' ', '%20')}/limits.sqlite3"


@pytest.fixture
def counts(url: str) -> SharedCounts:
    return SharedCounts(url)


def test_a_count_is_kept_for_its_window_and_no_longer(
    counts: SharedCounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = time.time()
    assert [counts.incr("a", 60), counts.incr("a", 60, amount=3), counts.incr("b", 60)] == [1, 4, 1]
    assert start + 60 <= counts.get_expiry("a") <= time.time() + 60

    monkeypatch.setattr(time, "time", lambda: start + 61)

    assert counts.get("a") == 0
    assert counts.incr("a", 60) == 1


def test_tries_within_a_window_do_not_make_it_longer(
    counts: SharedCounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts.incr("a", 60)
    end = counts.get_expiry("a")
    monkeypatch.setattr(time, "time", lambda: end - 1)
    counts.incr("a", 60)

    assert counts.get_expiry("a") == end


def test_counts_are_forgotten_one_by_one_or_all(counts: SharedCounts) -> None:
    for key in ("a", "b", "c"):
        counts.incr(key, 60)
    counts.clear("a")

    assert (counts.get("a"), counts.get("b")) == (0, 1)
    assert counts.reset() == 2
    assert counts.get("b") == 0
    assert counts.check()


def test_old_counts_are_swept_out_at_start(url: str, counts: SharedCounts) -> None:
    counts.incr("old", -1)
    counts.incr("new", 60)

    SharedCounts(url)

    assert counts.reset() == 1


def test_threads_and_processes_count_together(url: str, counts: SharedCounts) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", ADD, url, str(TIMES)]) for _ in range(2)]

    def add() -> None:
        for _ in range(TIMES):
            counts.incr("key", 60)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait(timeout=60) for process in processes] == [0, 0]

    assert counts.get("key") == 6 * TIMES


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("2001:db8::9", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("a socket", "a socket"),
        ("", "unknown"),
    ],
)
def test_whose_a_request_is(app: Flask, address: str, key: str) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert limits.whose() == key


def test_a_purpose_and_a_name_have_their_own_tries(app: Flask) -> None:
    with app.test_request_context():
        assert limits.spend("2 per hour", "mail", "mira")
        assert limits.spend("2 per hour", "mail", "mira")
        assert not limits.spend("2 per hour", "mail", "mira")
        assert limits.spend("2 per hour", "mail", "ada")
        assert limits.spend("2 per hour", "password", "mira")

        limits.give_back("2 per hour", "mail", "mira")

        assert limits.spend("2 per hour", "mail", "mira")


def test_nobody_s_name_is_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.test_request_context():
        one = limits._hashed("mira@mail.example")
        monkeypatch.setitem(app.config, "SECRET_KEY", "another key of this site, as long as it is")

        assert "mira" not in one
        assert limits._hashed("mira@mail.example") != one


def test_lost_counts_let_people_in(
    app: Flask, counts: SharedCounts, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts._local.connection.execute("DROP TABLE counts")
    monkeypatch.setattr(limits.limiter.limiter, "storage", counts)
    with app.test_request_context():
        with pytest.raises(counts.base_exceptions):
            limits.spend("1 per hour", "mail", "mira")
        monkeypatch.setitem(app.config, "TESTING", False)
        assert limits.spend("1 per hour", "mail", "mira")


def test_whoever_tries_too_often_is_told_so(client: Client) -> None:
    allowed = parse(limits.SEARCH).amount
    answers = [client.get("/search?q=hub") for _ in range(allowed + 1)]

    assert [answer.status_code for answer in answers] == [200] * allowed + [429]
    assert "<main" in answers[-1].text
    other = client.get("/search?q=hub", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    assert other.status_code == 200
