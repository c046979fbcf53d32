import numpy as np
import pytest
from numpy.typing import NDArray

from community.search.vectors import table
from community.search.vectors.table import Table

DIMENSIONS = 384


def some(count: int, *, seed: int = 1) -> NDArray[np.float32]:
    """Return vectors of length 1 in bunches, as sentences lie."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(max(1, count // 50), DIMENSIONS))
    near = centres[random.integers(0, len(centres), count)]
    found = near + random.normal(size=(count, DIMENSIONS))
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def of(vectors: NDArray[np.float32], companies: list[int] | None = None) -> Table:
    count = len(vectors)
    rows = table.pack(range(1, count + 1), companies or [1] * count, [0] * count, vectors)
    return Table.empty(DIMENSIONS).grown(rows)


def test_the_nearest_are_those_that_comparing_with_all_would_give() -> None:
    vectors = some(5 * table.RESCORED)
    queries = some(40, seed=1) * 0.5 + some(40, seed=2) * 0.5
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    held = of(vectors)
    shared = 0

    for query in queries:
        exact = {int(place) + 1 for place in np.argsort(-(vectors @ query))[:10]}
        shared += len(exact & set(held.nearest(query, count=10)))

    assert shared >= 0.97 * 10 * len(queries)


def test_codes_tell_vectors_apart_that_all_lie_in_one_corner() -> None:
    vectors = some(2000) + np.float32(0.5)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    bits = np.unpackbits(np.ascontiguousarray(of(vectors).codes.T).view(np.uint8), axis=1)

    assert (abs(bits.mean(axis=0) - 0.5) < 0.25).all()


def test_the_cosine_is_right_to_two_places() -> None:
    vectors = some(200)

    found = of(vectors).nearest(vectors[0], count=200)

    assert next(iter(found)) == 1
    assert list(found.values()) == sorted(found.values(), reverse=True)
    for topic, cosine in found.items():
        assert cosine == pytest.approx(float(vectors[topic - 1] @ vectors[0]), abs=0.01)


@pytest.mark.parametrize("count", [30, 3 * table.RESCORED])
def test_companies_and_excluded_topics_are_kept_apart(count: int) -> None:
    vectors = some(count)
    held = of(vectors, [1 + number % 3 for number in range(count)])

    found = held.nearest(vectors[0], count=5, company_id=1, exclude={1, 4})

    assert len(found) == 5
    assert all(topic % 3 == 1 for topic in found)
    assert not {1, 4} & set(found)
    assert held.nearest(vectors[0], count=5, company_id=9) == {}


def test_the_last_row_of_a_topic_counts() -> None:
    first, second = some(2)
    rows = np.concatenate(
        [
            table.pack([1, 2], [1, 1], [10, 20], np.stack([first, second])),
            table.pack([1], [1], [11], second[None]),
            table.removals([2], DIMENSIONS),
        ]
    )

    at_once = Table.empty(DIMENSIONS).grown(rows)
    in_turn = Table.empty(DIMENSIONS)
    for end in (1, 2, 3, 4):
        in_turn = in_turn.grown(rows[:end])

    for held in (at_once, in_turn):
        assert held.live_topics() == {1}
        assert held.fingerprints([1, 2, 3]) == {1: 11}
        assert held.nearest(second, count=5) == {1: pytest.approx(1.0, abs=0.01)}


def test_a_row_that_is_not_as_it_was_written_does_not_count() -> None:
    rows = table.pack([1, 2, 3], [1] * 3, [0] * 3, some(3))
    rows["vector"][1, 5] ^= 1

    held = Table.empty(DIMENSIONS).grown(rows)

    assert held.live_topics() == {1, 3}


def test_what_is_half_written_is_taken_once_it_is_whole() -> None:
    rows = table.pack([1, 2], [1] * 2, [0] * 2, some(2))
    half = rows.copy()
    half["vector"][1] = 0

    held = Table.empty(DIMENSIONS).grown(half)

    assert (len(held), held.live_topics()) == (1, {1})
    assert held.grown(rows).live_topics() == {1, 2}


def test_zeros_are_no_row() -> None:
    assert len(Table.empty(DIMENSIONS).grown(np.zeros(3, table.record(DIMENSIONS)))) == 0


def test_an_empty_table_has_no_neighbours() -> None:
    assert Table.empty(DIMENSIONS).nearest(some(1)[0], count=5) == {}
