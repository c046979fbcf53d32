"""Tags and kinds: how a topic is sorted."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select

from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db
from community.core.sql import changed, insert
from community.topics import policies
from community.topics.models import Tag, Topic, TopicTag
from community.topics.services import places, words


def set_tags(actor: User | None, topic: Topic, tags: Iterable[str]) -> None:
    """Replace the tags of ``topic``.

    Args:
        tags: up to `TAGS_MAX`, in any spelling.

    Raises:
        NotAllowed: the actor is neither the asker nor a moderator without a stake.
        NotFound: the topic is hidden.
        Invalid: there are too many, or one is too long.
    """
    places.seen(topic)
    slugs = words.tags(tags)
    mandate = places.mandate_of(actor, topic)
    policies.can_sort(actor, topic, mandate=mandate, at=clock.now()).require()
    assert actor is not None  # can_sort refuses None

    kept = select(Tag.id).where(Tag.slug.in_(slugs))
    changed(delete(TopicTag).where(TopicTag.topic_id == topic.id, TopicTag.tag_id.not_in(kept)))
    add_tags(topic, slugs, actor)
    outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)


def add_tags(topic: Topic, slugs: Sequence[str], actor: User) -> None:
    """Put tags on ``topic``, making those that are new.

    Args:
        slugs: as `words.tags` returns them.
    """
    if not slugs:
        return
    # In one order, so that two people with the same new tags do not wait for each other.
    new = [{"slug": slug} for slug in sorted(slugs)]
    db.session.execute(insert(Tag).values(new).on_conflict_do_nothing())
    ids = db.session.scalars(select(Tag.id).where(Tag.slug.in_(slugs))).all()
    rows = [{"topic_id": topic.id, "tag_id": id_, "added_by_id": actor.id} for id_ in sorted(ids)]
    db.session.execute(insert(TopicTag).values(rows).on_conflict_do_nothing())
