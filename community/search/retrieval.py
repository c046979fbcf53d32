"""Finding similar topics: an engine's candidates, scored with the whole query and ranked.

The same functions serve every engine. Terms are looked up and weighed here; the engine returns
the few documents worth a closer look; they are scored with every term of the query from their
occurrences, which restores the order that a full search would have given.
"""

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from community.search import query as queries
from community.search import ranking, relevance, scoring
from community.search.confidence import NO_SIGNS, WORDS_ALONE, Signs
from community.search.documents import Explanation, Match, Near, Spread, TermShare
from community.search.entries import Occurrences, Rows, unpack_occurrences, unpack_rows
from community.search.query import Query
from community.search.ranking import ANYBODY, Asker
from community.search.scoring import Floats
from community.search.snapshots import Lookup, Place, Snapshot, needed

STOP_WORD = 0.5  # weight of a stop word, next to another word that as many topics hold
COMPLETIONS = 8
COMPLETIONS_SEEN = 200  # words looked at for them
YOUNG = 20  # topics; by then a word that none of them holds says half of what it will
COMPLETED = 0.2  # weight of all completions of an unfinished word together


def similar(
    snapshot: Snapshot,
    query: Query,
    *,
    company_id: int | None,
    limit: int,
    exclude: Collection[int],
    among: Collection[int] | None,
    at: datetime,
    near: Near | None = None,
    asker: Asker = ANYBODY,
) -> list[Match]:
    """Find the topics that fit the query best.

    Args:
        near: what the query's meaning is near to; candidates come from the words alone if None.
        asker: what is known of whoever asks.
    """
    terms = lookups(snapshot, query, company_id)
    if among is not None:
        places = _found(snapshot, set(among).difference(exclude), company_id)
    else:
        count = max(snapshot.worth_scoring, limit)
        places = _candidates(snapshot, terms, company_id, count=count, exclude=exclude, near=near)
    scored = _scored(Scorer(snapshot, terms, at, asker), places, near)
    best = heapq.nlargest(
        limit, (one for one in scored if one.score > 0), key=lambda one: one.score
    )
    question = Question.of(snapshot, query, terms)
    return [one.match(*question.judge(one, near)) for one in best]


def _candidates(
    snapshot: Snapshot,
    terms: Sequence[Lookup],
    company_id: int | None,
    *,
    count: int,
    exclude: Collection[int],
    near: Near | None,
) -> list[Place]:
    """Return what the words find, and what lies near."""
    places = list(snapshot.candidates(terms, company_id, count=count, exclude=exclude))
    if near is None:
        return places
    known = {place.topic_id() for place in places}
    return places + _found(snapshot, near.found.keys() - known - set(exclude), company_id)


def _found(snapshot: Snapshot, topic_ids: Collection[int], company_id: int | None) -> list[Place]:
    found = snapshot.find(topic_ids)
    return [place for place in found if company_id is None or place.company_id() == company_id]


def _scored(scorer: "Scorer", places: Sequence[Place], near: Near | None) -> list["Scored"]:
    """Return the documents with their relevance: that of their words, or with their meaning."""
    scored = scorer.score(places)
    if near is None:
        return scored
    words = {one.topic_id: one.words for one in scored}
    fitting = relevance.fused(words, near.similarities(words))
    return [one._replace(relevance=fitting[one.topic_id]) for one in scored]


def spread(snapshot: Snapshot, word: str, company_id: int) -> Spread:
    """Count the topics that hold the rarest term of a word."""
    query = queries.parse(word, finished=True, held=snapshot.languages)
    if not query.terms:
        return Spread(0, 0)
    stop_words = [term for term in query.terms if query.is_stop_word(term)]
    if stop_words:
        return Spread(min(map(snapshot.holding_stop_word, stop_words)), 0)
    everywhere, rarest = min(
        (sum(map(snapshot.holding, synonyms)), synonyms) for synonyms in _synonyms(query)
    )
    return Spread(everywhere, sum(snapshot.holding(term, company_id) for term in rarest))


