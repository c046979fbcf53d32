"""What weighs besides relevance: each part within its bounds, and all together within twice."""

import math
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from community.search import NOT_SAID, ranking
from community.search.ranking import ANYBODY, LEAST, MOST, Asker, Standing, doublings
from tests.search.documents import NOW

LANGUAGES = st.sampled_from(["en", "id", "zh", NOT_SAID])
IDS = st.integers(1, 4)
STANDINGS = st.builds(
    Standing,
    company_id=IDS,
    language=LANGUAGES,
    is_solved=st.booleans(),
    has_accepted=st.booleans(),
    has_official=st.booleans(),
    helped_count=st.integers(0, 0xFFFF),
    expertise=st.integers(0, 255),
    confirmed=st.integers(0, 0xFFFFFFFF),
)
ASKERS = st.builds(
    Asker,
    languages=st.frozensets(LANGUAGES),
    company_ids=st.frozensets(IDS),
    product_ids=st.frozensets(IDS),
)
PRODUCTS = st.lists(IDS).map(tuple)

NOBODYS = Standing(
    company_id=1,
    language="en",
    is_solved=False,
    has_accepted=False,
    has_official=False,
    helped_count=0,
    expertise=0,
    confirmed=NOW.timestamp(),
)


def weight(standing: Standing, asker: Asker, product_ids: tuple[int, ...] = ()) -> float:
    is_of_product = not asker.product_ids.isdisjoint(product_ids)
    factors = ranking.factors(standing, asker, NOW, is_of_product=is_of_product)
    return float(math.prod(factors.values()))


def test_the_bounds_are_closer_than_twice() -> None:
    assert LEAST < 1 < MOST < 2 * LEAST


@given(one=STANDINGS, other=STANDINGS, asker=ASKERS, products=PRODUCTS)
def test_twice_as_relevant_is_never_overtaken(
    one: Standing, other: Standing, asker: Asker, products: tuple[int, ...]
) -> None:
    weights = weight(one, asker, products), weight(other, asker)
    assert all(LEAST - 1e-9 <= each <= MOST + 1e-9 for each in weights)
    assert 2 * weights[0] > weights[1]
    assert 2 * weights[1] > weights[0]


@given(standing=STANDINGS, asker=ASKERS)
def test_both_ends_of_the_bounds_are_reached(standing: Standing, asker: Asker) -> None:
    best = Standing(
        company_id=1,
        language="en",
        is_solved=True,
        has_accepted=True,
        has_official=True,
        helped_count=0xFFFF,
        expertise=doublings(10**6),
        confirmed=NOW.timestamp(),
    )
    worst = Standing(
        company_id=2,
        language="id",
        is_solved=False,
        has_accepted=False,
        has_official=False,
        helped_count=0,
        expertise=0,
        confirmed=0.0,
    )
    certain = Asker(frozenset({"en"}), frozenset({1}), frozenset({1}))
    assert math.isclose(weight(best, certain, (1,)), MOST)
    assert math.isclose(weight(worst, certain), LEAST, rel_tol=1e-6)
    assert weight(worst, certain) <= weight(standing, asker) <= weight(best, certain, (1,)) + 1e-9


def test_nothing_known_moves_nothing() -> None:
    assert weight(NOBODYS, ANYBODY) == 1


@given(standing=STANDINGS)
def test_a_language_is_read_unless_somebody_says_otherwise(standing: Standing) -> None:
    said = ranking.factors(standing, ANYBODY, NOW)["language"]
    assert (
        said
        == ranking.factors(standing, Asker(frozenset({str(standing.language)})), NOW)["language"]
    )
    assert said == 1


def test_who_writes_a_language_reads_it() -> None:
    german = Asker(languages=frozenset({"de"}))
    assert german.reading("id").languages == {"de", "id"}
    assert german.reading(NOT_SAID) == german
    assert ANYBODY.reading("id") == ANYBODY  # of whom nothing is known


def test_the_hundredth_solved_says_less_than_the_second() -> None:
    counts = [0, 1, 2, 3, 4, 16, 100_000]
    assert [doublings(count) for count in counts] == [0, 1, 2, 2, 3, 5, 5]


@given(days=st.floats(0, 20_000), more=st.floats(0, 20_000))
def test_age_only_takes_away(days: float, more: float) -> None:
    def freshness(age: float) -> float:
        confirmed = (NOW - timedelta(days=age)).timestamp()
        found = ranking.factors(
            Standing(
                company_id=1,
                language="en",
                is_solved=False,
                has_accepted=False,
                has_official=False,
                helped_count=0,
                expertise=0,
                confirmed=confirmed,
            ),
            ANYBODY,
            NOW,
        )
        return float(found["freshness"])

    assert 1 >= freshness(days) >= freshness(days + more) >= 1 - ranking.AGED
