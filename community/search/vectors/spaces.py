"""Spaces: a model each with the vectors it has made. Vectors of two models cannot be compared.

Every topic lies in one space, that of its language; English in a small model's, which knows it
best, all others in that of a model of many languages. A query is asked in the space of its
language, or in all that hold something where its language is not known.

When a model is replaced, its vectors are made in a folder beside the old ones. Until that is
complete the old space answers, as long as its model is still there.
"""

import logging
import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from community.search.confidence import Weights
from community.search.documents import NOT_SAID
from community.search.errors import SearchUnavailable
from community.search.vectors import texts
from community.search.vectors.e5 import E5
from community.search.vectors.embedders import PATIENCE, Embedder, NoVectors, Vectors
from community.search.vectors.minilm import MiniLM
from community.search.vectors.store import Store
from community.search.vectors.table import Table

INDEXING = "still indexing"
NEIGHBOURS = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The topics that mean nearly the same.

    ``found`` gives each a similarity: 0 as two texts that have nothing to do with each other,
    1 as the same text. ``reason`` says why there may be more, or none at all: "" if there is no
    such reason.
    """

    found: dict[int, float]
    reason: str = ""
    asked: tuple["Asked", ...] = ()

    def similarities(self, topic_ids: Iterable[int]) -> dict[int, float]:
        """Return the similarity of those of these topics that have a vector, near or not."""
        wanted = set(topic_ids)
        known = {topic_id: self.found[topic_id] for topic_id in wanted & self.found.keys()}
        others = wanted - known.keys()
        for one in self.asked:
            known |= one.similarities(others)
        return known

    def judge(self, topic_id: int) -> tuple[float, Weights] | None:
        """Return the similarity of a topic, and what signs count beside it; None: no vector."""
        for one in self.asked:
            for similarity in one.similarities([topic_id]).values():
                return similarity, one.model.fitting
        return None


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in one space."""

    table: Table
    vector: Vectors
    model: Embedder

    def nearest(
        self, *, company_id: int | None, count: int, exclude: Collection[int]
    ) -> dict[int, float]:
        """Return the similarities of the nearest topics."""
        return self._scaled(
            self.table.nearest(self.vector, count=count, company_id=company_id, exclude=exclude)
        )

    def similarities(self, topic_ids: Collection[int]) -> dict[int, float]:
        """Return the similarities of those of these topics that have a vector here."""
        return self._scaled(self.table.cosines(self.vector, topic_ids))

    def _scaled(self, cosines: dict[int, float]) -> dict[int, float]:
        zero = self.model.unrelated
        return {topic: max(0.0, (cos - zero) / (1 - zero)) for topic, cos in cosines.items()}


