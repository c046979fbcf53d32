"""Which saved searches a new topic fits: the search turned round.

The database leaves only those whose company, product and so on agree; of these the words are
compared, by the analysis that the index uses. A search wants all its words (stop words aside),
wherever in the topic they are: who is told of everything that holds one of them stops reading.
"""

from collections.abc import Collection
from functools import lru_cache

from sqlalchemy import or_, select

from community.core import markup
from community.core.db import db
from community.search import analysis, languages
from community.topics.models import SavedSearch, Tag, Topic, TopicProduct, TopicTag


def fitting(topic: Topic) -> list[int]:
    """Return the ids of the saved searches that a new topic fits, but for its author's own."""
    tags = list(
        db.session.scalars(select(Tag.slug).join(TopicTag).where(TopicTag.topic_id == topic.id))
    )
    products = select(TopicProduct.product_id).where(TopicProduct.topic_id == topic.id)
    language = languages.primary(topic.language)
    candidates = db.session.execute(
        select(SavedSearch.id, SavedSearch.text).where(
            SavedSearch.tells,
            SavedSearch.user_id != topic.author_id,
            or_(SavedSearch.company_id.is_(None), SavedSearch.company_id == topic.company_id),
            or_(SavedSearch.product_id.is_(None), SavedSearch.product_id.in_(products)),
            or_(SavedSearch.kind.is_(None), SavedSearch.kind == topic.kind),
            or_(SavedSearch.status.is_(None), SavedSearch.status == topic.status),
            SavedSearch.tag.in_(["", *tags]),
            SavedSearch.language.in_(["", language]),
            # Nobody has answered a topic that is new.
            SavedSearch.has_official.is_(False),
            SavedSearch.has_accepted.is_(False),
        )
    ).all()
    if not candidates:
        return []
    body = markup.plain_text(topic.body_html)
    held = frozenset(analysis.of(language).terms("\n".join([topic.title, body, *tags])))
    return [search_id for search_id, text in candidates if _fits(text, language, held)]


def _fits(text: str, language: str, held: Collection[str]) -> bool:
    words = _words(text, language)
    return all(any(all(term in held for term in way) for way in word) for word in words)


@lru_cache(maxsize=20_000)
def _words(text: str, language: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Return the words of a search, each with the ways in which a topic can hold it.

    Words are stemmed in the topic's language, for in that it holds them. "add-on" is held by who writes "addon", and by who writes "add" and "on"; a run of Chinese
    by who writes all its pairs.
    """
    rules = analysis.of(language)
    words = [token.terms for token in rules.tokens(text)]
    telling = [terms for terms in words if not rules.stop_words.issuperset(terms)] or words
    return tuple(_ways(terms) for terms in telling)


def _ways(terms: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    whole, *parts = terms
    if not parts:
        return (terms,)
    return ((whole,), tuple(parts)) if len(whole) > 1 else (tuple(parts),)
