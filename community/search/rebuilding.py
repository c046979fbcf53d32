"""Building an index anew beside the live one: the same for every engine.

A new generation takes over only when it has shown that it holds what went into it: as many
documents, and of a sample each as it was written and found by its words.
"""

import logging
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from community.search.documents import Document
from community.search.errors import SearchUnavailable
from community.search.generations import Generation, Generations, unusable

SAMPLE = 100  # documents
FALLBACK_LEAST = 0.5  # of what the new one holds; one that holds less is not fallen back to
log = logging.getLogger(__name__)
_SEED = 4  # the same documents give the same sample


class Opened(Protocol):
    """A generation that has been opened for reading."""

    @property
    def document_count(self) -> int:
        """The number of documents."""

    def is_found(self, document: Document) -> bool:
        """Say whether a document is there as it was written, and found by its words."""


def rebuild(
    generations: Generations,
    documents: Iterable[Document],
    *,
    fill: Callable[[Generation, Iterable[Document]], None],
    opened: Callable[[Generation], Opened],
) -> int:
    """Build a new generation, have it pass the gate, swap, and return how many it holds.

    Only while writing. Whatever goes wrong, the generation that answers stays; so it does as what
    to fall back to, unless it holds much less.

    Args:
        fill: puts documents into an empty generation; no two have the same topic id.
        opened: opens a generation anew.

    Raises:
        SearchUnavailable: the new one cannot be written, or did not pass.
        Exception: what ``documents`` raises, as it is.
    """
    before = _count(generations, opened)
    stream = Stream(documents)
    try:
        with generations.building() as new:
            fill(new, stream)
            verify(stream, opened(new))
    except Exception as error:
        if stream.error is not None or isinstance(error, SearchUnavailable):
            raise
        log.exception("The search index could not be built.")
        raise unusable(error) from error
    if before < FALLBACK_LEAST * stream.count:
        generations.retire()
    return stream.count


class Stream:
    """Documents on their way into a new generation; remembers how many, and a fair sample.

    The sample is drawn while they pass, without knowing how many there will be: each has the same
    chance (Vitter, Random sampling with a reservoir, 1985: algorithm R).
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = documents
        self._seen: set[int] = set()
        self.sample: list[Document] = []
        self.error: Exception | None = None  # raised by whoever gives the documents

    @property
    def count(self) -> int:
        return len(self._seen)

    def __iter__(self) -> Iterator[Document]:
        """Yield each document once, by its topic id."""
        chance = random.Random(_SEED)  # noqa: S311 (draws a sample, keeps no secret)
        try:
            for document in self._documents:
                if document.topic_id not in self._seen:
                    self._seen.add(document.topic_id)
                    self._draw(document, chance)
                    yield document
        except Exception as error:
            self.error = error
            raise

    def _draw(self, document: Document, chance: random.Random) -> None:
        if len(self.sample) < SAMPLE:
            self.sample.append(document)
        elif (place := chance.randrange(len(self._seen))) < SAMPLE:
            self.sample[place] = document


def verify(stream: Stream, new: Opened) -> None:
    """Let a new generation pass if it holds what went into it.

    Raises:
        SearchUnavailable: it does not.
    """
    lost = sum(not new.is_found(document) for document in stream.sample)
    if new.document_count != stream.count or lost:
        raise SearchUnavailable(
            f"The new search index holds {new.document_count:,} of {stream.count:,} topics, and "
            f"{lost:,} of {len(stream.sample):,} looked for are not found. It is not used."
        )


def _count(generations: Generations, opened: Callable[[Generation], Opened]) -> int:
    """Return how many documents the generation that answers holds, 0 if there is none."""
    try:
        return generations.attempt(lambda one: opened(one).document_count, opened)
    except SearchUnavailable:
        return 0
