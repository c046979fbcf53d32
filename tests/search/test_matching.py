"""Words and meaning together, with an index and vectors on the disk."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from community import search
from community.search import matching, vectors
from community.search.evaluation import meanings
from community.search.vectors import Spaces
from community.search.vectors.embedders import Vectors
from tests.search.documents import document
from tests.search.vectors.models import OtherWords, Words

DOCUMENTS = (
    document(1, "Printer jams on page two", language="en", company_id=0),
    document(2, "Kertas macet di printer", language="id", company_id=0),
    document(3, "Where is my invoice", language="en", company_id=0),
)


class Synonyms(Words):
    """Knows one thing more than the index: what a bill is."""

    def compute(self, wanted: Sequence[str], *, asking: bool) -> Vectors:
        return super().compute(
            [text.lower().replace("bill", "invoice") for text in wanted], asking=asking
        )


@pytest.fixture
def spaces(tmp_path: Path) -> Iterator[Spaces]:
    search.use(search.open_index("whoosh", tmp_path / "search"))
    search.index().rebuild(DOCUMENTS)
    before = vectors.spaces()
    made = Spaces(tmp_path / "vectors", (Synonyms(), OtherWords()))
    vectors.use(made)
    yield made
    vectors.use(before)


def found(text: str) -> list[int]:
    return [match.topic_id for match in matching.similar(text)]


def test_words_alone_answer_until_there_are_vectors(spaces: Spaces) -> None:
    assert found("the bill has not come") == []

    assert sum(meanings.fill(spaces, DOCUMENTS)) == 3

    assert found("the bill has not come")[0] == 3


def test_slips_are_mended_for_words_and_meaning(spaces: Spaces) -> None:
    assert found("pritner jmas")[0] == 1
    list(meanings.fill(spaces, DOCUMENTS))
    explained = matching.explain("pritner jams on pgae two", 1)
    assert explained is not None
    assert explained.similarity == pytest.approx(1, abs=0.05)


def test_vectors_are_made_once(spaces: Spaces) -> None:
    model = spaces.of("en").embedder
    assert isinstance(model, Words)
    for _ in range(2):
        list(meanings.fill(spaces, DOCUMENTS))

    assert len(model.embedded) == 2  # those in English


def test_words_alone_answer_where_no_model_is_installed(spaces: Spaces, tmp_path: Path) -> None:
    vectors.use(Spaces(tmp_path / "none", (Words(absent="not installed"),)))

    assert found("printer jams")[0] == 1


def test_an_explanation_says_how_near_a_topic_is(spaces: Spaces) -> None:
    list(meanings.fill(spaces, DOCUMENTS))

    told = matching.explain("where is the bill", 3)

    assert told is not None
    assert told.similarity is not None
    assert told.similarity > 0.5
    assert matching.explain("where is the bill", 99) is None
