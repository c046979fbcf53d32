"""How far a long command is: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

LINE_EVERY_S = 10.0


class Meter:
    """Shows each stage of a command with its rate and the time left.

    How far a stage is, and how many rows that made, are told apart: of a file one knows
    the bytes, and only in the end the rows.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._title = ""
        self._total: float | None = None
        self._began_at = self._told_at = 0.0

    @contextmanager
    def shown(self) -> Iterator[Self]:
        """Show the bar, if there is a terminal to show it on."""
        if not self._console.is_terminal:
            yield self
            return
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),  # a file's name is no markup
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self._console,
        )
        with self._bar:
            yield self

    def begin(self, title: str, total: float | None) -> None:
        """Begin a stage.

        Args:
            total: in the unit of `tell`; None if nobody knows.
        """
        self._title, self._total = title, total
        self._began_at = self._told_at = time.monotonic()
        if self._bar is not None:
            self._task = self._bar.add_task(title, total=total, rate="")

    def tell(self, done: float, rows: int, *, total: float | None = None) -> None:
        """Say how far the stage is.

        Args:
            total: if it was not known when the stage began.
        """
        now = time.monotonic()
        self._total = total or self._total
        rate = f"{rows:,} rows, {rows / max(now - self._began_at, 0.001):,.0f}/s"
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=self._total, rate=rate)
        elif now - self._told_at >= LINE_EVERY_S:
            self._told_at = now
            told = f"{self._title}: {rate}{self._left(done, now)}"
            self._console.print(told, highlight=False, markup=False, soft_wrap=True)

    def _left(self, done: float, now: float) -> str:
        if not self._total or not done:
            return ""
        left_s = (now - self._began_at) * max(self._total - done, 0) / done
        return f", {done / self._total:.0%}, {left_s:.0f} s left"
