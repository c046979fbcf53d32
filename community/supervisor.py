"""Run the web server and the worker as one: start both, keep both up, stop both.

Written here because honcho stops everything when one process ends and circus, which
restarts, brings a message bus along; see ``docs/decisions/0003-supervisor.md``.
"""

import ctypes
import gc
import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from community.core.errors import SettingsError

log = logging.getLogger(__name__)

GRACE_S = 15.0  # from asking a child to stop to killing it; gunicorn's own is shorter
SETTLED_S = 10.0  # a child that has run so long had a good start
BACK_OFF_S = (0.2, 30.0)  # the first wait before a restart and, doubling, the longest

_ON_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>


def run(*, host: str, port: int) -> int:
    """Serve the site until SIGINT or SIGTERM. Return the exit code.

    Raises:
        SettingsError: the port is taken or may not be used.
    """
    check_port(host, port)
    gc.freeze()  # what was loaded until here stays; going through it would delay the end
    return Supervisor(
        {
            "web server": web_command(host, port),
            "worker": [sys.executable, "-m", "community", "worker"],
        }
    ).run()


def web_command(host: str, port: int) -> list[str]:
    """Return gunicorn's command line; the rest is in `community.serving`."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [
        *(sys.executable, "-m", "gunicorn"),
        *("--config", "python:community.serving", "--bind", bind),
    ]


def check_port(host: str, port: int) -> None:
    """See that the port is free before anything is started.

    Raises:
        SettingsError: it is taken, or may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
        try:
            probe.bind((host, port))
        except PermissionError:
            raise SettingsError(
                f"Port {port} needs rights that this user has not. Set PORT to 1024 or more."
            ) from None
        except OSError as error:
            raise SettingsError(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                "Stop what uses it, or set PORT to another number."
            ) from None


@dataclass
class Child:
    """One command that is kept running."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    crashes: int = 0  # in a row, none of them after a good start
    started_at: float = 0.0  # both in seconds of time.monotonic()
    restart_at: float | None = None


@dataclass
class Supervisor:
    """Keeps commands running and never leaves one behind.

    Each child leads its own process group: Ctrl-C in a terminal reaches the supervisor
    alone, which then stops the children in its own way, and what a child has started can
    be killed with it. If the supervisor itself is killed, Linux tells the children.
    """

    commands: Mapping[str, Sequence[str]]
    grace_s: float = GRACE_S
    settled_s: float = SETTLED_S
    back_off_s: tuple[float, float] = BACK_OFF_S
    _children: list[Child] = field(default_factory=list)
    # Signal handlers may put into a SimpleQueue: its `put` is reentrant.
    _signals: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)

    def run(self) -> int:
        """Start everything, and return when everything has stopped.

        The code is 0 after SIGINT, SIGTERM or SIGHUP, and 1 if a command could not start.
        """
        self._children = [Child(name, command) for name, command in self.commands.items()]
        with self._collecting_signals():
            try:
                return self._keep_running()
            finally:
                self._stop()

    def _keep_running(self) -> int:
        for child in self._children:
            self._start(child)
        while not self._asked_to_stop(within_s=self._seconds_to_next_restart()):
            for child in self._children:
                if child.process is not None and child.process.poll() is not None:
                    if not self._plan_restart(child, child.process.returncode):
                        return 1
                elif child.restart_at is not None and child.restart_at <= time.monotonic():
                    self._start(child)
        return 0

    def _start(self, child: Child) -> None:
        child.starts += 1
        child.started_at = time.monotonic()
        child.restart_at = None
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=_dies_with(os.getpid()),  # noqa: PLW1509 (this process has no threads)
        )

    def _plan_restart(self, child: Child, code: int) -> bool:
        """Say when a child that has ended is started again. Return False if that is hopeless."""
        _kill_group(child)  # what it may have left behind
        child.process = None
        if time.monotonic() - child.started_at >= self.settled_s:
            child.crashes = 0
        elif child.starts == 1 and code > 0:
            log.error("The %s could not start (exit code %d).", child.name, code)
            return False
        first_s, longest_s = self.back_off_s
        wait_s = min(first_s * 2**child.crashes, longest_s)
        child.crashes += 1
        child.restart_at = time.monotonic() + wait_s
        reason = f"signal {-code}" if code < 0 else f"exit code {code}"
        log.warning("The %s ended (%s). Starting it in %.1f s.", child.name, reason, wait_s)
        return True

    def _stop(self) -> None:
        """Ask every child to finish, wait, and kill what is left.

        Whoever asks a second time does not want to wait.
        """
        for child in self._children:
            if child.process is not None:
                child.process.terminate()
        deadline = time.monotonic() + self.grace_s
        while self._running() and (left_s := deadline - time.monotonic()) > 0:
            if self._asked_to_stop(within_s=left_s):
                break
        for child in self._running():
            log.warning("The %s did not stop in time; it is killed.", child.name)
        for child in self._children:
            if child.process is not None:
                _kill_group(child)
                child.process.wait()

    def _running(self) -> list[Child]:
        return [
            child
            for child in self._children
            if child.process is not None and child.process.poll() is None
        ]

    def _seconds_to_next_restart(self) -> float | None:
        due = [child.restart_at for child in self._children if child.restart_at is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _asked_to_stop(self, *, within_s: float | None) -> bool:
        """Wait for a signal, at most so long. Return whether it asks us to stop."""
        try:
            return self._signals.get(timeout=within_s) != signal.SIGCHLD
        except queue.Empty:
            return False

    @contextmanager
    def _collecting_signals(self) -> Iterator[None]:
        """Put signals in the queue; give the former handlers back afterwards."""

        def note(number: int, _frame: object) -> None:
            self._signals.put(number)

        numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGCHLD]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as `nohup` wants it
            numbers.append(signal.SIGHUP)
        former = {number: signal.signal(number, note) for number in numbers}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def _kill_group(child: Child) -> None:
    """Kill what is left of a child and of the processes it has started."""
    assert child.process is not None  # it has been started
    # There may be nothing left, for which macOS says PermissionError.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, signal.SIGKILL)


def _dies_with(parent_pid: int) -> Callable[[], None] | None:
    """Return what a new child calls first, so that the end of its parent ends it too.

    Other systems than Linux have no such request: there a supervisor that is killed
    with SIGKILL, which it cannot notice, leaves its children running.
    """
    if not _ON_LINUX:
        return None
    libc = ctypes.CDLL(None)  # loaded before the fork: a new child should do little

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent_pid:  # it ended before we asked
            os._exit(1)

    return ask
