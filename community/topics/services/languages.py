"""In which language a topic is: what its text shows, or else what somebody has said."""

from collections import defaultdict

from sqlalchemy import func, select, update

from community.core import markup, outbox
from community.core.db import db
from community.core.sql import changed
from community.search import NOT_SAID, languages
from community.topics.models import Topic

EVENT = "topics.languages_told"


def language_of(title: str, body_html: str, said: str | None = None) -> str:
    """Return the language of a topic as a tag (BCP 47), `NOT_SAID` if nobody can tell.

    Where they differ the text is right: forums file by section, and of 18,800 topics in the
    sections of ten other languages one in ten was in English.

    Args:
        said: what was said when it was posted or imported; kept, with its region, if it fits.
    """
    shown = languages.detect(f"{title}\n{markup.plain_text(body_html)}")
    if said and shown in {NOT_SAID, languages.primary(said)}:
        return said
    return shown


def untold_count() -> int:
    """Return of how many topics nobody has tried to tell the language."""
    return db.session.scalar(select(func.count(Topic.id)).where(Topic.language.is_(None))) or 0


def tell_some(limit: int) -> int:
    """Tell the language of some topics of which nobody has tried, and owe the index the news.

    Return how many there were; of those nobody can tell, that is written down.
    """
    topics = db.session.execute(
        select(Topic.id, Topic.title, Topic.body_html)
        .where(Topic.language.is_(None))
        .order_by(Topic.id)
        .limit(limit)
    ).all()
    by_language: dict[str, list[int]] = defaultdict(list)
    for topic in topics:
        by_language[language_of(topic.title, topic.body_html)].append(topic.id)
    for language, ids in by_language.items():
        # Whoever has edited one meanwhile has told its language as well.
        changed(
            update(Topic)
            .where(Topic.id.in_(ids), Topic.language.is_(None))
            .values(language=language)
        )
    told = [id_ for language, ids in by_language.items() if language != NOT_SAID for id_ in ids]
    if told:
        outbox.publish(EVENT, topic_ids=told)
    return len(topics)
