"""A model without weights: the words of a text, each thrown into one of the dimensions."""

import zlib
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from community.search.confidence import Weights
from community.search.vectors.embedders import Embedder, NoVectors, Vectors


class Words(Embedder):
    """Texts are as close as they share words."""

    name = "words"
    dimensions = 384
    languages: ClassVar[frozenset[str] | None] = frozenset({"en"})
    unrelated = 0.0
    fitting = Weights(-1.0, 4.0, 4.0, 1.0)
    batch = 4
    asked_max = 100

    def __init__(self, *, release: str = "1", absent: str = "", broken: str = "") -> None:
        super().__init__()
        self.release, self.absent, self.broken = release, absent, broken
        self.embedded: list[str] = []
        self.asked: list[str] = []

    def version(self) -> str:
        if self.absent:
            raise NoVectors(self.absent)
        return self.release

    def load(self) -> None:
        if self.broken:
            raise OSError(self.broken)

    def count(self, text: str) -> int:
        return len(text.split())

    def compute(self, wanted: Sequence[str], *, asking: bool) -> Vectors:
        (self.asked if asking else self.embedded).extend(wanted)
        found = np.zeros((len(wanted), self.dimensions), np.float32)
        for row, text in enumerate(wanted):
            for word in text.lower().replace(".", " ").split():
                found[row, zlib.crc32(word.encode()) % self.dimensions] += 1
        return found


class OtherWords(Words):
    """The same for all other languages."""

    name = "other-words"
    languages = None
