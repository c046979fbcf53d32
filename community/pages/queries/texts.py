"""What topics say, as plain words."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from community.core import markup
from community.core.db import db
from community.search import languages
from community.topics.models import Topic


class PlainBody(NamedTuple):
    """The words of a topic's text, on one line, and the primary subtag of their language."""

    text: str
    language: str


def plain_bodies(topic_ids: Sequence[int]) -> dict[int, PlainBody]:
    """Return what these topics say, for excerpts."""
    rows = db.session.execute(
        select(Topic.id, Topic.body_html, Topic.language).where(Topic.id.in_(list(topic_ids)))
    )
    return {
        row.id: PlainBody(markup.plain_text(row.body_html), languages.primary(row.language))
        for row in rows
    }
