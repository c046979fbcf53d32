"""The answers that exist already, for somebody who is about to ask, and what they ask about.

The one code behind the ask box, the page without scripts, the check before posting and
the API.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from community.companies import queries as companies
from community.companies.models import Company, Product
from community.companies.queries import Guess, Sign, Subject, Vote
from community.core.errors import SearchUnavailable
from community.search import Match, matching
from community.search.ranking import Asker
from community.topics.models import Topic, TopicProduct
from community.topics.queries.answers import answers_for
from community.topics.queries.lists import rows_for
from community.topics.queries.reading import rows
from community.topics.queries.shapes import Suggestion

SHOWN_MAX = 5
TEXT_MIN = 3  # characters from which suggestions appear
TEXT_MAX = 1000  # characters that the box takes, and that go along in addresses
VOTERS = 8  # most similar topics whose companies are counted


@dataclass(frozen=True, slots=True)
class Look:
    """What there is for a text: topics like it, and the companies that it may be about.

    Not ``searching`` when the index cannot be read; names are still found then.
    """

    items: list[Suggestion]
    guesses: list[Guess]
    searching: bool = True


def suggestions(
    text: str,
    *,
    body: str = "",
    company_id: int | None = None,
    product_id: int | None = None,
    exclude: Collection[int] = (),
    reads: Collection[str] = (),
) -> list[Suggestion]:
    """Return at most `SHOWN_MAX` topics like ``text``, best first, each with its best reply.

    Args:
        text: what was typed so far; the last word may be unfinished.
        body: the details, once there are any.
        company_id: look at this company's topics only.
        product_id: what it is about, if that was said; its topics come sooner.
        exclude: topics that were shown and turned down.
        reads: the languages that the reader reads, by primary subtag; any if empty.

    Raises:
        SearchUnavailable: the index cannot be read; posting must work all the same.
    """
    if len(text.strip()) < TEXT_MIN:
        return []
    asker = _asker(_signs(text, body, company_id), product_id, reads)
    matches = matching.similar(
        text, body=body, company_id=company_id, limit=SHOWN_MAX, exclude=exclude, asker=asker
    )
    return _shown(matches, text, body)


def look(
    text: str,
    *,
    body: str = "",
    company_id: int | None = None,
    product_id: int | None = None,
    exclude: Collection[int] = (),
    reads: Collection[str] = (),
) -> Look:
    """Return what there is for ``text``, and what it is about.

    Topics of a company that is certain come first. They are not all that is shown: who
    writes of a video site may still mean the browser.

    Args:
        company_id: the one that was chosen: its topics only, and its product is guessed.
        product_id: as in `suggestions`.
        reads: as in `suggestions`.
    """
    if len(text.strip()) < TEXT_MIN:
        return Look([], [])
    signs = _signs(text, body, company_id)
    try:
        matches = matching.similar(
            text,
            body=body,
            company_id=company_id,
            limit=VOTERS,
            exclude=exclude,
            asker=_asker(signs, product_id, reads),
        )
        votes = _votes([match.topic_id for match in matches])
        found = companies.weigh(signs, votes)
        if found and found[0].is_certain:
            company_of = {vote.topic_id: vote.subject.company_id for vote in votes}
            its = found[0].subject.company_id
            matches.sort(key=lambda match: company_of.get(match.topic_id) != its)
        return Look(_shown(matches, text, body), found)
    except SearchUnavailable:
        return Look([], companies.weigh(signs), searching=False)


def guesses(
    text: str, *, body: str = "", company_id: int | None = None, exclude: Collection[int] = ()
) -> list[Guess]:
    """Return what ``text`` is about, as `look` does, without the answers that there are."""
    signs = _signs(text, body, company_id)
    try:
        matches = matching.similar(
            text,
            body=body,
            company_id=company_id,
            limit=VOTERS,
            exclude=exclude,
            asker=_asker(signs),
        )
        return companies.weigh(signs, _votes([match.topic_id for match in matches]))
    except SearchUnavailable:
        return companies.weigh(signs)


def _signs(text: str, body: str, company_id: int | None) -> list[Sign]:
    """Return what in the text speaks for which company, or for this one only."""
    return [
        sign
        for sign in companies.read_signs(f"{text}\n{body}")
        if company_id is None or sign.subject.company_id == company_id
    ]


def asker_of(text: str, *, body: str = "", reads: Collection[str] = ()) -> Asker:
    """Return what the ranking knows of somebody who types ``text`` and reads these languages."""
    return _asker(_signs(text, body, None), reads=reads)


def _asker(
    signs: Sequence[Sign], product_id: int | None = None, reads: Collection[str] = ()
) -> Asker:
    """Return what is known of who asks before anything is found: what is named, and said."""
    named = [guess.subject for guess in companies.weigh(signs)]
    products = [subject.product_id for subject in named] if product_id is None else [product_id]
    return Asker(
        languages=frozenset(reads),
        company_ids=frozenset(subject.company_id for subject in named),
        product_ids=frozenset(filter(None, products)),
    )


def _shown(matches: Sequence[Match], text: str, body: str) -> list[Suggestion]:
    """Return the first of those that are sure enough to fit."""
    topic_ids = [match.topic_id for match in matching.fitting(matches)[:SHOWN_MAX]]
    if not topic_ids:
        return []
    answers = answers_for(topic_ids, text, body=body)
    rows = rows_for(topic_ids)  # without those hidden since they were indexed
    return [
        Suggestion(topic=row, answer=answers.get(row.id), rank=rank)
        for rank, row in enumerate(rows, 1)
    ]


# Company and product of each of some topics; a topic with several products has several rows.
_SUBJECTS = (
    select(
        Topic.id.label("topic_id"),
        Company.id.label("company_id"),
        Company.slug.label("company_slug"),
        Company.name.label("company_name"),
        Company.state.label("company_state"),
        Product.id.label("product_id"),
        Product.slug.label("product_slug"),
        Product.name.label("product_name"),
    )
    .join(Company, Company.id == Topic.company_id)
    .outerjoin(TopicProduct, TopicProduct.topic_id == Topic.id)
    .outerjoin(Product, (Product.id == TopicProduct.product_id) & Product.retired_at.is_(None))
    .where(Topic.id.in_(bindparam("topic_ids", expanding=True)), Topic.hidden_at.is_(None))
)


def _votes(topic_ids: Sequence[int]) -> list[Vote]:
    """Return what topics are about; the more similar one weighs more, by its place."""
    if not topic_ids:
        return []
    weights = {topic_id: 1 / (1 + place) for place, topic_id in enumerate(topic_ids, 1)}
    return [
        Vote(
            Subject(
                row.company_id,
                row.company_slug,
                row.company_name,
                row.company_state,
                row.product_id,
                row.product_slug or "",
                row.product_name or "",
            ),
            row.topic_id,
            weights[row.topic_id],
        )
        for row in rows(_SUBJECTS, topic_ids=list(topic_ids))
    ]
