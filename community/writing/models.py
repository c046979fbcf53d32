"""The table of drafts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base

KEY_LENGTH = 32  # hexadecimal digits of 16 random bytes
PLACE_MAX = 60  # characters
ASKING = "ask"  # the place of new topics, of which somebody may have several drafts

_ONE_A_PLACE = text(f"user_id IS NOT NULL AND place <> '{ASKING}'")


class Draft(Base):
    """What somebody is writing, as it was typed, so that nothing is typed twice.

    Found by its random key, which the page holds and sign-in returns to. A draft that
    was begun without an account gets its owner when somebody signs in with the key.
    ``place`` says which form it is of: "ask", "topic:12" for an answer, "reply:34" for
    a comment, "edit-topic:12" and "edit-reply:34" for a change.
    """

    __tablename__ = "drafts"

    key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    place: Mapped[str] = mapped_column(String(PLACE_MAX))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)  # the form's fields by name, unchecked
    # Raised with each saving: whoever saves from an older one is shown the newer one first.
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    saved_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    __table_args__ = (
        CheckConstraint("version >= 1", name="version_from_one"),
        Index(
            "uq_drafts_place",
            "user_id",
            "place",
            unique=True,
            sqlite_where=_ONE_A_PLACE,
            postgresql_where=_ONE_A_PLACE,
        ),
    )
