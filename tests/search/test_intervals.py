import random

import pytest

from community.search.evaluation import Outcome, intervals


def outcome(rank: int | None, *, rejected: bool | None = None) -> Outcome:
    return Outcome(rank=rank, ndcg=1 / rank if rank else 0.0, rejected=rejected, ms=1.0)


def test_interval_of_what_never_differs_is_a_point() -> None:
    assert intervals.interval([0.5] * 20) == intervals.Interval(0.5, 0.5, 0.5)


def test_interval_is_the_same_each_time_and_close_to_what_theory_says() -> None:
    numbers = [1.0] * 30 + [0.0] * 70
    found = intervals.interval(numbers)
    assert found == intervals.interval(numbers)
    assert found.mean == pytest.approx(0.3)
    # The normal approximation: 0.3 ± 1.96 · √(0.3 · 0.7 / 100).
    assert (found.low, found.high) == pytest.approx((0.21, 0.39), abs=0.011)


def test_interval_of_many_numbers_is_drawn_in_parts() -> None:
    numbers = [float(place % 2) for place in range(1_500)]
    found = intervals.interval(numbers)
    assert (found.low, found.high) == pytest.approx((0.4747, 0.5253), abs=0.003)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    drawn = random.Random(7)
    samples = ([float(drawn.random() < 0.4) for _ in range(80)] for _ in range(200))
    held = sum(found.low <= 0.4 <= found.high for found in map(intervals.interval, samples))
    assert 180 <= held <= 200


def test_interval_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="Nothing"):
        intervals.interval([])


def test_queries_count_only_where_they_have_labels() -> None:
    found = intervals.of_run({"a": outcome(1), "b": outcome(0), "c": outcome(None, rejected=True)})
    assert found["hit_at_5"].mean == 0.5
    assert found["rejected_at_5"].mean == 1.0
    assert "rejected_at_5" not in intervals.of_run({"a": outcome(1)})


def test_a_small_gain_at_every_query_is_certain_though_queries_differ_much() -> None:
    before = {str(n): outcome(1 if n % 2 else 10) for n in range(40)}
    after = {str(n): outcome(1 if n % 2 else 9) for n in range(40)} | {"other": outcome(0)}
    grown = intervals.of_difference(before, after)["mrr_at_10"]
    assert grown.mean == pytest.approx((1 / 9 - 1 / 10) / 2)
    assert grown.low > 0
    apart = intervals.of_run(before)["mrr_at_10"], intervals.of_run(after)["mrr_at_10"]
    assert apart[1].low < apart[0].high  # which their own intervals do not show


def test_runs_over_other_queries_have_no_difference() -> None:
    assert intervals.of_difference({"a": outcome(1)}, {"b": outcome(1)}) == {}


def test_wilson_stays_within_a_share() -> None:
    assert intervals.wilson(0, 0) is None
    none, all_ = intervals.wilson(0, 10), intervals.wilson(10, 10)
    assert none is not None
    assert all_ is not None
    assert (none.low, none.high) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert (all_.low, all_.high) == pytest.approx((0.7225, 1.0), abs=1e-4)


@pytest.mark.parametrize(("successes", "trials"), [(2, 1), (-1, 1)])
def test_wilson_refuses_what_is_no_share(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        intervals.wilson(successes, trials)
