"""Preparing texts in processes of their own, while this one reads and writes.

Rendering is most of the work of an import and needs nothing but the text. A small import
is prepared here: starting a process takes longer.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import ModuleType, TracebackType
from typing import Self

from community.topics.importing.texts import Prepared, Text, prepare_all

PAYS_FROM = 2_000  # texts of one import
PAYS_FROM_SIZE = 1_000_000  # bytes of its files, compressed as they may be
SHARE = 250  # texts handed over at once

Later = Callable[[], list[Prepared]]


class Renderer:
    """Prepares texts. Use it as a context manager, which ends the processes."""

    def __init__(self, processes: int | None = None) -> None:
        """Start nothing yet.

        Args:
            processes: how many to use; 1 prepares everything in this one. Default: one for
                each processor.
        """
        self._processes = processes or len(os.sched_getaffinity(0))
        self._pool: ProcessPoolExecutor | None = None
        self._seen = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def expect(self, size: int) -> None:
        """Start the processes if they will be worth it, while files are still being read.

        Args:
            size: bytes of all files.
        """
        if size >= PAYS_FROM_SIZE and self._processes > 1 and self._pool is None:
            self._pool = _started(self._processes)

    def begin(self, texts: Sequence[Text]) -> Later:
        """Begin to prepare ``texts``. Return what waits for them, in order."""
        self._seen += len(texts)
        if self._processes == 1 or (self._pool is None and self._seen < PAYS_FROM):
            return lambda: prepare_all(list(texts))
        if self._pool is None:
            self._pool = _started(self._processes)
        shares = [list(texts[start : start + SHARE]) for start in range(0, len(texts), SHARE)]
        futures = [self._pool.submit(prepare_all, share) for share in shares]
        return lambda: self._result(futures, shares)

    def _result(
        self, futures: list[Future[list[Prepared]]], shares: list[list[Text]]
    ) -> list[Prepared]:
        found = []
        for future, share in zip(futures, shares, strict=True):
            try:
                found += future.result()
            except BrokenProcessPool:  # somebody killed a process, for want of memory perhaps
                self._processes = 1
                found += prepare_all(share)
        return found


def _started(processes: int) -> ProcessPoolExecutor:
    """Start processes that import this module and what it needs, not the whole application."""
    pool = ProcessPoolExecutor(
        processes,
        # A fork would copy locks and database connections in whatever state they are.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_live_with_parent,
    )
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")  # they would run its file again, without need
    try:
        pool.submit(prepare_all, [])  # the first task starts them all
    finally:
        sys.modules["__main__"] = main
    return pool


def _live_with_parent() -> None:
    """Leave Ctrl-C to the parent, and end when it ends, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
