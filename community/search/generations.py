"""Generations of an index on disk: which one answers, who may write, how a new one takes over.

::

    <folder>/CURRENT        the generations that may answer, best first, each with its version
    <folder>/writer.lock    held by the one process that writes
    <folder>/build-…/       a generation: whatever files its engine keeps there
    <folder>/build-…/SUMS   size and checksum of each of those files
    <folder>/build-…/BROKEN why the generation answers no more

Nothing here knows what an engine keeps, so every engine and the store of vectors can rest on it:

- **Building.** ``with generations.building() as new:`` gives an empty folder. Fill it and look
  whether it holds what it should. If the block ends well the new generation goes live; if it
  raises, or the process is killed, the live one was never touched. The swap replaces ``CURRENT``,
  which is atomic.
- **Falling back.** The generation that answered before stays listed behind the new one. `attempt`
  does work with the best one; if it fails and the files turn out to be damaged, the generation is
  condemned, and the next does the work, in every process from then on.
- **Writing.** `writing` lets one process write at a time. After a commit `seal` notes checksums
  of the files that are new, which are files that nobody changes any more.
- **Checking.** `damage` compares files with what was noted: sizes alone, which takes as long as
  listing the folder, or every byte.
"""

import errno
import fcntl
import logging
import os
import secrets
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from community.search import sums
from community.search.errors import IndexBusy, SearchUnavailable

REPAIR = "Run `community search check --repair`."
REINDEX = "Run `community reindex` to build it."
LISTED = 2  # generations: the live one, and the one that answered before
CURRENT, LOCK, BROKEN = "CURRENT", "writer.lock", "BROKEN"
POLL = 0.05  # seconds between tries to get the lock
THOROUGH_EVERY = 60.0  # seconds: every byte is read, so that one bad query cannot ask for it
PROBE_AFTER = (0.0, 0.05, 0.2)  # seconds
# What keeps us from working at this moment and says nothing about the files.
OF_THE_MOMENT = frozenset(
    {
        *(errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.EINTR),
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
        *(errno.EROFS, errno.EACCES, errno.EPERM),
    }
)

Result = TypeVar("Result")
log = logging.getLogger(__name__)


