"""Replies, and every verdict on them."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    exists,
    text,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from community.accounts.models import User
from community.core import clock
from community.core.db import Base, IntPK
from community.topics.models.limits import SOURCE_KEY_MAX, VERSION_MAX, VISIT_LENGTH
from community.topics.models.topics import Topic


class Reply(Base):
    """An answer to a topic, or a comment on an answer (``parent_id``), one level deep."""

    __tablename__ = "replies"

    id: Mapped[IntPK]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    parent_id: Mapped[int | None]
    body: Mapped[str] = mapped_column(Text)  # Markdown, as the author wrote it
    body_html: Mapped[str] = mapped_column(Text)  # rendered and sanitised at write time
    speaks_for_company: Mapped[bool] = mapped_column(default=False)  # under a mandate
    helpful_count: Mapped[int] = mapped_column(default=0)
    unhelpful_count: Mapped[int] = mapped_column(default=0)
    worked_count: Mapped[int] = mapped_column(default=0)
    failed_count: Mapped[int] = mapped_column(default=0)
    accepted_count: Mapped[int] = mapped_column(default=0)
    helped_count: Mapped[int] = mapped_column(default=0)  # "this fixed it" before asking, by visit
    # Votes from where an imported reply was before, of which only the sums are known. They are
    # part of the counts above, which otherwise count rows of `Vote`.
    imported_helpful_count: Mapped[int] = mapped_column(default=0)
    imported_unhelpful_count: Mapped[int] = mapped_column(default=0)
    last_worked_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    source_key: Mapped[str | None] = mapped_column(String(SOURCE_KEY_MAX), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    edited_at: Mapped[datetime | None]  # by its latest revision

    topic: Mapped[Topic] = relationship(lazy="raise_on_sql")
    author: Mapped[User] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("id", "topic_id", name="uq_replies_id_topic"),
        # A comment hangs below a reply of the same topic.
        ForeignKeyConstraint(
            ["parent_id", "topic_id"], ["replies.id", "replies.topic_id"], name="fk_replies_parent"
        ),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        CheckConstraint(
            "helpful_count >= 0 AND unhelpful_count >= 0 AND worked_count >= 0"
            " AND failed_count >= 0 AND accepted_count >= 0",
            name="counts_not_negative",
        ),
        CheckConstraint("helped_count >= 0", name="helped_count_not_negative"),
        CheckConstraint(
            "imported_helpful_count >= 0 AND imported_unhelpful_count >= 0",
            name="imported_counts_not_negative",
        ),
        Index("ix_replies_topic_created", "topic_id", "created_at", "id"),
        # Comments only: an index of all would lure SQLite into reading every reply by it.
        Index(
            "ix_replies_parent",
            "parent_id",
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
        Index("ix_replies_author", "author_id", "created_at", "id"),
        # The few in whose place a tombstone stands.
        Index(
            "ix_replies_hidden",
            "topic_id",
            sqlite_where=text("hidden_at IS NOT NULL"),
            postgresql_where=text("hidden_at IS NOT NULL"),
        ),
    )


_answer = aliased(Reply, name="answer_above")

# The condition for what everybody can see: not hidden itself, nor a comment on what is.
REPLY_IS_SEEN: ColumnElement[bool] = and_(
    Reply.hidden_at.is_(None),
    ~exists().where(_answer.id == Reply.parent_id, _answer.hidden_at.is_not(None)),
)


class OfficialAnswer(Base):
    """The reply that a company marked as its answer. At most one a topic."""

    __tablename__ = "official_answers"

    topic_id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int]
    marked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    marked_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        # The pair, so that the answer cannot belong to another topic.
        ForeignKeyConstraint(
            ["reply_id", "topic_id"],
            ["replies.id", "replies.topic_id"],
            name="fk_official_answers_reply",
        ),
    )


class AcceptedAnswer(Base):
    """The asker, or somebody with the same issue, said "this solved it for me"."""

    __tablename__ = "accepted_answers"

    topic_id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(primary_key=True)
    accepted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    accepted_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        ForeignKeyConstraint(
            ["reply_id", "topic_id"],
            ["replies.id", "replies.topic_id"],
            name="fk_accepted_answers_reply",
        ),
        Index("ix_accepted_answers_reply", "reply_id"),
    )


class Outcome(Base):
    """Whether a reply worked for somebody: a member, or a passing visit without an account."""

    __tablename__ = "outcomes"

    id: Mapped[IntPK]
    reply_id: Mapped[int] = mapped_column(ForeignKey("replies.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    visit: Mapped[str | None] = mapped_column(String(VISIT_LENGTH))
    worked: Mapped[bool]
    version: Mapped[str] = mapped_column(String(VERSION_MAX), default="")  # as the person wrote it
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (visit IS NULL)", name="one_person"),
        # NULLs are distinct in a unique constraint: one row a member, one row a visit.
        UniqueConstraint("reply_id", "user_id", name="uq_outcomes_user"),
        UniqueConstraint("reply_id", "visit", name="uq_outcomes_visit"),
    )


class Vote(Base):
    """One person said "helpful" (+1) or "not helpful" (−1). Private; only the sums are shown."""

    __tablename__ = "votes"

    reply_id: Mapped[int] = mapped_column(ForeignKey("replies.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    value: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (CheckConstraint("value IN (-1, 1)", name="value_is_one"),)
