"""The search page: all hits with their facets, a page at a time.

A hit is a topic that holds at least half of what the query says, its words weighed by how much
each says. Words so common that reading their postings would exceed the budget order the hits
and find none.
"""

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from operator import itemgetter

from community.search import correction
from community.search import query as queries
from community.search.documents import Facets, Filters, Match, Results
from community.search.engines.whoosh import candidates
from community.search.engines.whoosh.reading import Scorer
from community.search.engines.whoosh.schema import Labels, Row, company_term
from community.search.engines.whoosh.snapshot import Place, Snapshot

BUDGET = 16_000  # postings
HITS_MAX = 2_000  # hits that are filtered and counted, the best of a broader query
RESCORED = 200  # hits that are scored in full; those behind keep their first score
HALF = 0.5
FACET_MAX = 20  # values


def search(
    snapshot: Snapshot, text: str, filters: Filters, *, page: int, limit: int, at: datetime
) -> Results:
    """Return a page of the hits."""
    query = queries.parse(text, finished=True)
    if query.terms:
        terms = candidates.lookups(snapshot, query, filters.company_id)
        found = candidates.gather(snapshot, terms, budget=BUDGET, covering=HALF)
        hits = candidates.best(snapshot, found, HITS_MAX)
        is_exact = found.complete and found.size <= HITS_MAX
    else:
        terms = []
        hits = iter(_newest(snapshot, filters.company_id))
        is_exact = snapshot.document_count <= HITS_MAX
    counted = _Counted(filters)
    kept = [place for place in hits if counted.add(place)]
    scorer = Scorer(snapshot, terms, at)
    matches = _ranked(kept, scorer) if terms else [scorer.match(place) for place in kept]
    first = (max(page, 1) - 1) * limit
    return Results(
        matches=tuple(matches[first : first + limit]),
        total=len(matches),
        total_is_exact=is_exact,
        facets=counted.facets(),
        correction=_correction(snapshot, text),
        page=max(page, 1),
        page_count=-(-len(matches) // limit),
    )


def _ranked(places: list[Place], scorer: Scorer) -> list[Match]:
    best = sorted(map(scorer.match, places[:RESCORED]), key=lambda match: -match.score)
    lowest = best[-1].score if best else 0.0
    rest = (
        Match(place.topic_id(), lowest / (2 + behind), 0.0)
        for behind, place in enumerate(places[RESCORED:])
    )
    return [*best, *rest]


def _newest(snapshot: Snapshot, company_id: int | None) -> list[Place]:
    """Return the places with the newest activity, of one company or of all."""
    if company_id is None:
        return list(islice(snapshot.newest(), HITS_MAX))
    places = snapshot.holders("company_terms", company_term(company_id, ""))
    dated = ((place.last_activity(), place) for place in places)
    return [place for _, place in heapq.nlargest(HITS_MAX, dated, key=itemgetter(0))]


def _correction(snapshot: Snapshot, text: str) -> str:
    vocabulary = correction.Vocabulary(
        count=lambda word: snapshot.holding("words", word),
        beginning_with=lambda beginning: snapshot.terms_from("words", beginning),
    )
    return correction.correct(text[: queries.TEXT_MAX], vocabulary)


@dataclass
class _Counted:
    """Narrows hits down, and counts what each other narrowing would leave."""

    filters: Filters
    companies: Counter[int] = field(default_factory=Counter)
    products: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    official: int = 0
    accepted: int = 0

    def add(self, place: Place) -> bool:
        """Count a hit. Return whether the filters leave it."""
        row, labels = place.row(), place.labels()
        if self.filters.company_id not in {None, row.company_id}:
            return False
        failed = self._failed(row, labels)
        if len(failed) > 1:
            return False
        only = failed[0] if failed else ""
        if not only:
            self.companies[row.company_id] += 1
        if only in {"", "product"}:
            self.products.update(labels.product_ids)
        if only in {"", "kind"}:
            self.kinds[labels.kind] += 1
        if only in {"", "status"}:
            self.statuses[labels.status] += 1
        if only in {"", "tag"}:
            self.tags.update(labels.tags)
        if only in {"", "official"}:
            self.official += row.has_official
        if only in {"", "accepted"}:
            self.accepted += row.has_accepted
        return not only

    def _failed(self, row: Row, labels: Labels) -> list[str]:
        """Return the names of the filters that the document does not pass."""
        wanted = self.filters
        failed = []
        if wanted.product_id is not None and wanted.product_id not in labels.product_ids:
            failed.append("product")
        if wanted.kind and wanted.kind != labels.kind:
            failed.append("kind")
        if wanted.status and wanted.status != labels.status:
            failed.append("status")
        if wanted.tag and wanted.tag not in labels.tags:
            failed.append("tag")
        if wanted.has_official and not row.has_official:
            failed.append("official")
        if wanted.has_accepted and not row.has_accepted:
            failed.append("accepted")
        return failed

    def facets(self) -> Facets:
        return Facets(
            companies=dict(self.companies.most_common(FACET_MAX)),
            products=dict(self.products.most_common(FACET_MAX)),
            kinds=dict(self.kinds.most_common(FACET_MAX)),
            statuses=dict(self.statuses.most_common(FACET_MAX)),
            tags=dict(self.tags.most_common(FACET_MAX)),
            official=self.official,
            accepted=self.accepted,
        )
