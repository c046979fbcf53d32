"""What is measured: of a person at a company, and of a company."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
)
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base


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
    Waiting: in the queue of those whom nobody has answered.
    """

    __tablename__ = "company_figures"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    topic_count: Mapped[int] = mapped_column(default=0)  # of any kind
    asked_count: Mapped[int] = mapped_column(default=0)
    answered_count: Mapped[int] = mapped_column(default=0)
    solved_count: Mapped[int] = mapped_column(default=0)
    company_answered_count: Mapped[int] = mapped_column(default=0)
    waiting_count: Mapped[int] = mapped_column(default=0)
    median_first_reply_s: Mapped[int | None]  # seconds from topic to first reply, where answered
    computed_at: Mapped[datetime] = mapped_column(default=clock.now)

    # Where most wait for an answer.
    __table_args__ = (Index("ix_company_figures_waiting", "waiting_count", "company_id"),)
