import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.search.relevance import fused

WORDS = st.dictionaries(st.integers(1, 9), st.floats(0, 80), max_size=9)
SIMILARITIES = st.dictionaries(st.integers(1, 9), st.floats(0, 1), max_size=9)


@given(WORDS, SIMILARITIES)
def test_relevance_lies_from_nought_to_one(
    words: dict[int, float], similarities: dict[int, float]
) -> None:
    found = fused(words, similarities)

    assert found.keys() == words.keys()
    assert all(0 <= value <= 1 for value in found.values())


@given(WORDS)
def test_without_vectors_the_words_decide(words: dict[int, float]) -> None:
    found = fused(words, {})

    by_words = sorted(words, key=words.__getitem__)
    assert [found[one] for one in by_words] == sorted(found.values())


@given(WORDS, st.floats(0.05, 20))
def test_the_scale_of_the_words_does_not_matter(words: dict[int, float], scale: float) -> None:
    similarities = dict.fromkeys(words, 0.5)
    scaled = {topic_id: scale * value for topic_id, value in words.items()}

    if max(words.values(), default=1) > 1e-6:
        assert fused(scaled, similarities) == pytest.approx(fused(words, similarities))


def test_what_is_new_is_not_hidden() -> None:
    """The same words, and no vector yet: it lies beside the best, not behind everything."""
    found = fused({1: 10.0, 2: 10.0, 3: 1.0}, {1: 0.8, 3: 0.7})

    assert found[2] == found[1] > found[3]
