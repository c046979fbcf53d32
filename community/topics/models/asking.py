"""The trail of every answer found."""

import enum
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, IntPK
from community.topics.models.limits import REASON_MAX, TITLE_MAX, VISIT_LENGTH


class DeflectionStep(enum.StrEnum):
    """What happened to an answer that was shown to somebody about to ask."""

    SHOWN = "shown"
    OPENED = "opened"
    SOLVED = "solved"
    ME_TOO = "me_too"
    DIFFERS = "differs"
    POSTED = "posted"


class DeflectionEvent(Base):
    """One step of one visit. A visit is 16 random bytes in a cookie; no address is kept."""

    __tablename__ = "deflection_events"

    id: Mapped[IntPK]
    visit: Mapped[str] = mapped_column(String(VISIT_LENGTH))
    step: Mapped[DeflectionStep]
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"))
    rank: Mapped[int | None]  # place in the list, from 1
    query: Mapped[str] = mapped_column(String(TITLE_MAX), default="")  # what was typed, cut
    reason: Mapped[str] = mapped_column(String(REASON_MAX), default="")  # "mine differs because …"
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        CheckConstraint("rank IS NULL OR rank >= 1", name="rank_from_one"),
        Index("ix_deflection_events_visit", "visit", "id"),
        Index("ix_deflection_events_company", "company_id", "created_at", "step"),
        # How many an answer has helped can be counted again.
        Index(
            "ix_deflection_events_reply",
            "reply_id",
            "step",
            sqlite_where=text("reply_id IS NOT NULL"),
            postgresql_where=text("reply_id IS NOT NULL"),
        ),
        # One visit counts once for a topic, however often it presses.
        Index(
            "uq_deflection_events_once",
            "visit",
            "topic_id",
            "step",
            unique=True,
            sqlite_where=text("topic_id IS NOT NULL"),
            postgresql_where=text("topic_id IS NOT NULL"),
        ),
        # And so does a member, on whatever visits.
        Index(
            "uq_deflection_events_member",
            "user_id",
            "topic_id",
            "step",
            unique=True,
            sqlite_where=text("user_id IS NOT NULL AND topic_id IS NOT NULL"),
            postgresql_where=text("user_id IS NOT NULL AND topic_id IS NOT NULL"),
        ),
    )
