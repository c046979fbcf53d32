"""Times in which less may be written, for reasons that everybody reads."""

import enum
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, IntPK

REASON_MAX = 300  # characters
SECONDS_MAX = 24 * 3600  # between two posts of a person
FOR_MAX = timedelta(days=30)  # a mode that is needed for longer is set again, and logged again


class ModeKind(enum.StrEnum):
    """What is in force."""

    READ_ONLY = "read_only"  # the whole site
    SLOW = "slow"  # each person waits between two posts


class Mode(Base):
    """A mode of the site, of a company's topics, or of one topic: one of a kind in each place."""

    __tablename__ = "modes"

    id: Mapped[IntPK]
    kind: Mapped[ModeKind]
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    seconds: Mapped[int] = mapped_column(default=0)  # between two posts of a person, when slow
    reason: Mapped[str] = mapped_column(String(REASON_MAX))
    set_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    log_seq: Mapped[int] = mapped_column(ForeignKey("public_log.seq"))
    since: Mapped[datetime] = mapped_column(default=clock.now)
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("company_id IS NULL OR topic_id IS NULL", name="one_place"),
        CheckConstraint(
            "kind <> 'read_only' OR (company_id IS NULL AND topic_id IS NULL)",
            name="the_site_alone_is_read_only",
        ),
        CheckConstraint("(kind = 'slow') = (seconds > 0)", name="slow_by_seconds"),
        Index(
            "ix_modes_in_force",
            "topic_id",
            "company_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
