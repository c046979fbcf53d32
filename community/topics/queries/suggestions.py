"""The answers that exist already, for somebody who is about to ask.

The one code behind the ask box, the page without scripts, the check before posting and
the API.
"""

from collections.abc import Collection

from community import search
from community.topics.queries.answers import answers_for
from community.topics.queries.lists import rows_for
from community.topics.queries.shapes import Suggestion

SHOWN_MAX = 5
TEXT_MIN = 3  # characters from which suggestions appear
TEXT_MAX = 1000  # characters that the box takes, and that go along in addresses


def suggestions(
    text: str,
    *,
    body: str = "",
    company_id: int | None = None,
    exclude: Collection[int] = (),
) -> list[Suggestion]:
    """Return at most `SHOWN_MAX` topics like ``text``, best first, each with its best reply.

    Args:
        text: what was typed so far; the last word may be unfinished.
        body: the details, once there are any.
        company_id: look at this company's topics only.
        exclude: topics that were shown and turned down.

    Raises:
        SearchUnavailable: the index cannot be read; posting must work all the same.
    """
    if len(text.strip()) < TEXT_MIN:
        return []
    matches = search.index().similar(
        text, body=body, company_id=company_id, limit=SHOWN_MAX, exclude=exclude
    )
    topic_ids = [match.topic_id for match in matches]
    if not topic_ids:
        return []
    answers = answers_for(topic_ids)
    rows = rows_for(topic_ids)  # without those hidden since they were indexed
    return [
        Suggestion(topic=row, answer=answers.get(row.id), rank=rank)
        for rank, row in enumerate(rows, 1)
    ]