class Space:
    """A model and its vectors."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        """Find the space below ``folder``.

        Raises:
            NoVectors: the model is not installed.
        """
        self.embedder = embedder
        self.store = Store(folder / embedder.identity, embedder.dimensions)

    @property
    def name(self) -> str:
        """What sets its vectors apart from those of every other model and version."""
        return self.store.folder.name

    def holds(self, language: str) -> bool:
        """Say whether texts in a language belong here."""
        languages = self.embedder.languages
        return languages is None or language in languages

    def ask(self, text: str) -> Asked | None:
        """Return a query as it stands in this space, or None while nothing is in it.

        Raises:
            NoVectors: the model cannot be used just now.
            SearchUnavailable: the vectors cannot be read.
        """
        table = self.store.read()
        if not table.live_count:
            return None
        vector = self.embedder.embed([text], asking=True, patience=PATIENCE)[0]
        return Asked(table, vector, self.embedder)


class Spaces:
    """All spaces of a site. Threads may share one; processes each make their own."""

    def __init__(self, folder: Path, embedders: Iterable[Embedder] | None = None) -> None:
        """Remember where they lie. No model is loaded before the first text.

        Args:
            embedders: the models in use, the first that knows a language first.
        """
        self.folder = folder
        self._embedders = (MiniLM(), E5()) if embedders is None else tuple(embedders)
        self.missing: dict[str, str] = {}  # why a model is not there, by its name
        self.all: list[Space] = []
        for embedder in self._embedders:
            try:
                self.all.append(Space(embedder, folder))
            except NoVectors as reason:
                self.missing[embedder.name] = str(reason)
                log.info("No vectors by %s: %s.", embedder.name, reason)

    def of(self, language: str) -> Space:
        """Return the space in which texts in a language lie; unknown ones as English.

        Raises:
            NoVectors: the model for them is not there.
        """
        language = "en" if language == NOT_SAID else language
        for embedder in self._embedders:
            if embedder.languages is None or language in embedder.languages:
                for space in self.all:
                    if space.embedder is embedder:
                        return space
                raise NoVectors(self.missing[embedder.name])
        raise NoVectors(f"no model for {language}")

    def leave_out(self, space: Space, reason: str) -> None:
        """Go on without a model that cannot be loaded."""
        if space in self.all:
            self.all.remove(space)
            self.missing[space.embedder.name] = reason

    def drop_others(self) -> None:
        """Let go of the vectors of models and versions that are no more.

        Those of a model that is missing just now stay: somebody may install it again.
        """
        kept = {space.name for space in self.all}
        for folder in self.folder.glob("*-*"):
            is_missing = any(folder.name.startswith(f"{name}-") for name in self.missing)
            if folder.name not in kept and not is_missing:
                shutil.rmtree(folder, ignore_errors=True)

    def neighbours(
        self,
        text: str,
        body: str = "",
        *,
        language: str = NOT_SAID,
        company_id: int | None = None,
        count: int = NEIGHBOURS,
        exclude: Collection[int] = (),
    ) -> Neighbours:
        """Find the topics that mean nearly the same. Never raises.

        Args:
            text: a title, or what was typed so far.
            body: more of it.
            language: of the text, its primary subtag.
            company_id: look only at this company's topics.
            exclude: topics to leave out.
        """
        asked = texts.of(text, body)
        if not asked:
            return Neighbours({})
        found: dict[int, float] = {}
        questions: list[Asked] = []
        reasons: list[str] = []
        for space in self._asked(language, reasons):
            try:
                question = space.ask(asked)
                if question is not None:
                    found |= question.nearest(company_id=company_id, count=count, exclude=exclude)
                    questions.append(question)
            except NoVectors as reason:
                reasons.append(str(reason))
            except SearchUnavailable as error:
                reasons.append(error.message)
            except Exception:
                log.exception("No vectors by %s.", space.embedder.name)
                reasons.append("the model failed")
            else:
                if not space.store.is_complete:
                    reasons.append(INDEXING)
        best = sorted(found, key=lambda topic: -found[topic])[:count]
        said = "; ".join(dict.fromkeys(reasons))
        if said:
            log.debug("Vectors: %s.", said)
        return Neighbours({topic: found[topic] for topic in best}, said, tuple(questions))

    def _asked(self, language: str, reasons: list[str]) -> Sequence[Space]:
        """Return the space to ask: that of a language, if it holds anything, else all that do."""
        holding = [space for space in self.all if self._count(space)]
        if language != NOT_SAID:
            knowing = [space for space in holding if space.holds(language)]
            complete = [space for space in knowing if space.store.is_complete]
            if knowing:
                return (complete or knowing)[:1]
        if not holding:
            reasons += [INDEXING] if self.all else dict.fromkeys(self.missing.values())
        return holding

    def _count(self, space: Space) -> int:
        try:
            return space.store.read().live_count
        except SearchUnavailable:
            return 1  # asked, it says what is wrong


_in_use: list[Spaces] = []


def use(chosen: Spaces | None) -> None:
    """Make ``chosen`` what questions are put to, in this process."""
    _in_use[:] = [chosen] if chosen else []


def spaces() -> Spaces | None:
    """Return the spaces in use, if there are any."""
    return _in_use[0] if _in_use else None
