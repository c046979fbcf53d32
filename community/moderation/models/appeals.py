"""Appeals, and the three trusted members who judge each."""

import enum
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, IntPK
from community.moderation.models.cases import REASON_MAX, WORDS_MAX

JURORS = 3
MAJORITY = 2  # votes that agree decide, whatever the third would say
APPEAL_WITHIN = timedelta(days=30)  # of the decision
ANSWER_WITHIN = timedelta(hours=72)  # of being drawn
REMIND_AFTER = timedelta(hours=48)
JURY_FOR = 3 * ANSWER_WITHIN  # however often jurors are drawn again
MODERATOR_WITHIN = timedelta(hours=72)  # where no jury came together


class AppealState(enum.StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    UPHELD = "upheld"  # the decision holds
    OVERTURNED = "overturned"
    LAPSED = "lapsed"  # nobody answered in time, and the fallback decided


class Appeal(Base):
    """Somebody concerned asks that a decision be judged again. Once for each of them.

    Two votes of three jurors that agree decide it. Where they cannot be had by ``due_at``, a
    moderator who did not act before is asked (``fallback_at``); where none answers either, the
    appeal lapses in favour of whoever wrote what was judged.
    """

    __tablename__ = "appeals"

    id: Mapped[IntPK]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    appellant_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    words: Mapped[str] = mapped_column(String(WORDS_MAX))
    state: Mapped[AppealState] = mapped_column(default=AppealState.OPEN)
    due_at: Mapped[datetime]  # of the jury; from `fallback_at` on, of the moderator
    fallback_at: Mapped[datetime | None]
    # Who decided in place of a jury.
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    reason: Mapped[str] = mapped_column(String(REASON_MAX), default="")  # the moderator's; public
    log_seq: Mapped[int | None] = mapped_column(ForeignKey("public_log.seq"))  # of the outcome
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("decision_id", "appellant_id"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_with_an_outcome"),
        CheckConstraint("moderator_id IS NULL OR reason <> ''", name="has_a_reason"),
        Index(
            "uq_appeals_open",
            "decision_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_appeals_due",
            "due_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )


class JurorVote(enum.StrEnum):
    """What a juror says of the decision."""

    UPHOLD = "uphold"
    OVERTURN = "overturn"


class Juror(Base):
    """A trusted member drawn at random, without a stake, who did not act in the case before."""

    __tablename__ = "jurors"

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    vote: Mapped[JurorVote | None]
    reason: Mapped[str] = mapped_column(String(REASON_MAX), default="")  # public
    drawn_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    voted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]  # by themselves, or by letting the time pass

    __table_args__ = (
        CheckConstraint("(vote IS NULL) = (voted_at IS NULL)", name="voted_at_some_time"),
        CheckConstraint("vote IS NULL OR reason <> ''", name="has_a_reason"),
        CheckConstraint("vote IS NULL OR declined_at IS NULL", name="voted_or_declined"),
    )
