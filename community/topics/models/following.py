"""Who has the same issue, who hears of what, and how far somebody has read."""

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
from community.topics.models.limits import LANGUAGE_MAX, QUERY_MAX, SEARCH_NAME_MAX, TAG_MAX
from community.topics.models.topics import TopicKind, TopicStatus


class MeToo(Base):
    """One person said "I have this too"."""

    __tablename__ = "me_toos"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class FollowCause(enum.StrEnum):
    """Why somebody follows: they asked for it, or they took part."""

    CHOSEN = "chosen"
    ASKED = "asked"
    REPLIED = "replied"
    ME_TOO = "me_too"


def _once(target: str) -> Index:
    """Return the index that lets a person follow one target once, and finds its followers."""
    where = text(f"{target} IS NOT NULL")
    return Index(
        f"uq_follows_{target.removesuffix('_id')}",
        target,
        "user_id",
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


class Follow(Base):
    """Somebody wants to hear what happens in a topic, at a company, with a tag and so on."""

    __tablename__ = "follows"

    id: Mapped[IntPK]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    tag_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cause: Mapped[FollowCause] = mapped_column(default=FollowCause.CHOSEN)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        CheckConstraint(
            "CASE WHEN topic_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN company_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN product_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN tag_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN person_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_target",
        ),
        CheckConstraint("person_id <> user_id", name="not_oneself"),
        _once("topic_id"),
        _once("company_id"),
        _once("product_id"),
        _once("tag_id"),
        _once("person_id"),
    )


class SavedSearch(Base):
    """A search that somebody keeps, and hears of when a new topic fits it."""

    __tablename__ = "saved_searches"

    id: Mapped[IntPK]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(SEARCH_NAME_MAX))
    text: Mapped[str] = mapped_column(String(QUERY_MAX), default="")
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    kind: Mapped[TopicKind | None]
    status: Mapped[TopicStatus | None]
    tag: Mapped[str] = mapped_column(String(TAG_MAX), default="")
    language: Mapped[str] = mapped_column(String(LANGUAGE_MAX), default="")
    # What a topic comes to only later: for looking again, not for what a new one has to fit.
    has_official: Mapped[bool] = mapped_column(default=False)
    has_accepted: Mapped[bool] = mapped_column(default=False)
    is_unanswered: Mapped[bool] = mapped_column(default=False)
    tells: Mapped[bool] = mapped_column(default=True)  # of each new topic that fits
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class ReadMark(Base):
    """How far a member has read in a topic, for "new since you were here"."""

    __tablename__ = "read_marks"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    read_until: Mapped[datetime]  # everything posted up to then has been on a page they opened
