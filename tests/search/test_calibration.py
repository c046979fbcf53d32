import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.search.evaluation import calibration

SAMPLES = st.lists(
    st.tuples(st.floats(-1e6, 1e6, allow_nan=False), st.booleans()), min_size=1, max_size=60
)


def test_scores_that_tell_all_are_taken_at_their_word() -> None:
    learnt = calibration.fit([3.0, 1.0, 2.0, 4.0], [True, False, False, True])
    assert [learnt.probability(score) for score in (0.0, 1.5, 2.0, 2.5, 3.0, 9.0)] == [
        *(0.0, 0.0, 0.0),
        0.5,  # halfway between two knots
        *(1.0, 1.0),
    ]


def test_neighbours_in_the_wrong_order_share_a_probability() -> None:
    learnt = calibration.fit([1.0, 2.0, 3.0, 4.0], [False, True, False, True])
    assert [learnt.probability(score) for score in (1.0, 2.0, 3.0, 4.0)] == [0.0, 0.5, 0.5, 1.0]


def test_equal_scores_share_a_probability() -> None:
    learnt = calibration.fit([1.0, 1.0, 1.0, 1.0], [True, False, False, False])
    assert learnt.probability(1.0) == learnt.probability(5.0) == 0.25


@given(SAMPLES)
def test_a_better_score_is_never_worse(samples: list[tuple[float, bool]]) -> None:
    scores, fits = zip(*samples, strict=True)
    learnt = calibration.fit(scores, fits)
    said = [learnt.probability(score) for score in sorted(scores)]
    assert said == sorted(said)
    assert all(0 <= probability <= 1 for probability in said)
    # Pooling keeps the mean: what is said is right on the whole.
    assert sum(said) == pytest.approx(sum(fits), abs=1e-6)


@given(SAMPLES, st.floats(0, 1))
def test_a_threshold_is_where_a_probability_is_reached(
    samples: list[tuple[float, bool]], wanted: float
) -> None:
    scores, fits = zip(*samples, strict=True)
    learnt = calibration.fit(scores, fits)
    threshold = learnt.threshold(wanted)
    if threshold is None:
        assert learnt.probability(max(scores)) < wanted
    else:
        assert learnt.probability(threshold) == pytest.approx(wanted, abs=1e-6) or (
            learnt.probability(threshold) > wanted and threshold == min(scores)
        )


@pytest.mark.parametrize(("scores", "fits"), [([], []), ([1.0], [])])
def test_nothing_teaches_nothing(scores: list[float], fits: list[bool]) -> None:
    with pytest.raises(ValueError, match="teach nothing"):
        calibration.fit(scores, fits)


def test_probabilities_of_samples_held_back_hold_what_they_say() -> None:
    drawn = random.Random(3)
    scores = [10 * drawn.random() for _ in range(5_000)]
    fits = [drawn.random() < (score / 10) ** 2 for score in scores]
    said = calibration.out_of_fold(scores, fits)
    bins = calibration.reliability(said, fits)
    assert sum(each.count for each in bins) == 5_000
    assert max(each.count for each in bins) < 1_000
    assert calibration.expected_calibration_error(bins) < 0.03
    assert calibration.brier(said, fits) == pytest.approx(0.133, abs=0.01)  # ∫ x²(1 − x²) dx = 2/15


def test_samples_of_a_group_are_not_judged_by_each_other() -> None:
    # Each group is certain of itself and the opposite of all others.
    scores, fits, groups = [1.0] * 4, [True, True, False, False], [0, 0, 1, 1]
    assert calibration.out_of_fold(scores, fits, groups) == [0.0, 0.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="teach nothing"):
        calibration.out_of_fold(scores, fits, [0, 0, 0, 0])


def test_the_order_of_samples_does_not_matter() -> None:
    said, fits = [0.5] * 20 + [0.9] * 5, [True, False] * 10 + [True] * 5
    bins = calibration.reliability(said, fits)
    assert [(each.count, each.seen) for each in bins] == [(20, 0.5), (5, 1.0)]
    assert calibration.reliability(said[::-1], fits[::-1]) == bins


def test_error_is_how_far_off_bins_are() -> None:
    bins = calibration.reliability([0.9] * 4 + [0.1] * 4, [True] * 2 + [False] * 6, bins=2)
    assert [each.said for each in bins] == pytest.approx([0.1, 0.9])
    assert [each.seen for each in bins] == [0.0, 0.5]
    assert calibration.expected_calibration_error(bins) == pytest.approx(0.25)
    assert calibration.reliability([], []) == []
    assert calibration.expected_calibration_error([]) == 0.0
    assert calibration.brier([], []) == 0.0
