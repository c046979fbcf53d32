"""Who has the same issue, and who hears of a topic."""

import enum
from datetime import datetime

from sqlalchemy import (
    ForeignKey,
)
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base


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
