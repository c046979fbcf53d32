"""One state of a Whoosh index, open for reading."""

import heapq
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from whoosh.index import TOC

from community.search import scoring
from community.search.documents import Order
from community.search.engines.embedded import Opened
from community.search.engines.whoosh import candidates
from community.search.engines.whoosh.segments import Place, Segment, View
from community.search.engines.whoosh.storage import storage
from community.search.entries import company_term, encode, token, unpack_row
from community.search.generations import Generation
from community.search.snapshots import Hits, Lookup

_INDEX_NAME = "MAIN"  # Whoosh's own default


def newest_commit(generation: Generation) -> int:
    """Return the number of the newest commit, -1 if there is none."""
    newest: int = TOC._latest_generation(storage(generation), _INDEX_NAME)  # noqa: SLF001 (decision 2)
    return newest


class Snapshot(Opened):
    """The index as one commit left it."""

    worth_scoring = 300

    def __init__(
        self,
        generation: Generation,
        previous: "Snapshot | None" = None,
        *,
        budget: int = candidates.BUDGET,
    ) -> None:
        """Open the newest commit, taking over the segments that ``previous`` has open.

        Args:
            budget: postings read to find candidates.
        """
        contents = TOC.read(storage(generation), _INDEX_NAME)
        self.generation = generation
        self.commit: int = contents.generation
        self._budget = budget
        self._known: dict[str, Segment] = {}
        known = previous._known if previous and previous.generation == generation else {}  # noqa: SLF001 (decision 2)
        self.views: list[View] = []
        for stored in contents.segments:
            name = stored.segment_id()
            segment = known.get(name) or Segment(generation, contents.schema, stored)
            self._known[name] = segment
            deleted = frozenset(stored.deleted_docs())
            self.views.append(View(segment, deleted, segment.document_count - len(deleted)))
        self.document_count = sum(view.live_count for view in self.views)

    @cached_property
    def average_lengths(self) -> tuple[float, ...]:
        totals = [sum(f) for f in zip(*(v.segment.sample.totals for v in self.views), strict=True)]
        counted = sum(view.segment.document_count for view in self.views)
        return scoring.averages(totals or [0] * len(scoring.FIELDS), counted)

    @cached_property
    def languages(self) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for language, count in self._tokens("languages", ""):
            counts[language] += count
        return counts

    # Terms

    def holding(self, term: str, company_id: int | None = None) -> int:
        return self._holding(*token(term, company_id))

    def holding_stop_word(self, term: str) -> int:
        return round(sum(view.segment.sample.holding.get(term, 0) for view in self.views))

    def titled(self, word: str) -> int:
        return self._holding("words", word)

    def words_from(self, beginning: str) -> Iterator[tuple[str, int]]:
        return self._tokens("words", beginning)

    def _tokens(self, field: str, beginning: str) -> Iterator[tuple[str, int]]:
        """Yield what a field holds that begins so, segment by segment, with its documents."""
        for view in self.views:
            for key, count in view.segment.terms_from(field, encode(beginning)):
                yield key.decode("utf-8", "surrogatepass"), count

    def _holding(self, field: str, key: str) -> int:
        encoded = encode(key)
        return sum(view.segment.holding(field, encoded) for view in self.views)

    # Documents

    def find(self, topic_ids: Collection[int]) -> list[Place]:
        return [
            Place(segment, number)
            for segment, deleted, _ in self.views
            for number in segment.find(topic_ids)
            if number not in deleted
        ]

    def holds(self, topic_id: int, term: str) -> bool:
        places = self.find([topic_id])
        return any(holder in places for holder in self._holders("terms", term))

    def fingerprints(self) -> dict[int, str]:
        rows = (unpack_row(place.row()) for view in self.views for place in view.places())
        return {row.topic_id: row.fingerprint for row in rows}

    def candidates(
        self,
        terms: Sequence[Lookup],
        company_id: int | None,
        *,
        count: int,
        exclude: Collection[int],
    ) -> Iterator[Place]:
        found = candidates.gather(self.views, terms, company_id, budget=self._budget)
        return candidates.best(found, count, exclude=exclude)

    def hits(
        self, terms: Sequence[Lookup], company_id: int | None, *, share: float, most: int
    ) -> Hits:
        found = candidates.gather(
            self.views, terms, company_id, budget=self._budget, covering=share
        )
        places = list(candidates.best(found, most))
        return Hits(places, is_complete=found.is_complete and found.size <= most)

    def listed(self, order: Order, company_id: int | None, *, most: int) -> list[Place]:
        if company_id is None:
            by_segment = (view.in_order(order) for view in self.views)
            in_order = heapq.merge(*by_segment, key=lambda one: one.sort_key(order), reverse=True)
            return list(islice(in_order, most))
        places = self._holders("company_terms", company_term(company_id, ""))
        return heapq.nlargest(most, places, key=lambda place: place.sort_key(order))

    def _holders(self, field: str, key: str) -> Iterator[Place]:
        """Yield every document that holds a key in a field."""
        for segment, deleted, _ in self.views:
            for numbers, _ in segment.postings(field, encode(key)):
                for number in numbers.tolist():
                    if number not in deleted:
                        yield Place(segment, number)