class Generation(NamedTuple):
    """A whole index, in a folder of its own."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name


@dataclass(frozen=True, slots=True)
class Health:
    """Whether an index can be asked, and what an operator should know."""

    is_answering: bool
    trouble: str = ""  # sentences for an operator, with what to do

    @property
    def state(self) -> str:
        """In one word, for monitors: ok; fallback, an older index answers; off."""
        if not self.is_answering:
            return "off"
        return "fallback" if self.trouble else "ok"


class Generations:
    """The folder of an index. Threads may share one; processes each make their own."""

    def __init__(self, folder: Path, version: str, *, changing: Collection[str] = ()) -> None:
        """Remember where they are. Nothing is read yet, and the folder need not exist.

        Args:
            version: of whatever the files depend on (analysis, model). Generations of another
                version are not read.
            changing: names of files that are written more than once: no checksum fits them.
        """
        self.folder = folder
        self.version = version
        self._changing = frozenset(changing) | {BROKEN}
        self._condemned: dict[str, str] = {}  # by name, also where nothing can be written
        self._read_through = -THOROUGH_EVERY  # when every byte was last read (monotonic seconds)

    # Reading

    def current(self) -> Generation:
        """Return the generation that answers: the first listed that is not condemned.

        Raises:
            SearchUnavailable: there is none, or all are of another version or condemned.
        """
        listed = self.listed()
        for generation in listed:
            if not self.verdict(generation):
                return generation
        raise SearchUnavailable(f"The search index is broken. {REINDEX}")

    def listed(self) -> list[Generation]:
        """Return the generations of this version, the live one first, condemned ones included.

        Raises:
            SearchUnavailable: there is none.
        """
        found = [generation for generation, version in self._lines() if version == self.version]
        if not found:
            raise SearchUnavailable(
                f"The search index was built by another version of the analysis. {REINDEX}"
            )
        # What a rebuild made room by has gone from the disk before it goes from the list.
        return [found[0], *(generation for generation in found[1:] if generation.folder.exists())]

    def attempt(
        self, work: Callable[[Generation], Result], probe: Callable[[Generation], object]
    ) -> Result:
        """Do ``work`` with the generation that answers, or with the next if that one is broken.

        An error alone condemns nothing: it may come from this moment (no memory, no space), or
        from our own code. Only damaged files do, and a ``probe`` that fails.

        Args:
            probe: opens the generation anew and reads a little of it; raises if it cannot.

        Raises:
            SearchUnavailable: none can do it.
        """
        while True:
            generation = self.current()
            try:
                return work(generation)
            except SearchUnavailable:
                raise
            except Exception as error:
                if _of_the_moment(error):
                    raise unusable(error) from error
                reason = self._broken(generation, probe, thorough=self._may_read_through())
                if not reason:
                    log.exception(
                        "The search index failed, though nothing is wrong with its files."
                    )
                    raise unusable(error) from error
                self.condemn(generation, reason)

    def health(self) -> Health:
        """Say which generations answer, without opening any."""
        try:
            listed = self.listed()
        except SearchUnavailable as error:
            return Health(is_answering=False, trouble=error.message)
        verdicts = [self.verdict(generation) for generation in listed]
        if not verdicts[0]:
            return Health(is_answering=True)
        is_answering = not all(verdicts)
        answers = "The one before it answers meanwhile. " if is_answering else ""
        trouble = f"The search index {listed[0].name} is broken: {verdicts[0]}. {answers}{REPAIR}"
        return Health(is_answering=is_answering, trouble=trouble)

    def verdict(self, generation: Generation) -> str:
        """Return why a generation answers no more, or an empty text."""
        if generation.name not in self._condemned:
            with suppress(OSError):  # in nearly every case there is no such file
                written = (generation.folder / BROKEN).read_text("utf-8", "replace").strip()
                self._condemned[generation.name] = written or "It was found broken."
        return self._condemned.get(generation.name, "")

    def condemn(self, generation: Generation, reason: str) -> None:
        """Let a generation answer no more, in any process, until it is built anew.

        Where nothing can be written this process alone remembers.
        """
        if self.verdict(generation):
            return
        log.error("The search index %s is broken: %s", generation.folder, reason)
        self._condemned[generation.name] = reason
        with suppress(OSError):
            (generation.folder / BROKEN).write_text(f"{reason}\n", "utf-8")

    # Writing

    @contextmanager
    def writing(self, *, wait: float) -> Iterator[None]:
        """Be the only writer. The lock goes with the process, however that ends.

        Args:
            wait: seconds to wait for another writer to finish.

        Raises:
            IndexBusy: another writer did not finish in time.
            SearchUnavailable: the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise unwritable(error) from error
        try:
            _acquire(lock, wait)
            yield
        finally:
            os.close(lock)

    @contextmanager
    def building(self) -> Iterator[Generation]:
        """Give the empty folder of a new generation and make it live if the block ends well.

        The one that answered before stays as what to fall back to. Only while writing.

        Raises:
            SearchUnavailable: the folder cannot be written.
        """
        before = self._answering()
        self._sweep(before or self._of_other_versions())  # at most two take space at any time
        new = Generation(self.folder / f"build-{secrets.token_hex(6)}")
        try:
            try:
                new.folder.mkdir()
            except OSError as error:
                raise unwritable(error) from error
            yield new
            self.seal(new)
            _sync_all(new)
            self._list([new, *before])
        except BaseException:
            _remove(new.folder)
            raise
        self._sweep([new, *before])

    def retire(self) -> None:
        """Let go of every generation but the one that answers. Only while writing."""
        answering = self._answering()
        self._list(answering)
        self._sweep(answering)

    def sweep(self) -> None:
        """Remove what killed processes left behind. Only while writing."""
        with suppress(SearchUnavailable):
            self._sweep([generation for generation, _ in self._lines()])

    def seal(self, generation: Generation) -> None:
        """Note the checksums of the files that are new. Only while writing.

        They are not forced onto the disk, which would take longer than the commit: should the
        power fail, what was lost no longer fits its checksum, and the database has it all.

        Raises:
            SearchUnavailable: they cannot be read or written.
        """
        try:
            sums.seal(generation.folder, but=self._changing)
        except OSError as error:
            raise unwritable(error) from error

    # Checking

    def damage(self, generation: Generation, *, thorough: bool = False) -> list[str]:
        """Say which files are not what they were when they were written.

        A file that is gone is none of them: the writer may just have merged it into another, and
        whoever opens the generation misses it if not. Neither is one that nobody has sealed yet.

        Args:
            thorough: read every byte; otherwise only sizes are compared.
        """
        return sums.damage(generation.folder, thorough=thorough)

    def inspect(self, probe: Callable[[Generation], object]) -> list[str]:
        """Read every byte of every generation, condemn what is damaged, and say what was found.

        Args:
            probe: as for `attempt`.

        Raises:
            SearchUnavailable: there is none.
        """
        found = []
        for generation in self.listed():
            reason = self.verdict(generation) or self._broken(generation, probe, thorough=True)
            if reason:
                self.condemn(generation, reason)
                found.append(f"{generation.name}: {reason}")
        return found

    # Inside

    def _broken(
        self, generation: Generation, probe: Callable[[Generation], object], *, thorough: bool
    ) -> str:
        """Return what is wrong with the files of a generation, or an empty text."""
        if damage := self.damage(generation, thorough=thorough):
            return "; ".join(damage)
        reason = ""
        for pause in PROBE_AFTER:  # a writer may be merging what is being opened
            time.sleep(pause)
            try:
                probe(generation)
            except Exception as error:  # noqa: BLE001 (whatever it is, it could not be opened)
                reason = "" if _of_the_moment(error) else f"it cannot be read ({error!r})"
            else:
                return ""
        return reason

    def _may_read_through(self) -> bool:
        """Say whether it is long enough ago that every byte was read."""
        if time.monotonic() - self._read_through < THOROUGH_EVERY:
            return False
        self._read_through = time.monotonic()
        return True

    def _lines(self) -> list[tuple[Generation, str]]:
        """Return what is listed, with its version.

        Raises:
            SearchUnavailable: there is no list, or it cannot be read.
        """
        try:
            lines = (self.folder / CURRENT).read_text("utf-8").splitlines()
        except FileNotFoundError as error:
            raise SearchUnavailable(f"There is no search index yet. {REINDEX}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise SearchUnavailable(f"The search index cannot be read. {REINDEX}") from error
        entries = [line.partition(" ") for line in lines if line]
        return [
            (Generation(self.folder / Path(name).name), version) for name, _, version in entries
        ]

    def _of_other_versions(self) -> list[Generation]:
        """Return what servers that run an older version still read, until there is a new one."""
        try:
            return [one for one, version in self._lines() if version != self.version]
        except SearchUnavailable:
            return []

    def _answering(self) -> list[Generation]:
        try:
            return [self.current()]
        except SearchUnavailable:
            return []

    def _list(self, generations: list[Generation]) -> None:
        lines = [f"{one.name} {self.version}\n" for one in generations[:LISTED]]
        try:
            sums.replace(self.folder / CURRENT, "".join(lines), durably=True)
        except OSError as error:
            raise unwritable(error) from error

    def _sweep(self, kept: list[Generation]) -> None:
        for leftover in self.folder.glob("build-*"):
            if Generation(leftover) not in kept:
                _remove(leftover)
        for half_removed in self.folder.glob("gone-*"):
            shutil.rmtree(half_removed, ignore_errors=True)


def unwritable(error: OSError) -> SearchUnavailable:
    """Say what kept us from writing (no space left, read-only), for whoever runs the site."""
    return SearchUnavailable(f"The search index cannot be written: {error.strerror or error}.")


def unusable(error: Exception) -> SearchUnavailable:
    """Say, for whoever runs the site, what keeps the index from working right now."""
    return SearchUnavailable(_of_the_moment(error) or f"The search index failed: {error!r}.")


def _of_the_moment(error: BaseException | None) -> str:
    """Return what keeps us from working that is no fault of the index, or nothing.

    Memory, open files, space, permissions; looked for among the errors behind an error too.
    """
    while error is not None:
        if isinstance(error, MemoryError):
            return "There is not enough memory to search."
        if isinstance(error, OSError) and error.errno in OF_THE_MOMENT:
            return f"The search index cannot be used now: {error.strerror}."
        error = error.__cause__ or error.__context__
    return ""


def _acquire(lock: int, wait: float) -> None:
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until:
                raise IndexBusy("Another process is writing the search index.") from error
            time.sleep(POLL)
        else:
            return


def _remove(folder: Path) -> None:
    """Remove a generation so that it is there whole or not at all, also on a full disk."""
    with suppress(OSError):
        folder = folder.rename(folder.with_name(f"gone-{secrets.token_hex(6)}"))
    shutil.rmtree(folder, ignore_errors=True)


def _sync_all(generation: Generation) -> None:
    """Have the disk keep every file before anybody relies on it."""
    try:
        for path in (*generation.folder.iterdir(), generation.folder):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    except OSError as error:
        raise unwritable(error) from error
