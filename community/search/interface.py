"""The one interface that every search engine implements; tests/search/conformance.py holds it."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from community.search.documents import (
    Document,
    Explanation,
    Filters,
    Match,
    Near,
    Order,
    Results,
    Spread,
)
from community.search.generations import Health
from community.search.ranking import ANYBODY, Asker

PAGE_SIZE = 20  # matches
SUGGESTIONS = 5  # matches


class SearchIndex(ABC):
    """An index of topics.

    Every method raises `SearchUnavailable`, and nothing else, when the index is missing,
    broken, or was built by another version of the analysis. The methods that write also raise
    its subclass `IndexBusy` while another process writes; nothing was changed then.
    """

    @abstractmethod
    def similar(
        self,
        text: str,
        *,
        body: str = "",
        company_id: int | None = None,
        limit: int = SUGGESTIONS,
        exclude: Collection[int] = (),
        among: Collection[int] | None = None,
        at: datetime | None = None,
        near: Near | None = None,
        asker: Asker = ANYBODY,
    ) -> list[Match]:
        """Find the topics that ask the same, best first.

        Args:
            text: what was typed so far; its last word may be unfinished.
            body: more of it, once there is more; weighs less than ``text``.
            company_id: look only at this company's topics.
            exclude: topics to leave out.
            among: rank these topics only.
            at: the moment freshness is measured from; now if None.
            near: the topics that mean nearly the same; words alone find topics if None.
            asker: what is known of whoever asks.
        """

    @abstractmethod
    def mended(self, text: str) -> str:
        """Return a typed text without its slips, for `similar` and for whoever asks by meaning.

        Words that any topic holds are as they were.
        """

    @abstractmethod
    def search(
        self,
        text: str,
        filters: Filters = Filters(),  # noqa: B008  # frozen
        *,
        order: Order = Order.BEST,
        page: int = 1,
        limit: int = PAGE_SIZE,
        at: datetime | None = None,
    ) -> Results:
        """Find the topics that hold the words of ``text``; all of them if it is empty.

        Args:
            order: of the hits. Of a query that very many topics fit, the best are put in order.
            page: counted from 1.
            limit: matches on a page.
            at: the moment freshness is measured from; now if None.
        """

    @abstractmethod
    def spread(self, words: Sequence[tuple[str, int]]) -> list[Spread]:
        """Say of words, each with the id of a company, who else uses them.

        What tells a company's name from a word that everybody uses. Topics that were removed
        may still be counted, and of stop words the numbers are estimates.
        """

    @abstractmethod
    def explain(
        self,
        text: str,
        topic_id: int,
        *,
        body: str = "",
        at: datetime | None = None,
        near: Near | None = None,
        asker: Asker = ANYBODY,
    ) -> Explanation | None:
        """Say how `similar` arrives at the score of a topic; None if it is not indexed."""

    @abstractmethod
    def update(self, put: Iterable[Document] = (), remove: Iterable[int] = ()) -> None:
        """Put documents in place of those with the same topic id and remove others, as one.

        Readers see all of it or nothing. Of documents with one topic id the last counts; a
        topic both put and removed is removed. Ids that are not indexed are ignored.
        """

    def put(self, documents: Iterable[Document]) -> None:
        """Add documents, replacing those with the same topic ids, in one commit."""
        self.update(put=documents)

    def remove(self, topic_ids: Iterable[int]) -> None:
        """Remove documents, in one commit. Ids that are not indexed are ignored."""
        self.update(remove=topic_ids)

    @abstractmethod
    def rebuild(self, documents: Iterable[Document]) -> int:
        """Build a new index beside the live one, swap them, and return how many it holds.

        Readers keep the old index until the swap. Other writers get `IndexBusy` meanwhile. If
        ``documents`` raises, the live index stays as it was.
        """

    @abstractmethod
    def compact(self) -> None:
        """Let go of what removed and replaced documents have left behind in the index's files."""

    @abstractmethod
    def count(self) -> int:
        """Return the number of documents."""

    @abstractmethod
    def fingerprints(self) -> dict[int, str]:
        """Return the fingerprint of each document by topic id."""

    @abstractmethod
    def health(self) -> Health:
        """Say whether the index answers and what is known to be wrong with it. Raises nothing."""

    @abstractmethod
    def inspect(self) -> list[str]:
        """Read every byte of the index's files, and say what is wrong with them.

        What is damaged answers no more: an older index does, if there is one, until `rebuild`.
        """

    def ids(self) -> set[int]:
        """Return the ids of all topics in the index."""
        return set(self.fingerprints())
