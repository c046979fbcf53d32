"""What topics say, as plain words."""

from collections.abc import Sequence

from sqlalchemy import select

from community.core import markup
from community.core.db import db
from community.topics.models import Topic


def plain_bodies(topic_ids: Sequence[int]) -> dict[int, str]:
    """Return the words of these topics' texts, on one line each, for excerpts."""
    rows = db.session.execute(
        select(Topic.id, Topic.body_html).where(Topic.id.in_(list(topic_ids)))
    )
    return {row.id: markup.plain_text(row.body_html) for row in rows}
