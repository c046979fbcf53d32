"""Topics that read like one another, sought by the worker and shown beside each."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, func, select, update

from community.core import clock, markup
from community.core.db import db
from community.core.sql import changed, insert
from community.search import matching
from community.topics.models import RelatedTopic, Topic

RELATED_MAX = 5

Related = Mapping[int, Sequence[int]]  # topics like one, the most alike first, by its id


def seek(topic_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the topics of the same company that read like these, the most alike first.

    Raises:
        SearchUnavailable: the index cannot be read.
    """
    topics = db.session.execute(
        select(Topic.id, Topic.company_id, Topic.title, Topic.body_html).where(
            Topic.id.in_(list(topic_ids)), Topic.hidden_at.is_(None)
        )
    ).all()
    found = {}
    for topic in topics:
        matches = matching.similar(
            topic.title,
            body=markup.plain_text(topic.body_html),
            company_id=topic.company_id,
            limit=RELATED_MAX,
            exclude={topic.id},
        )
        found[topic.id] = [match.topic_id for match in matches]
    return found


def keep(found: Related) -> None:
    """Write down what `seek` has found, in place of what was found before."""
    wanted = {id_ for ids in found.values() for id_ in ids}
    known = set(db.session.scalars(select(Topic.id).where(Topic.id.in_(wanted))))
    changed(delete(RelatedTopic).where(RelatedTopic.topic_id.in_(found)))
    rows = [
        {"topic_id": topic_id, "rank": rank, "related_id": related_id}
        for topic_id, related_ids in found.items()
        for rank, related_id in enumerate(filter(known.__contains__, related_ids), 1)
    ]
    if rows:
        changed(insert(RelatedTopic).values(rows).on_conflict_do_nothing())
    changed(update(Topic).where(Topic.id.in_(found)).values(related_at=clock.now()))


def unrelated(limit: int) -> list[int]:
    """Return topics for which none were sought yet, the oldest first."""
    without = (
        select(Topic.id)
        .where(Topic.related_at.is_(None), Topic.hidden_at.is_(None))
        .order_by(Topic.id)
        .limit(limit)
    )
    return list(db.session.scalars(without))


def unrelated_count() -> int:
    """Return for how many topics none were sought yet."""
    without = (Topic.related_at.is_(None), Topic.hidden_at.is_(None))
    return db.session.scalar(select(func.count(Topic.id)).where(*without)) or 0


def forget() -> None:
    """Have topics like every topic sought anew; what was found stays until then."""
    changed(update(Topic).values(related_at=None))
