"""What was asked before, by its words and by its meaning: what pages and jobs call."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from community import search
from community.search import languages, vectors
from community.search.confidence import SHOWN_FROM
from community.search.documents import Explanation, Match
from community.search.interface import SUGGESTIONS, SearchIndex
from community.search.ranking import ANYBODY, Asker
from community.search.vectors import Neighbours, Spaces


class Read(NamedTuple):
    """A question, read: what an index is asked with."""

    text: str  # without its slips
    near: Neighbours | None  # what means nearly the same; None where no vector can say
    asker: Asker


def read(
    index: SearchIndex,
    spaces: Spaces | None,
    text: str,
    body: str = "",
    *,
    company_id: int | None = None,
    exclude: Collection[int] = (),
    asker: Asker = ANYBODY,
) -> Read:
    """Return a question with what it means, for `SearchIndex.similar` and its explanation.

    Slips in words that no topic holds are mended first: vectors suffer from them as well.

    Raises:
        SearchUnavailable: the index cannot be read.
    """
    language = languages.detect(f"{text}\n{body}")
    mended = index.mended(text)
    near = spaces and spaces.neighbours(
        mended, body, language=language, company_id=company_id, exclude=exclude
    )
    return Read(mended, near if near and near.asked else None, asker.reading(language))


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

    Where there are no vectors (not installed, still indexing, overloaded) words alone find topics.

    Raises:
        SearchUnavailable: the index cannot be read.
    """
    index = search.index()
    question = read(
        index, vectors.spaces(), text, body, company_id=company_id, exclude=exclude, asker=asker
    )
    return index.similar(
        question.text,
        body=body,
        company_id=company_id,
        limit=limit,
        exclude=exclude,
        near=question.near,
        asker=question.asker,
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
    index = search.index()
    question = read(index, vectors.spaces(), text, body, asker=asker)
    return index.explain(
        question.text, topic_id, body=body, at=at, near=question.near, asker=question.asker
    )
