"""What a topic or reply said before, and what it is related to."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, IntPK
from community.topics.models.limits import NOTE_MAX


class Revision(Base):
    """One state of a topic or reply, kept for everybody to read.

    Number 1 is the text as it was posted; it is written down with the first edit, so
    that what nobody edits has no revision. The last one says the same as the post.
    """

    __tablename__ = "revisions"

    id: Mapped[IntPK]
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"))
    number: Mapped[int]  # from 1
    editor_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    body: Mapped[str] = mapped_column(Text)  # Markdown
    # Of a topic: {"title": str, "kind": str, "products": [name], "tags": [slug]}; of a reply {}.
    about: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str] = mapped_column(String(NOTE_MAX), default="")  # why, in the editor's words
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        CheckConstraint("(topic_id IS NULL) <> (reply_id IS NULL)", name="one_target"),
        CheckConstraint("number >= 1", name="number_from_one"),
        # Two edits at once ask for the same number, and one of them is told of the other.
        Index(
            "uq_revisions_topic",
            "topic_id",
            "number",
            unique=True,
            sqlite_where=text("topic_id IS NOT NULL"),
            postgresql_where=text("topic_id IS NOT NULL"),
        ),
        Index(
            "uq_revisions_reply",
            "reply_id",
            "number",
            unique=True,
            sqlite_where=text("reply_id IS NOT NULL"),
            postgresql_where=text("reply_id IS NOT NULL"),
        ),
    )


class RelatedTopic(Base):
    """Another topic that reads like this one; found by the worker, shown beside it."""

    __tablename__ = "related_topics"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)  # from 1
    related_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), index=True)

    __table_args__ = (
        CheckConstraint("rank >= 1", name="rank_from_one"),
        CheckConstraint("related_id <> topic_id", name="another_topic"),
    )
