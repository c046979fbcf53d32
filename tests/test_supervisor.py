"""Start both, keep both up, stop both: with small commands in the place of server and worker."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest

from community import supervisor
from community.core.errors import SettingsError

Value = TypeVar("Value")

# Whoever runs the tests may have had SIGHUP ignored, which a process passes on to its children.
SUPERVISE = """
import json, signal, sys
from community.supervisor import Supervisor
signal.signal(signal.SIGHUP, signal.SIG_DFL)
commands, options = json.loads(sys.argv[1])
sys.exit(Supervisor(commands, **options).run())
"""

# Leaves one file per process that has started, named after it, and writes into it what ended it.
STEADY = """
import os, pathlib, signal, sys
mark = pathlib.Path(sys.argv[1], str(os.getpid()))

def end(number, _frame):
    mark.write_text(signal.Signals(number).name)
    sys.exit()

signal.signal(signal.SIGINT, end)
signal.signal(signal.SIGTERM, end)
mark.touch()
while True:
    signal.pause()
"""

STUBBORN = """
import os, pathlib, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1], str(os.getpid())).touch()
while True:
    signal.pause()
"""

WITH_A_HELPER = """
import os, pathlib, signal, sys
helper = os.fork()
name = "leader" if helper else "helper"
pathlib.Path(sys.argv[1], f"{name}-{os.getpid()}").touch()
while True:
    signal.pause()
"""


class Running:
    """A supervisor in a process of its own, and the marks its children leave."""

    def __init__(self, folder: Path, scripts: dict[str, str], **options: Any) -> None:
        self.folder = folder
        commands = {}
        for name, script in scripts.items():
            (folder / name).mkdir()
            commands[name] = [sys.executable, "-c", script, str(folder / name)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, json.dumps([commands, options])],
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,  # so that a signal to the group is like Ctrl-C in a terminal
        )

    def marks(self, name: str) -> list[Path]:
        """Return what the child's processes have left, the earliest first."""
        return sorted((self.folder / name).iterdir(), key=lambda mark: mark.stat().st_ctime_ns)

    def pids(self, name: str) -> list[int]:
        """Return the processes that the child has had."""
        return [int(mark.name.rpartition("-")[2]) for mark in self.marks(name)]

    def started(self, name: str, *, times: int = 1) -> list[int]:
        """Wait until the child has left so many marks, and return its processes."""
        until(lambda: len(self.marks(name)) >= times)
        return self.pids(name)

    def press_ctrl_c(self) -> None:
        """Send what a terminal sends: SIGINT to the whole group in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> tuple[int, str]:
        """Wait for the end and return the exit code and what was said."""
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a supervisor with the given scripts. Whatever a failed test leaves is killed."""
    folder = tmp_path / "children"
    folder.mkdir()
    started: list[Running] = []

    def start(scripts: dict[str, str], **options: Any) -> Running:
        started.append(Running(folder, scripts, **options))
        return started[-1]

    yield start
    for running in started:
        pids = [pid for child in folder.iterdir() for pid in running.pids(child.name)]
        for pid in [running.process.pid, *pids]:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        running.process.communicate()


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended but was not waited for does not.

    Reads Linux's ``/proc``.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def until(look: Callable[[], Value], *, within_s: float = 20) -> Value:
    """Look again and again until there is something to see, and return it."""
    deadline = time.monotonic() + within_s
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return seen


Supervise = Callable[..., Running]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_both_politely(supervise: Supervise, number: signal.Signals) -> None:
    running = supervise({"first": STEADY, "second": STEADY})
    running.started("first")
    running.started("second")

    running.process.send_signal(number)

    assert running.end() == (0, "")
    assert [mark.read_text() for mark in running.marks("first")] == ["SIGTERM"]
    assert [mark.read_text() for mark in running.marks("second")] == ["SIGTERM"]


def test_ctrl_c_reaches_the_children_only_through_the_supervisor(supervise: Supervise) -> None:
    running = supervise({"child": STEADY})
    running.started("child")

    running.press_ctrl_c()

    assert running.end() == (0, "")
    assert [mark.read_text() for mark in running.marks("child")] == ["SIGTERM"]


