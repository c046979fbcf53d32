"""Scoring all documents at once gives what scoring term by term, document by document, does."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.search import analysis, entries, ranking, retrieval, scoring
from community.search.documents import Document
from community.search.entries import entry_of, pack_occurrences, unpack_occurrences
from community.search.ranking import Asker
from community.search.snapshots import Lookup, Snapshot, Traits
from tests.search.documents import NOW, document

TERMS = st.sampled_from(["printer", "jam", "paper", "tray", "打印", "user.js", "\ud800", "ağ"])
FIELD = st.dictionaries(TERMS, st.integers(1, 400)).map(Counter)
FIELDS = st.tuples(FIELD, FIELD, FIELD, FIELD)
AVERAGES = (3.5, 20.0, 8.0, 31.0)


@given(documents=st.lists(FIELDS, max_size=8), terms=st.lists(TERMS, unique=True))
def test_what_was_packed_is_found(
    documents: list[tuple[Counter[str], ...]], terms: list[str]
) -> None:
    found = unpack_occurrences([pack_occurrences(fields) for fields in documents], terms)
    rows = zip(found.documents, found.terms, found.counts.tolist(), strict=True)
    assert {(place, terms[term]): counts for place, term, counts in rows} == {
        (place, term): [min(field[term], 255) for field in fields]
        for place, fields in enumerate(documents)
        for term in terms
        if any(field[term] for field in fields)
    }
    assert sorted(found.documents) == list(found.documents)


def test_terms_that_end_alike_are_told_apart() -> None:
    def end(term: str) -> int:
        return entries.key(term) & 0xFFFF

    words = (f"word{n}" for n in range(1_000_000))
    alike = next(word for word in words if end(word) == end("printer"))
    packed = pack_occurrences([Counter([alike]), Counter(), Counter(), Counter()])
    assert not len(unpack_occurrences([packed], ["printer"]).terms)
    assert unpack_occurrences([packed], ["printer", alike]).terms.tolist() == [1]


def test_an_empty_field_counts_nothing() -> None:
    assert scoring.norms([0, 0, 0, 0], AVERAGES).tolist() == [0, 0, 0, 0]
    assert np.all(scoring.norms([1, 1, 1, 1], AVERAGES) > 0)


@dataclass(frozen=True)
class Place:
    """A document where no index is."""

    document: Document

    def topic_id(self) -> int:
        return self.document.topic_id

    def company_id(self) -> int:
        return self.document.company_id

    def row(self) -> bytes:
        return entry_of(self.document).row

    def occurrences(self) -> bytes:
        return entry_of(self.document).occurrences

    def traits(self) -> Traits:
        labels = entries.unpack_labels(entry_of(self.document).labels)
        return Traits.of(entries.unpack_row(self.row()), labels)

    def sort_key(self, order: object) -> int:
        raise NotImplementedError(order)


class Averages:
    """All that a scorer asks of a snapshot."""

    average_lengths = AVERAGES


def worth_of_words(one: Document, weights: dict[str, float]) -> float:
    """Return BM25F as its formula says, one term after the other."""
    texts = " ".join((one.title, *one.tags)), one.body, one.accepted, one.best
    fields = [Counter(analysis.ENGLISH.terms(text)) for text in texts]
    total = 0.0
    for term, weight in weights.items():
        counted = 0.0
        for field, known, average in zip(fields, scoring.WEIGHTS, AVERAGES, strict=True):
            length = 1 - known.b + known.b * field.total() / average
            counted += known.weight * min(field[term], 255) / length
        total += weight * counted / (scoring.K1 + counted)
    return total


def weight_of_standing(one: Document, asker: Asker) -> float:
    """Return what the ranking adds, one document at a time."""
    age_days = max(0.0, (NOW - one.confirmed_at).total_seconds()) / 86_400
    trust = 1 + min(ranking.HELPED * math.log2(1 + one.helped_count), ranking.HELPED_MOST)
    trust += ranking.SOLVED * one.is_solved
    trust += ranking.ACCEPTED * one.has_accepted
    trust += ranking.OFFICIAL * one.has_official
    freshness = 1 - ranking.AGED * (1 - 0.5 ** (age_days / ranking.HALF_LIFE_DAYS))
    subject = 1 + ranking.SAME_COMPANY * (one.company_id in asker.company_ids)
    subject += ranking.SAME_PRODUCT * bool(asker.product_ids & set(one.product_ids))
    is_read = not asker.languages or one.language in {*asker.languages, "und"}
    language = 1.0 if is_read else 1 - ranking.UNREAD
    expertise = 1 + ranking.EXPERT * one.expertise
    return math.prod((trust, expertise, freshness, subject, language))


WORDS = st.lists(st.sampled_from(["printer", "jam", "paper", "tray", "lamp"]), max_size=300)
TEXTS = WORDS.map(" ".join)
DOCUMENTS = st.builds(
    lambda **fields: document(1, **fields),
    title=TEXTS,
    body=TEXTS,
    accepted=TEXTS,
    best=TEXTS,
    company_id=st.integers(1, 3),
    product_ids=st.sampled_from([(), (4,), (4, 5)]),
    language=st.sampled_from(["en", "und"]),
    is_solved=st.booleans(),
    has_accepted=st.booleans(),
    has_official=st.booleans(),
    helped_count=st.integers(0, 500),
    expertise=st.integers(0, 5),
    confirmed_at=st.integers(0, 4_000).map(lambda days: NOW - timedelta(days=days)),
)
LOOKUPS = st.dictionaries(
    st.sampled_from(["printer", "jam", "paper", "tray", "lamp"]), st.floats(0.01, 20)
)
ASKERS = st.builds(
    Asker,
    languages=st.frozensets(st.sampled_from(["en", "id"])),
    company_ids=st.frozensets(st.integers(1, 3)),
    product_ids=st.frozensets(st.integers(4, 6)),
)


@given(documents=st.lists(DOCUMENTS, max_size=5), weights=LOOKUPS, asker=ASKERS)
def test_all_at_once_is_as_one_by_one(
    documents: Sequence[Document], weights: dict[str, float], asker: Asker
) -> None:
    terms = [
        Lookup(term, weight, idf=1.0, holding=1, finds=True, word=term)
        for term, weight in weights.items()
    ]
    scorer = retrieval.Scorer(cast(Snapshot, Averages()), terms, NOW, asker)
    places = [Place(one) for one in documents]
    found = scorer.score(places)
    assert [one.topic_id for one in found] == [one.topic_id for one in documents]
    for place, scored in zip(places, found, strict=True):
        assert scored.relevance == pytest.approx(worth_of_words(place.document, weights), abs=1e-6)
        assert scored.factor == pytest.approx(weight_of_standing(place.document, asker), abs=1e-6)
        shares = scorer.shares(place)
        assert sum(one.share for one in shares) == pytest.approx(scored.relevance)
        assert math.prod(scorer.factors(place).values()) == pytest.approx(scored.factor)
