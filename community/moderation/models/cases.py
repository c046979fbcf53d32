"""Flags, the cases they come together in, and what was decided."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, IntPK
from community.topics.models import AskedBy, Rule

WORDS_MAX = 500  # characters of a flag or an appeal
REASON_MAX = 1000  # characters of a decision

_ONE_TARGET = (
    "(CASE WHEN topic_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN reply_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) = 1"
)


def _one_open(table: str, condition: str, *before: str) -> tuple[Index, ...]:
    """Return the constraints that there is one open row for each target."""
    return tuple(
        Index(
            f"uq_{table}_open_{column}",
            *before,
            column,
            unique=True,
            sqlite_where=text(f"{condition} AND {column} IS NOT NULL"),
            postgresql_where=text(f"{condition} AND {column} IS NOT NULL"),
        )
        for column in ("topic_id", "reply_id", "person_id")
    )


class Case(Base):
    """Something that moderators are to look at: all open flags of one target, or a held post.

    ``version`` grows with every flag that comes or goes, so that a decision made on what was known
    before is noticed. One moderator at a time has the lease.
    """

    __tablename__ = "cases"

    id: Mapped[IntPK]
    topic_id: Mapped[int | None] = mapped_column(
        ForeignKey("topics.id")
    )  # topic or reply or person
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    risk: Mapped[float] = mapped_column(default=0.0)  # `community.moderation.risk`
    due_at: Mapped[datetime] = mapped_column(default=clock.now)  # the riskier, the sooner
    version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    leased_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    leased_since: Mapped[datetime | None]  # by the same moderator, without a pause
    leased_until: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(_ONE_TARGET, name="one_target"),
        CheckConstraint(
            "(leased_by_id IS NULL) = (leased_until IS NULL)"
            " AND (leased_by_id IS NULL) = (leased_since IS NULL)",
            name="leased_to_somebody",
        ),
        *_one_open("cases", "decided_at IS NULL"),
        Index(
            "ix_cases_queue",
            "due_at",
            "id",
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )


# What the columns hold of a case that nobody has.
LET_GO = {"leased_by_id": None, "leased_since": None, "leased_until": None}


class FlagOutcome(enum.StrEnum):
    """What came of a flag; told to whoever flagged."""

    UPHELD = "upheld"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Flag(Base):
    """Somebody says that a post or a person breaks a rule: one of a closed list (rule N6)."""

    __tablename__ = "flags"

    id: Mapped[IntPK]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    reporter_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[AskedBy]  # of the reporter, at the companies concerned, when it was flagged
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    rule: Mapped[Rule]
    words: Mapped[str] = mapped_column(String(WORDS_MAX), default="")
    outcome: Mapped[FlagOutcome | None]  # None: open
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(_ONE_TARGET, name="one_target"),
        CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="closed_with_an_outcome"),
        *_one_open("flags", "outcome IS NULL", "reporter_id"),
    )


class DecisionAction(enum.StrEnum):
    """What a case can end with."""

    KEEP = "keep"
    MASK = "mask"  # the text is covered, and kept encrypted for the appeal
    REMOVE = "remove"  # a tombstone stands in its place
    MOVE = "move"  # to the company that it is about
    WARN = "warn"
    LIMIT = "limit"
    SUSPEND = "suspend"
    HOLD = "hold"  # by an automatic rule: nobody else sees it until somebody has looked
    RELEASE = "release"  # of what was held


# What is done about an author, not about a post.
MEASURES = (DecisionAction.WARN, DecisionAction.LIMIT, DecisionAction.SUSPEND)


class Decision(Base):
    """What was done about a case, under which rule and why. The author reads the reason."""

    __tablename__ = "decisions"

    id: Mapped[IntPK]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    moderator_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), index=True
    )  # None: an automatic rule, or a jury
    action: Mapped[DecisionAction]
    rule: Mapped[Rule | None]  # broken; None: none was
    reason: Mapped[str] = mapped_column(String(REASON_MAX))
    log_seq: Mapped[int] = mapped_column(ForeignKey("public_log.seq"))
    until: Mapped[datetime | None]  # of a limit or a suspension
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    overturned_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("reason <> ''", name="has_a_reason"),)


class RestrictionKind(enum.StrEnum):
    """What somebody may not do for a while."""

    HELD = "held"  # whatever they post is looked at first
    NO_LINKS = "no_links"
    SLOW = "slow"  # one post an hour
    SUSPENDED = "suspended"  # they take no part at all


class Restriction(Base):
    """What one person may not do for a while, by a decision.

    These rows are the truth about suspensions as well: `User.suspended_until` is the latest end
    of those in force (`services.restrictions`).
    """

    __tablename__ = "restrictions"

    id: Mapped[IntPK]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[RestrictionKind]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), index=True)
    until: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    lifted_at: Mapped[datetime | None]  # before its end, because the decision was overturned


def name_in_log(row: Case | Flag) -> str:
    """Return what a case or a flag is about, as the public log names it: "reply 7"."""
    if row.topic_id is not None:
        return f"topic {row.topic_id}"
    return f"reply {row.reply_id}" if row.reply_id is not None else f"person {row.person_id}"