def test_crashed_child_is_started_again_and_the_other_is_left_alone(supervise: Supervise) -> None:
    running = supervise({"first": STEADY, "second": STEADY}, back_off_s=[0.1, 1])
    running.started("second")
    [crashed] = running.started("first")

    os.kill(crashed, signal.SIGKILL)
    running.started("first", times=2)
    running.press_ctrl_c()

    assert running.end() == (0, "The first ended (signal 9). Starting it in 0.1 s.\n")
    assert len(running.pids("second")) == 1
    assert not any(map(is_alive, running.pids("first") + running.pids("second")))


def test_crash_after_crash_waits_longer_up_to_a_limit(supervise: Supervise) -> None:
    dies = STEADY.replace("signal.pause()", "os.kill(os.getpid(), signal.SIGKILL)")
    running = supervise({"child": dies}, back_off_s=[0.1, 0.4])
    running.started("child", times=5)
    running.press_ctrl_c()
    _, said = running.end()

    waits_s = [0.1, 0.2, 0.4, 0.4]
    assert [float(wait) for wait in re.findall(r"in ([\d.]+) s", said)][:4] == waits_s
    born = [mark.stat().st_mtime for mark in running.marks("child")]
    for (earlier, later), wait_s in zip(pairwise(born), waits_s, strict=False):
        assert later - earlier >= wait_s


def test_good_start_makes_the_next_wait_short_again(supervise: Supervise) -> None:
    running = supervise({"child": STEADY}, settled_s=0.0, back_off_s=[0.1, 30])
    for crashes in (1, 2, 3):
        os.kill(running.started("child", times=crashes)[-1], signal.SIGKILL)
    running.started("child", times=4)
    running.press_ctrl_c()
    _, said = running.end()

    assert said.count("Starting it in 0.1 s.") == 3


def test_child_that_cannot_start_ends_everything(supervise: Supervise) -> None:
    running = supervise({"first": STEADY, "second": "raise SystemExit(7)"})

    assert running.end() == (1, "The second could not start (exit code 7).\n")
    assert not any(map(is_alive, running.pids("first")))


def test_stubborn_child_is_killed_after_the_grace(supervise: Supervise) -> None:
    running = supervise({"child": STUBBORN}, grace_s=0.3)
    [pid] = running.started("child")

    running.press_ctrl_c()

    assert running.end() == (0, "The child did not stop in time; it is killed.\n")
    assert not is_alive(pid)


def test_second_ctrl_c_does_not_wait_for_the_grace(supervise: Supervise) -> None:
    running = supervise({"polite": STEADY, "stubborn": STUBBORN}, grace_s=3600)
    [pid] = running.started("stubborn")
    [polite] = running.started("polite")

    running.press_ctrl_c()
    until(lambda: not is_alive(polite))
    running.press_ctrl_c()

    assert running.end() == (0, "The stubborn did not stop in time; it is killed.\n")
    assert not is_alive(pid)


def test_what_a_crashed_child_had_started_is_killed(supervise: Supervise) -> None:
    running = supervise({"child": WITH_A_HELPER})
    running.started("child", times=2)
    pids = dict(mark.name.split("-") for mark in running.marks("child"))

    os.kill(int(pids["leader"]), signal.SIGKILL)

    until(lambda: not is_alive(int(pids["helper"])))


def test_children_end_when_the_supervisor_is_killed(supervise: Supervise) -> None:
    running = supervise({"first": STEADY, "second": STEADY})
    pids = running.started("first") + running.started("second")

    running.process.kill()

    until(lambda: not any(map(is_alive, pids)))
    assert [mark.read_text() for mark in running.marks("first")] == ["SIGTERM"]


def test_port_in_use_is_said_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_args, **_options: pytest.fail("started"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(SettingsError, match=f"Port {port} on 127.0.0.1 cannot be used"):
            supervisor.run(host="127.0.0.1", port=port)


def test_port_that_was_just_given_up_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()  # the server closes first, so its port lingers

    supervisor.check_port("127.0.0.1", port)


@pytest.mark.parametrize(("host", "bind"), [("127.0.0.1", "127.0.0.1:8000"), ("::1", "[::1]:8000")])
def test_web_server_listens_where_it_is_told(host: str, bind: str) -> None:
    command = supervisor.web_command(host, 8000)

    assert command[command.index("--bind") + 1] == bind
