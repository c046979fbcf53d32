"""Topics: what they are, where they stand, and what they are filed under."""

import enum
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.accounts.models import User
from community.companies.models import Company
from community.core import clock
from community.core.db import Base, IntPK, one_of
from community.core.names import slug
from community.topics.models.limits import (
    LANGUAGE_MAX,
    NOTE_MAX,
    REASON_MAX,
    SOURCE_KEY_MAX,
    TAG_MAX,
    TITLE_MAX,
)


class TopicKind(enum.StrEnum):
    """The four things people bring. Chosen by the author; moderators may change it."""

    QUESTION = "question"
    PROBLEM = "problem"
    IDEA = "idea"
    PRAISE = "praise"


class TopicStatus(enum.StrEnum):
    """Where a topic stands. `STATUSES` says which kind can have which."""

    OPEN = "open"
    NEEDS_INFO = "needs_info"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    SOLVED = "solved"
    NOT_A_PROBLEM = "not_a_problem"
    UNDER_CONSIDERATION = "under_consideration"
    PLANNED = "planned"
    DONE = "done"
    DECLINED = "declined"


_SUPPORT = (
    TopicStatus.OPEN,
    TopicStatus.NEEDS_INFO,
    TopicStatus.ACKNOWLEDGED,
    TopicStatus.IN_PROGRESS,
    TopicStatus.SOLVED,
    TopicStatus.NOT_A_PROBLEM,
)
STATUSES: dict[TopicKind, tuple[TopicStatus, ...]] = {
    TopicKind.QUESTION: _SUPPORT,
    TopicKind.PROBLEM: _SUPPORT,
    TopicKind.IDEA: (
        TopicStatus.OPEN,
        TopicStatus.UNDER_CONSIDERATION,
        TopicStatus.PLANNED,
        TopicStatus.DONE,
        TopicStatus.DECLINED,
    ),
    TopicKind.PRAISE: (TopicStatus.OPEN,),
}
# What helped somebody: problems that are solved, ideas that came true.
SOLVED_STATUSES = frozenset({TopicStatus.SOLVED, TopicStatus.DONE})
_STATUS_FITS_KIND = " OR ".join(
    f"(kind = '{kind.value}' AND status IN ({', '.join(repr(s.value) for s in statuses)}))"
    for kind, statuses in STATUSES.items()
)

_VISIBLE = text("hidden_at IS NULL")
_UNANSWERED = text("first_reply_at IS NULL AND hidden_at IS NULL")
_UNRELATED = text("related_at IS NULL AND hidden_at IS NULL")


