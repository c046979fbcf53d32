"""Topics, replies, verdicts and the trail of every answer found.

Counts and ``last_activity_at`` are caches: they are changed in SQL beside the unique
row that justifies them, and ``community recount`` rebuilds them from those rows.
"""

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

TITLE_MAX = 150  # characters
BODY_MAX = 50_000  # characters
COMMENT_MAX = 2_000  # characters
REASON_MAX = 300  # characters
NOTE_MAX = 300  # characters
VERSION_MAX = 40  # characters
LANGUAGE_MAX = 35  # characters, RFC 5646
TAGS_MAX = 5  # tags a topic
TAG_MAX = 30  # characters
SOURCE_KEY_MAX = 200  # characters
VISIT_LENGTH = 32  # hexadecimal digits of 16 random bytes


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
    # BCP 47, where somebody has said it; None: nobody has.
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
    last_activity_at: Mapped[datetime] = mapped_column(default=clock.now)
    first_reply_at: Mapped[datetime | None]  # by anybody but the asker
    first_company_reply_at: Mapped[datetime | None]

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
    # Votes from where an imported reply was before, of which only the sums are known. They are
    # part of the counts above, which otherwise count rows of `Vote`.
    imported_helpful_count: Mapped[int] = mapped_column(default=0)
    imported_unhelpful_count: Mapped[int] = mapped_column(default=0)
    last_worked_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    source_key: Mapped[str | None] = mapped_column(String(SOURCE_KEY_MAX), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

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


class MeToo(Base):
    """One person said "I have this too"."""

    __tablename__ = "me_toos"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class FollowCause(enum.StrEnum):
    """Why somebody follows: they asked for it, or they took part."""

    CHOSEN = "chosen"
    ASKED = "asked"
    REPLIED = "replied"
    ME_TOO = "me_too"


class Follow(Base):
    """Somebody wants to hear what happens in a topic."""

    __tablename__ = "follows"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    cause: Mapped[FollowCause]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Tag(Base):
    """A word that people find topics by."""

    __tablename__ = "tags"

    id: Mapped[IntPK]
    slug: Mapped[str] = mapped_column(String(TAG_MAX), unique=True)


class TopicTag(Base):
    """A tag on a topic."""

    __tablename__ = "topic_tags"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True, index=True)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


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
    )


class Draft(Base):
    """What somebody wrote before they were signed in, so that nothing is typed twice.

    Found by its random key, which is in the address that sign-up and sign-in return to.
    """

    __tablename__ = "drafts"

    key: Mapped[str] = mapped_column(String(VISIT_LENGTH), primary_key=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    company_name: Mapped[str] = mapped_column(Text, default="")  # of one without a page yet
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    kind: Mapped[TopicKind] = mapped_column(default=TopicKind.PROBLEM)
    title: Mapped[str] = mapped_column(Text, default="")  # not yet checked: kept as typed
    body: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[str] = mapped_column(Text, default="")
    differs_from_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    differs_reason: Mapped[str] = mapped_column(Text, default="")
    turned_down: Mapped[str] = mapped_column(Text, default="")  # ids of topics that did not fit
    saved_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class Standing(Base):
    """What a person has done at one company; a cache for the marks beside names."""

    __tablename__ = "standings"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    reply_count: Mapped[int] = mapped_column(default=0)
    solved_count: Mapped[int] = mapped_column(default=0)  # topics with an accepted answer of theirs

    __table_args__ = (
        CheckConstraint("reply_count >= 0 AND solved_count >= 0", name="counts_not_negative"),
        Index("ix_standings_most", "company_id", "solved_count", "reply_count"),
    )


class CompanyFigures(Base):
    """The measured odds of an answer, one public formula for all (rules N4 and N11).

    Asked: questions and problems. Answered: a reply by somebody other than the asker.
    """

    __tablename__ = "company_figures"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    topic_count: Mapped[int] = mapped_column(default=0)  # of any kind
    asked_count: Mapped[int] = mapped_column(default=0)
    answered_count: Mapped[int] = mapped_column(default=0)
    solved_count: Mapped[int] = mapped_column(default=0)
    company_answered_count: Mapped[int] = mapped_column(default=0)
    median_first_reply_s: Mapped[int | None]  # seconds from topic to first reply, where answered
    computed_at: Mapped[datetime] = mapped_column(default=clock.now)
