import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.search.confidence import NO_SIGNS, WORDS_ALONE, Signs, Weights
from community.search.vectors.e5 import E5
from community.search.vectors.minilm import MiniLM

LEARNT = (WORDS_ALONE, MiniLM.fitting, E5.fitting)
SHARES = st.floats(0, 1)


@pytest.mark.parametrize("weights", LEARNT)
@given(signs=st.builds(Signs, SHARES, SHARES, st.floats(0, 300)), more=SHARES)
def test_more_of_any_sign_is_never_less_sure(weights: Weights, signs: Signs, more: float) -> None:
    said = weights.confidence(signs)
    assert 0 <= said <= 1
    for name, value in signs._asdict().items():
        assert weights.confidence(signs._replace(**{name: value + more})) >= said


@pytest.mark.parametrize("weights", LEARNT)
def test_without_a_sign_nothing_is_shown(weights: Weights) -> None:
    assert weights.confidence(NO_SIGNS) < 0.05


def test_where_no_vector_tells_similarity_counts_nothing() -> None:
    assert WORDS_ALONE.similarity == 0


def test_odds_too_long_for_a_number_are_none() -> None:
    assert Weights(-1e6, 0, 0, 0).confidence(NO_SIGNS) == 0.0
    assert Weights(1e6, 0, 0, 0).confidence(NO_SIGNS) == 1.0
