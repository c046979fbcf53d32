"""What was asked before, by its words and by its meaning: what pages and jobs call."""

from collections.abc import Collection, Iterable
from datetime import datetime

from community import search
from community.search import languages, vectors
from community.search.confidence import SHOWN_FROM
from community.search.documents import Explanation, Match
from community.search.interface import SUGGESTIONS
from community.search.ranking import ANYBODY, Asker
from community.search.vectors import Neighbours


def similar(
    text: str,
    *,
    body: str = "",
    company_id: int | None = None,
    limit: int = SUGGESTIONS,
    exclude: Collection[int] = (),
    asker: Asker = ANYBODY,
) -> list[Match]:
    """Find the topics that ask the same, best first, as `SearchIndex.similar` does.

    Slips in words that no topic holds are mended first: vectors suffer from them as well. Where
    there are no vectors (not installed, still indexing, overloaded) words alone find topics.

    Raises:
        SearchUnavailable: the index cannot be read.
    """
    language = languages.detect(f"{text}\n{body}")
    index = search.index()
    text = index.mended(text)
    return index.similar(
        text,
        body=body,
        company_id=company_id,
        limit=limit,
        exclude=exclude,
        near=_near(text, body, language, company_id=company_id, exclude=exclude),
        asker=asker.reading(language),
    )


def fitting(matches: Iterable[Match]) -> list[Match]:
    """Return the matches that are sure enough to be shown to somebody."""
    return [match for match in matches if match.confidence >= SHOWN_FROM]


def explain(
    text: str,
    topic_id: int,
    *,
    body: str = "",
    at: datetime | None = None,
    asker: Asker = ANYBODY,
) -> Explanation | None:
    """Say how `similar` arrives at the score of a topic; None if it is not indexed.

    Raises:
        SearchUnavailable: the index cannot be read.
    """
    language = languages.detect(f"{text}\n{body}")
    index = search.index()
    text = index.mended(text)
    return index.explain(
        text,
        topic_id,
        body=body,
        at=at,
        near=_near(text, body, language),
        asker=asker.reading(language),
    )


def _near(
    text: str,
    body: str,
    language: str,
    *,
    company_id: int | None = None,
    exclude: Collection[int] = (),
) -> Neighbours | None:
    """Return what the query means, or None where no vector can say."""
    near = vectors.neighbours(
        text,
        body,
        language=language,
        company_id=company_id,
        exclude=exclude,
    )
    return near if near.asked else None