def explain(
    snapshot: Snapshot,
    query: Query,
    topic_id: int,
    *,
    at: datetime,
    near: Near | None = None,
    asker: Asker = ANYBODY,
) -> Explanation | None:
    """Take the score of a topic apart."""
    places = snapshot.find([topic_id])
    if not places:
        return None
    terms = lookups(snapshot, query, None)
    others = _candidates(
        snapshot, terms, None, count=snapshot.worth_scoring, exclude={topic_id}, near=near
    )
    scorer = Scorer(snapshot, terms, at, asker)
    scored = _scored(scorer, [*places, *others], near)[0]
    signs, confidence = Question.of(snapshot, query, terms).judge(scored, near)
    return Explanation(
        topic_id,
        scored.score,
        scored.relevance,
        scorer.factors(places[0]),
        scorer.shares(places[0]),
        near.similarities([topic_id]).get(topic_id) if near else None,
        signs,
        confidence,
    )


# Terms


def lookups(snapshot: Snapshot, query: Query, company_id: int | None) -> list[Lookup]:
    """Look the terms of a query up, rarest first. Terms that nothing holds are left out.

    Terms that stand for one word in several languages are as rare as all of them together.
    """
    found = []
    for synonyms in _synonyms(query):
        held = {term: _everywhere(snapshot, query, term) for term in synonyms}
        idf = _idf(snapshot, sum(held.values()))
        found += [
            _lookup(
                snapshot,
                query,
                company_id,
                Lookup(
                    term,
                    weight=query.terms[term] * idf,
                    idf=idf,
                    holding=everywhere,
                    finds=True,
                    word=synonyms[0],
                ),
            )
            for term, everywhere in held.items()
            if everywhere
        ]
    found += _completions(snapshot, query, company_id)
    return sorted(found, key=lambda lookup: lookup.holding)


def _synonyms(query: Query) -> list[list[str]]:
    """Return the terms of a query, those together that stand for one word."""
    groups = {term: [term] for term in query.terms if term not in query.instead_of}
    for term, main in query.instead_of.items():
        groups[main].append(term)
    return list(groups.values())


def _everywhere(snapshot: Snapshot, query: Query, term: str) -> int:
    is_stop_word = query.is_stop_word(term)
    return snapshot.holding_stop_word(term) if is_stop_word else snapshot.holding(term)


def _idf(snapshot: Snapshot, holding: int) -> float:
    return scoring.idf(snapshot.document_count, min(holding, snapshot.document_count))


def _lookup(snapshot: Snapshot, query: Query, company_id: int | None, everywhere: Lookup) -> Lookup:
    """Return what was looked up everywhere as it is within the company, and as a stop word."""
    if query.is_stop_word(everywhere.term):
        return replace(everywhere, weight=STOP_WORD * everywhere.weight, finds=False)
    if company_id is None:
        return everywhere
    return replace(everywhere, holding=snapshot.holding(everywhere.term, company_id))


def _completions(snapshot: Snapshot, query: Query, company_id: int | None) -> list[Lookup]:
    """Look up what the unfinished last word may become."""
    if not query.unfinished:
        return []
    counts: dict[str, int] = {}
    words = zip(snapshot.words_from(query.unfinished), range(COMPLETIONS_SEEN), strict=False)
    for (word, count), _ in words:
        for term in query.completed(word):
            if term not in query.terms:
                counts[term] = counts.get(term, 0) + count
    likely = heapq.nlargest(COMPLETIONS, counts.items(), key=itemgetter(1))
    total = sum(count for _, count in likely)
    # One word is meant, so all completions together say no more than their whole group does.
    idf = _idf(snapshot, total)
    return [
        _lookup(
            snapshot,
            query,
            company_id,
            Lookup(
                term,
                weight=COMPLETED * idf * (0.5 + 0.5 * count / total),
                idf=idf,
                holding=everywhere,
                finds=True,
                word=term,
            ),
        )
        for term, count in likely
        if (everywhere := _everywhere(snapshot, query, term))
    ]


# Scores


class Scored(NamedTuple):
    """A document as it is ranked."""

    topic_id: int
    words: float  # what they are worth
    relevance: float  # that of the words, or with the meaning
    factor: float  # the product of `ranking.factors`

    @property
    def score(self) -> float:
        return self.relevance * self.factor

    def match(self, signs: Signs = NO_SIGNS, confidence: float = 0.0) -> Match:
        return Match(self.topic_id, self.score, self.relevance, signs, confidence)


