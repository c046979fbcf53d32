"""The search page: all hits with their facets, a page at a time.

A hit is a topic that holds at least half of what the query says, its words weighed by how much
each says. An engine that reads only the rarest words goes by those; the others order the hits.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from community.search import correction
from community.search import query as queries
from community.search.documents import Facets, Filters, Match, Order, Results
from community.search.retrieval import Scorer, lookups
from community.search.snapshots import Place, Snapshot, Traits

HITS_MAX = 1_000  # hits that are filtered and counted, the best of a broader query
RESCORED = 100  # hits that are scored in full, five pages; those behind stay as they were found
HALF = 0.5
FACET_MAX = 20  # values

Value = TypeVar("Value", int, str)


def search(
    snapshot: Snapshot,
    text: str,
    filters: Filters,
    *,
    order: Order,
    page: int,
    limit: int,
    at: datetime,
) -> Results:
    """Return a page of the hits."""
    held = {filters.language: 1} if filters.language else snapshot.languages
    query = queries.parse(text, finished=True, held=held)
    terms = lookups(snapshot, query, filters.company_id)
    if query.terms:
        places, is_exact = snapshot.hits(terms, filters.company_id, share=HALF, most=HITS_MAX)
    else:
        order = Order.ACTIVITY if order is Order.BEST else order
        places = snapshot.listed(order, filters.company_id, most=HITS_MAX)
        is_exact = snapshot.document_count <= HITS_MAX
    kept, facets = _narrowed(places, filters)
    if order is not Order.BEST:
        kept.sort(key=lambda place: place.sort_key(order), reverse=True)
    rescored = RESCORED if order is Order.BEST else 0
    first = (max(page, 1) - 1) * limit
    return Results(
        matches=tuple(_page(kept, Scorer(snapshot, terms, at), rescored, first, first + limit)),
        total=len(kept),
        total_is_exact=is_exact,
        facets=facets,
        correction=_correction(snapshot, text),
        page=max(page, 1),
        page_count=-(-len(kept) // limit),
    )


def _page(
    places: list[Place], scorer: Scorer, rescored: int, first: int, last: int
) -> Iterator[Match]:
    """Yield the matches of a page: the first ``rescored`` by score, those behind as they come."""
    scored = (one.match() for one in scorer.score(places[:rescored]))
    best = sorted(scored, key=lambda match: -match.score)
    yield from best[first:last]
    lowest = best[-1].score if best else 1.0
    for behind in range(max(first, rescored), min(last, len(places))):
        yield Match(places[behind].topic_id(), lowest / (2 + behind - rescored), 0.0)


def _correction(snapshot: Snapshot, text: str) -> str:
    vocabulary = correction.Vocabulary.of(snapshot)
    return correction.correct(text[: queries.TEXT_MAX], vocabulary)


def _narrowed(places: Sequence[Place], filters: Filters) -> tuple[list[Place], Facets]:
    """Return the hits that every filter leaves, and what each facet would leave without its own."""
    traits = [place.traits() for place in places]
    tests = _tests(filters)
    failed = [[name for name, fits in tests.items() if not fits(one)] for one in traits]

    def left_by_others(name: str) -> list[Traits]:
        return [
            one for one, names in zip(traits, failed, strict=True) if not names or names == [name]
        ]

    kept = [place for place, names in zip(places, failed, strict=True) if not names]
    return kept, Facets(
        companies=_counts(one.company_id for one in left_by_others("")),
        products=_counts(
            product for one in left_by_others("product") for product in one.product_ids
        ),
        kinds=_counts(one.kind for one in left_by_others("kind")),
        statuses=_counts(one.status for one in left_by_others("status")),
        tags=_counts(tag for one in left_by_others("tag") for tag in one.tags),
        languages=_counts(one.language for one in left_by_others("language")),
        official=sum(one.has_official for one in left_by_others("official")),
        accepted=sum(one.has_accepted for one in left_by_others("accepted")),
        unanswered=sum(not one.is_answered for one in left_by_others("unanswered")),
    )


def _tests(filters: Filters) -> dict[str, Callable[[Traits], bool]]:
    """Return a test for each filter that is set, by the name of its facet."""
    tests: dict[str, Callable[[Traits], bool]] = {}
    if filters.product_id is not None:
        tests["product"] = lambda one: filters.product_id in one.product_ids
    if filters.kind:
        tests["kind"] = lambda one: one.kind == filters.kind
    if filters.status:
        tests["status"] = lambda one: one.status == filters.status
    if filters.tag:
        tests["tag"] = lambda one: filters.tag in one.tags
    if filters.language:
        tests["language"] = lambda one: one.language == filters.language
    if filters.has_official:
        tests["official"] = lambda one: one.has_official
    if filters.has_accepted:
        tests["accepted"] = lambda one: one.has_accepted
    if filters.is_unanswered:
        tests["unanswered"] = lambda one: not one.is_answered
    return tests


def _counts(values: Iterable[Value]) -> dict[Value, int]:
    return dict(Counter(values).most_common(FACET_MAX))
