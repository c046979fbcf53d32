import random

import pytest

from community.search.evaluation import Item, LabelledSet
from community.search.evaluation.slips import mistyped, slipped


def _set(*titles: str) -> LabelledSet:
    queries = [Item(str(number), title) for number, title in enumerate(titles)]
    return LabelledSet(corpus=[], queries=queries, labels={})


def _titles(labelled: LabelledSet) -> list[str]:
    return [query.title for query in labelled.queries]


def test_none_is_what_was_there() -> None:
    assert _titles(mistyped(_set("Printer jams on page two"), 0)) == ["Printer jams on page two"]


@pytest.mark.parametrize("count", [1, 2])
def test_so_many_words_are_mistyped_and_always_the_same(count: int) -> None:
    before = "Printer jams when copying"
    typed = _titles(mistyped(_set(before), count))[0]
    changed = [new for old, new in zip(before.split(), typed.split(), strict=True) if old != new]
    assert len(changed) == count
    assert typed == _titles(mistyped(_set(before), count))[0]


def test_what_has_no_word_to_mistype_is_left_alone() -> None:
    titles = ["花呗额度", "", "a to z", "x86_64 user.js"]
    assert _titles(mistyped(_set(*titles), 3))[:3] == titles[:3]


def test_every_kind_of_slip_occurs() -> None:
    draw = random.Random(1)
    typed = {slipped("router", draw) for _ in range(500)}
    assert {len(word) for word in typed} == {5, 6, 7}
    assert "ruoter" in typed
    assert any(len(word) == 6 and sorted(word) != sorted("router") for word in typed)
    assert "router" not in typed
