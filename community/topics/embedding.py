"""From topics in the database to sentence vectors, a little at a time.

Nothing is owed in the outbox for a vector: what is missing or outdated shows by comparing topics
with what their vectors were made of. The worker goes through all topics once after its start and
once a night, newest first, in its spare time; what changes meanwhile is noted and goes first. It
may be killed at any moment: the vectors that are on the disk stay, and the rest is still missing.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, func, select

from community.core import markup
from community.core.db import db, reading
from community.core.sql import ROW_ID_MAX
from community.search import NOT_SAID, vectors
from community.search.vectors import NoVectors, Space, Spaces, texts
from community.topics.models import Topic

CHUNK = 100  # topics read at once
SLICE = 0.5  # seconds of work, before whatever else waits gets its turn

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is embedded of a topic."""

    topic_id: int
    company_id: int
    language: str  # the primary subtag
    text: str

    @property
    def fingerprint(self) -> int:
        return texts.fingerprint(self.company_id, self.text)


@dataclass(slots=True)
class Pass:
    """One way through the topics with ids above ``above``, from the newest down."""

    above: int = 0
    upto: int = ROW_ID_MAX  # the topics above this id have been seen
    newest: int = 0
    seen: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # by space


class Filler:
    """Makes the vectors that are missing or outdated. One a process."""

    def __init__(self, spaces: Spaces) -> None:
        """Begin with a pass over all topics, since nothing is known of them yet."""
        self.spaces = spaces
        self.looked_at = 0  # topics, since the beginning
        self._noted: set[int] = set()
        self._pass: Pass | None = Pass()
        self._newest = 0  # of all topics that a pass has seen
        self._forgets = False

    def note(self, topic_ids: Collection[int]) -> None:
        """Look at these topics before all others: they have changed, or gone."""
        self._noted |= set(topic_ids)

    def begin(self) -> None:
        """Go through all topics once more."""
        self._pass = Pass()

    def forget(self) -> None:
        """Let nothing of what was noted so far stay in the files, once it is done."""
        self._forgets = True

    def step(self, seconds: float = SLICE) -> bool:
        """Work for about ``seconds``. Return whether there is more to do.

        Raises:
            SearchUnavailable: vectors cannot be read or written.
        """
        until = time.monotonic() + seconds
        self._see_what_is_new()
        while self._is_busy:
            if self._noted:
                self._follow(sorted(self._noted, reverse=True)[:CHUNK], until)
            elif self._forgets:
                self._compact(at_once=True)
                self._forgets = False
            elif self._pass:
                self._go_on(self._pass, until)
            if time.monotonic() >= until:
                break
        return self._is_busy

    @property
    def _is_busy(self) -> bool:
        return bool(self.spaces.all and (self._noted or self._forgets or self._pass))

    def _see_what_is_new(self) -> None:
        """Begin a pass over topics that came without a word, as an import brings them."""
        if not self._pass:
            with reading():
                newest = db.session.scalar(select(func.max(Topic.id))) or 0
            if newest > self._newest:
                self._pass = Pass(above=self._newest)

    def _follow(self, topic_ids: Sequence[int], until: float) -> None:
        found = _sentences(Topic.id.in_(topic_ids))
        gone = set(topic_ids) - {sentence.topic_id for sentence in found}
        for space in self.spaces.all:
            space.store.remove(gone)
        done = self._embed(found, until)
        self._noted -= gone | {sentence.topic_id for sentence in done}
        self._compact()

    def _go_on(self, current: Pass, until: float) -> None:
        found = _sentences(and_(Topic.id > current.above, Topic.id <= current.upto))
        if not found:
            self._end(current)
            return
        current.newest = current.newest or found[0].topic_id
        done = self._embed(found, until)
        self.looked_at += len(done)
        for sentence in done:
            if space := self._space(sentence):
                current.seen[space.name].add(sentence.topic_id)
            current.upto = sentence.topic_id - 1

    def _end(self, current: Pass) -> None:
        """Let go of what is in no topic, and let the spaces say that they are complete."""
        passed = range(current.above + 1, current.newest + 1)
        for space in self.spaces.all:
            held = space.store.read().live_topics() - current.seen[space.name] - self._noted
            space.store.remove({topic_id for topic_id in held if topic_id in passed})
            space.store.complete()
        self._compact(at_once=True)
        self.spaces.drop_others()
        self._newest = max(self._newest, current.newest)
        self._pass = None

    def _compact(self, *, at_once: bool = False) -> None:
        for space in self.spaces.all:
            space.store.compact(at_once=at_once)

    def _embed(self, sentences: Sequence[Sentence], until: float) -> list[Sentence]:
        """Make the vectors of sentences, in turn, until the time is up; return those looked at."""
        done: list[Sentence] = []
        tables = {space.name: space.store.read() for space in self.spaces.all}
        known = {
            name: table.fingerprints([one.topic_id for one in sentences])
            for name, table in tables.items()
        }
        waiting: dict[Space, list[Sentence]] = defaultdict(list)
        for sentence in sentences:
            done.append(sentence)
            space = self._space(sentence)
            if space and known[space.name].get(sentence.topic_id) != sentence.fingerprint:
                waiting[space].append(sentence)
                if len(waiting[space]) >= space.embedder.batch:
                    self._keep(space, waiting.pop(space))
                    if time.monotonic() >= until:
                        break
        for space, some in waiting.items():
            self._keep(space, some)
        return done

    def _keep(self, space: Space, sentences: Sequence[Sentence]) -> None:
        try:
            found = space.embedder.embed([one.text for one in sentences], asking=False)
        except NoVectors as reason:
            log.warning("No vectors by %s: %s.", space.embedder.name, reason)
            self.spaces.leave_out(space, str(reason))
            return
        space.store.put(
            [one.topic_id for one in sentences],
            [one.company_id for one in sentences],
            [one.fingerprint for one in sentences],
            found,
        )

    def _space(self, sentence: Sentence) -> Space | None:
        """Return where a topic belongs; None where its model is not there, or it says nothing."""
        if not sentence.text:
            return None
        try:
            return self.spaces.of(sentence.language)
        except NoVectors:
            return None


def note(topic_ids: Collection[int]) -> None:
    """Have the vectors of these topics made or taken away in the worker's spare time."""
    if found := filler():
        found.note(topic_ids)


def _sentences(which: ColumnElement[bool]) -> list[Sentence]:
    """Return what is embedded of the newest `CHUNK` visible topics among some, newest first."""
    with reading():
        rows = db.session.execute(
            select(Topic.id, Topic.company_id, Topic.language, Topic.title, Topic.body_html)
            .where(which, Topic.hidden_at.is_(None))
            .order_by(Topic.id.desc())
            .limit(CHUNK)
        ).all()
    return [
        Sentence(
            row.id,
            row.company_id,
            (row.language or NOT_SAID).partition("-")[0].lower(),
            texts.of(row.title, markup.plain_text(row.body_html)),
        )
        for row in rows
    ]


_fillers: list[Filler] = []


def filler() -> Filler | None:
    """Return the filler of this process for the spaces in use, if there are any."""
    spaces = vectors.spaces()
    if spaces and (not _fillers or _fillers[0].spaces is not spaces):
        _fillers[:] = [Filler(spaces)]
    return _fillers[0] if spaces else None