class Topic(Base):
    """One conversation about a company."""

    __tablename__ = "topics"

    id: Mapped[IntPK]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[TopicKind]
    status: Mapped[TopicStatus] = mapped_column(default=TopicStatus.OPEN)
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    body: Mapped[str] = mapped_column(Text)  # Markdown, as the author wrote it
    body_html: Mapped[str] = mapped_column(Text)  # rendered and sanitised at write time
    # BCP 47: what the text shows, or what somebody has said; "und": neither; None: not told yet.
    language: Mapped[str | None] = mapped_column(String(LANGUAGE_MAX))
    reply_count: Mapped[int] = mapped_column(default=0)  # replies, not comments
    me_too_count: Mapped[int] = mapped_column(default=0)
    follower_count: Mapped[int] = mapped_column(default=0)
    helped_count: Mapped[int] = mapped_column(default=0)  # "this fixed it", by visit
    # "Mine differs because …": the topic that was shown, and the asker's reason.
    differs_from_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    differs_reason: Mapped[str | None] = mapped_column(String(REASON_MAX))
    hidden_at: Mapped[datetime | None]
    source_key: Mapped[str | None] = mapped_column(String(SOURCE_KEY_MAX), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    edited_at: Mapped[datetime | None]  # by its latest revision
    last_activity_at: Mapped[datetime] = mapped_column(default=clock.now)
    first_reply_at: Mapped[datetime | None]  # by anybody but the asker
    first_company_reply_at: Mapped[datetime | None]
    related_at: Mapped[datetime | None]  # when topics like it were last sought

    company: Mapped[Company] = relationship(lazy="raise_on_sql")
    author: Mapped[User] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        CheckConstraint(
            "reply_count >= 0 AND me_too_count >= 0 AND follower_count >= 0 AND helped_count >= 0",
            name="counts_not_negative",
        ),
        CheckConstraint(_STATUS_FITS_KIND, name="status_fits_kind"),
        CheckConstraint("differs_from_id <> id", name="differs_from_another"),
        UniqueConstraint("id", "company_id", name="uq_topics_id_company"),
        # The home page and the company page: newest activity first, paged by key.
        Index(
            "ix_topics_activity",
            "last_activity_at",
            "id",
            sqlite_where=_VISIBLE,
            postgresql_where=_VISIBLE,
        ),
        Index(
            "ix_topics_company_activity",
            "company_id",
            "last_activity_at",
            "id",
            sqlite_where=_VISIBLE,
            postgresql_where=_VISIBLE,
        ),
        Index(
            "ix_topics_company_kind_status_activity",
            "company_id",
            "kind",
            "status",
            "last_activity_at",
            "id",
            sqlite_where=_VISIBLE,
            postgresql_where=_VISIBLE,
        ),
        Index("ix_topics_author", "author_id", "created_at", "id"),
        # Feeds and the site map: what is new.
        Index(
            "ix_topics_created",
            "created_at",
            "id",
            sqlite_where=_VISIBLE,
            postgresql_where=_VISIBLE,
        ),
        # The queue of those whom nobody has answered.
        Index(
            "ix_topics_unanswered",
            "created_at",
            "id",
            sqlite_where=_UNANSWERED,
            postgresql_where=_UNANSWERED,
        ),
        # Those for which nobody has sought topics like them.
        Index(
            "ix_topics_unrelated",
            "id",
            sqlite_where=_UNRELATED,
            postgresql_where=_UNRELATED,
        ),
    )

    @property
    def slug(self) -> str:
        """The readable end of the topic's address; the id before it is what counts."""
        return slug_of(self.title)


def slug_of(title: str) -> str:
    """Return the readable end of the address of the topic with this title."""
    return slug(title, default="topic")


class TopicProduct(Base):
    """What a topic is about, among the company's products."""

    __tablename__ = "topic_products"

    topic_id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    company_id: Mapped[int]

    __table_args__ = (
        # The pairs, so that a product of another company cannot be attached.
        ForeignKeyConstraint(
            ["topic_id", "company_id"],
            ["topics.id", "topics.company_id"],
            name="fk_topic_products_topic",
        ),
        ForeignKeyConstraint(
            ["product_id", "company_id"],
            ["products.id", "products.company_id"],
            name="fk_topic_products_product",
        ),
    )


class Tag(Base):
    """A word that people find topics by."""

    __tablename__ = "tags"

    id: Mapped[IntPK]
    slug: Mapped[str] = mapped_column(String(TAG_MAX), unique=True)
    topic_count: Mapped[int] = mapped_column(default=0)  # visible ones

    __table_args__ = (
        CheckConstraint("topic_count >= 0", name="count_not_negative"),
        # The most used first, paged by key.
        Index("ix_tags_topic_count", "topic_count", "id"),
    )


class TopicTag(Base):
    """A tag on a topic."""

    __tablename__ = "topic_tags"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    # The newest topics of a tag.
    __table_args__ = (Index("ix_topic_tags_tag", "tag_id", "topic_id"),)


class StatusRole(enum.StrEnum):
    """In what role somebody changed a status; shown beside the change."""

    ASKER = "asker"
    COMPANY = "company"
    MODERATOR = "moderator"


class StatusChange(Base):
    """One step in a topic's history: who, in what role, when and why."""

    __tablename__ = "status_changes"

    id: Mapped[IntPK]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), index=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[StatusRole]
    old: Mapped[TopicStatus] = mapped_column(one_of(TopicStatus, name="old_status"))
    new: Mapped[TopicStatus] = mapped_column(one_of(TopicStatus, name="new_status"))
    note: Mapped[str] = mapped_column(String(NOTE_MAX), default="")
    reply_id: Mapped[int | None]  # the answer that the asker accepted, if that solved it
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    actor: Mapped[User] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        CheckConstraint("old <> new", name="is_a_change"),
        ForeignKeyConstraint(
            ["reply_id", "topic_id"],
            ["replies.id", "replies.topic_id"],
            name="fk_status_changes_reply",
        ),
    )
