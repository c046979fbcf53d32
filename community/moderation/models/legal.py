"""Requests by courts, authorities and lawyers, and what was done about them."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, IntPK

NAME_MAX = 200  # characters
DONE_MAX = 2000  # characters
TEXT_MAX = 20_000  # characters


class LegalOutcome(enum.StrEnum):
    """What was done about a request."""

    PENDING = "pending"
    GRANTED = "granted"
    GRANTED_IN_PART = "granted_in_part"
    REFUSED = "refused"


class LegalRequest(Base):
    """One request. Its text is public where the law lets it be.

    What stands here is what holds now; what it said before is in its corrections.
    """

    __tablename__ = "legal_requests"

    id: Mapped[IntPK]
    received_on: Mapped[date] = mapped_column(Date)
    requester: Mapped[str] = mapped_column(String(NAME_MAX))  # who asked
    country: Mapped[str] = mapped_column(String(2))  # ISO 3166-1
    law: Mapped[str] = mapped_column(String(NAME_MAX))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    target: Mapped[str] = mapped_column(String(NAME_MAX), default="")  # as the public log names it
    outcome: Mapped[LegalOutcome] = mapped_column(default=LegalOutcome.PENDING)
    done: Mapped[str] = mapped_column(Text, default="")  # what was done, in words
    text: Mapped[str] = mapped_column(Text, default="")
    is_text_public: Mapped[bool] = mapped_column(default=False)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    log_seq: Mapped[int | None] = mapped_column(ForeignKey("public_log.seq"))  # of the answer
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "(outcome = 'pending') = (closed_at IS NULL)"
            " AND (outcome = 'pending') = (log_seq IS NULL)",
            name="answered_in_the_log",
        ),
        CheckConstraint("outcome = 'pending' OR done <> ''", name="says_what_was_done"),
        Index("ix_legal_requests_received", "received_on", "id"),
        Index("ix_legal_requests_closed", "closed_at"),
    )


class LegalCorrection(Base):
    """Something in the register was wrong and was put right. Rows are only ever added.

    Why, and what each field said before and says since, are texts of the row of the public log,
    where they can be redacted: "reason", "law_before", "law_after".
    """

    __tablename__ = "legal_corrections"

    id: Mapped[IntPK]
    request_id: Mapped[int] = mapped_column(ForeignKey("legal_requests.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))  # concerned before
    target: Mapped[str] = mapped_column(String(NAME_MAX))  # what it was about before
    text: Mapped[str | None] = mapped_column(Text)  # of the request before; None: as it is
    corrected_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    log_seq: Mapped[int] = mapped_column(ForeignKey("public_log.seq"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
