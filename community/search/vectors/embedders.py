"""Models that turn sentences into vectors, so that the same meaning lies close together.

Both models run in this process, one text or batch at a time: on a small machine two at once would
each take twice as long, and every other request would wait for both. Who finds the model at work
longer than `PATIENCE` does without vectors.
"""

import logging
import threading
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from community.search.confidence import Weights
from community.search.vectors import texts

PATIENCE = 0.05  # seconds that a query waits for the model to be free
KEPT = 64  # vectors of questions: who types on, or presses Enter, asks what was read already

Vectors = NDArray[np.float32]

log = logging.getLogger(__name__)
_at_work = threading.Lock()  # of all models of this process


class NoVectors(Exception):
    """There are no vectors just now; the text says why, in a few words."""


NOT_INSTALLED = "not installed"
OVERLOADED = "overloaded"


class Embedder(ABC):
    """A model. It is loaded when the first text is embedded.

    ``unrelated`` is the cosine of two texts that have nothing to do with each other, the median
    over random pairs of query and document of the labelled sets: where a model's scale begins.
    ``fitting`` is what its similarity counts among the signs that a topic fits.
    ``asked_max`` is how much of a question is read: what is asked is said at first, and reading
    more found no more beyond chance (bench/RESULTS.md).
    """

    name: ClassVar[str]
    dimensions: ClassVar[int]
    languages: ClassVar[frozenset[str] | None]  # primary subtags; None: every other
    unrelated: ClassVar[float]
    fitting: ClassVar[Weights]
    batch: ClassVar[int]  # texts that are embedded together
    asked_max: ClassVar[int]  # tokens

    def __init__(self) -> None:
        self._trouble = ""
        self._is_loaded = False
        self._asked = lru_cache(maxsize=KEPT)(self._compute_question)

    @property
    def identity(self) -> str:
        """What a vector depends on besides its text: model, its version and how texts are cut.

        Raises:
            NoVectors: the model is not installed.
        """
        return f"{self.name}-{self.version()}-{texts.VERSION}"

    def embed(self, wanted: Sequence[str], *, asking: bool, patience: float = -1) -> Vectors:
        """Return a vector of length 1 for each text, shape (texts, dimensions).

        Args:
            wanted: as `texts.of` makes them.
            asking: they are queries; documents otherwise.
            patience: seconds to wait for whoever is using a model; negative: as long as it takes.

        Raises:
            NoVectors: the model is not installed, cannot be loaded, or others use it.
        """
        with _turn(patience):
            self._load_once()
            read = [texts.plain(text) for text in wanted]
            if asking:
                vectors = np.array([self._asked(self.beginning(text)) for text in read])
            else:
                vectors = self.compute(read, asking=False)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.all(np.isfinite(lengths)):
            raise NoVectors("the model failed")
        return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)

    def _load_once(self) -> None:
        if self._trouble:
            raise NoVectors(self._trouble)
        if self._is_loaded:
            return
        try:
            self.version()  # says that it is not installed
            self.load()
        except Exception as error:
            # Whatever keeps a library from loading will not have gone at the next query.
            self._trouble = str(error) if isinstance(error, NoVectors) else "cannot be loaded"
            log.warning("No vectors by %s: %s.", self.name, error)
            raise NoVectors(self._trouble) from error
        self._is_loaded = True

    @abstractmethod
    def version(self) -> str:
        """Return the version of the weights.

        Raises:
            NoVectors: the model is not installed, or this machine cannot run it.
        """

    @abstractmethod
    def load(self) -> None:
        """Get ready. Called once, before the first text."""

    def _compute_question(self, text: str) -> Vectors:
        [vector] = self.compute([text], asking=True)
        return np.asarray(vector, np.float32)

    def beginning(self, text: str) -> str:
        """Return as much of a question as is read of it: `asked_max` tokens."""
        if self.count(text) <= self.asked_max:
            return text
        lengths = range(1, len(text) + 1)
        end = bisect_right(lengths, self.asked_max, key=lambda length: self.count(text[:length]))
        return text[:end].rstrip()

    @abstractmethod
    def count(self, text: str) -> int:
        """Return how many tokens a text has, those around it included. What they cost is time."""

    @abstractmethod
    def compute(self, wanted: Sequence[str], *, asking: bool) -> Vectors:
        """Return a vector for each text, of any length."""


@contextmanager
def _turn(patience: float) -> Iterator[None]:
    if not _at_work.acquire(timeout=patience):
        raise NoVectors(OVERLOADED)
    try:
        yield
    finally:
        _at_work.release()