class Question(NamedTuple):
    """What a query says, to judge by how much of it a topic says."""

    weight: float  # of all its words
    rarest: float  # weight of a word that a single topic of all holds

    @classmethod
    def of(cls, snapshot: Snapshot, query: Query, terms: Sequence[Lookup]) -> "Question":
        """Weigh a query. Words that no topic holds count: they say that it may be about others.

        In a young index that says little. An unfinished word does not count, for nobody knows
        yet what it will be.
        """
        rarest = scoring.idf(snapshot.document_count, 1)
        known = {lookup.word for lookup in terms}
        if query.unfinished:
            known.update(query.completed(query.unfinished))
        unheld = sum(query.terms[one[0]] for one in _synonyms(query) if one[0] not in known)
        told = snapshot.document_count / (snapshot.document_count + YOUNG)
        return cls(needed(terms, 1.0) + unheld * rarest * told, rarest)

    def judge(self, one: Scored, near: Near | None) -> tuple[Signs, float]:
        """Return what speaks for a topic, and the chance that it fits."""
        meant = near.judge(one.topic_id) if near else None
        similarity, weights = meant or (0.0, WORDS_ALONE)
        coverage = one.words / self.weight if self.weight else 0.0
        signs = Signs(similarity, coverage, one.words / self.rarest)
        return signs, weights.confidence(signs)


class Scorer:
    """Scores documents for one query, by its words."""

    def __init__(
        self,
        snapshot: Snapshot,
        terms: Sequence[Lookup],
        at: datetime,
        asker: Asker = ANYBODY,
    ) -> None:
        self._averages = snapshot.average_lengths
        self._terms = terms
        self._weights = np.array([lookup.weight for lookup in terms], np.float64)
        self._at = at
        self._asker = asker

    def score(self, places: Sequence[Place]) -> list[Scored]:
        """Return the documents with what their words are worth."""
        rows = unpack_rows([place.row() for place in places])
        found, shares = self._shares(places, rows)
        relevances = np.bincount(found.documents, shares, minlength=len(places))
        factors = np.prod([*self._factors(places, rows).values()], axis=0)
        columns = rows.topic_ids.tolist(), relevances.tolist(), relevances.tolist()
        return list(map(Scored, *columns, factors.tolist()))

    def factors(self, place: Place) -> Mapping[str, float]:
        """Return what a document's relevance is multiplied with."""
        found = self._factors([place], unpack_rows([place.row()]))
        return {name: float(factor[0]) for name, factor in found.items()}

    def shares(self, place: Place) -> tuple[TermShare, ...]:
        """Return what each term adds to what a document's words are worth, most first."""
        found, shares = self._shares([place], unpack_rows([place.row()]))
        unordered = [
            TermShare(
                self._terms[term].term,
                self._terms[term].idf,
                {name: n for name, n in zip(scoring.FIELDS, counts, strict=True) if n},
                share,
            )
            for term, counts, share in zip(
                found.terms.tolist(), found.counts.tolist(), shares.tolist(), strict=True
            )
        ]
        return tuple(sorted(unordered, key=lambda one: one.share, reverse=True))

    def _factors(self, places: Sequence[Place], rows: Rows) -> Mapping[str, Floats]:
        asked = self._asker.product_ids
        # Products lie with the labels, which cost a look of their own.
        is_of_product = [
            bool(asked) and not asked.isdisjoint(place.traits().product_ids) for place in places
        ]
        return ranking.factors(rows.standing, self._asker, self._at, is_of_product=is_of_product)

    def _shares(self, places: Sequence[Place], rows: Rows) -> tuple[Occurrences, Floats]:
        """Return where terms stand in documents, and what each adds to their worth."""
        packed = [place.occurrences() for place in places]
        found = unpack_occurrences(packed, [lookup.term for lookup in self._terms])
        norms = scoring.norms(rows.lengths, self._averages)[found.documents]
        return found, scoring.shares(found.counts, norms, self._weights[found.terms])
