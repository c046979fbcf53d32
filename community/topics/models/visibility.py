"""What stands in place of a post that somebody has taken out of sight, and what it said."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, IntPK

COVERED = "[covered]"  # in every language: it is kept, and read by people of all of them


class Rule(enum.StrEnum):
    """What a post can break: the closed list of rule N6, the same for everybody.

    That it criticises somebody is none of them.
    """

    SPAM = "spam"
    ABUSE = "abuse"
    PERSONAL_DATA = "personal_data"
    UNLAWFUL = "unlawful"
    OFF_TOPIC = "off_topic"
    UNDISCLOSED_STAKE = "undisclosed_stake"


class AskedBy(enum.StrEnum):
    """In what role somebody asked that a post be looked at."""

    MEMBER = "member"
    TRUSTED = "trusted"  # a trusted member
    COMPANY = "company"  # somebody who speaks for a company that it concerns, or works there
    MODERATOR = "moderator"
    OPERATOR = "operator"
    AUTOMATIC = "automatic"  # a rule of the site, by itself
    AUTHORITY = "authority"  # by a legal request


class Sight(enum.StrEnum):
    """How a post was taken out of sight."""

    REMOVED = "removed"
    MASKED = "masked"  # its words are covered; its place, votes and replies stay in sight
    HELD = "held"  # nobody but the author has seen it yet


class Tombstone(Base):
    """Stands in place of a post: which rule, who asked, when, and where that is written down.

    A post has one at most that is in force. What was taken out of sight comes back exactly as it
    was: nothing but `hidden_at` changes, and for a mask the text, which is kept sealed for as long
    as the tombstone, or one that took its place, is in force.
    """

    __tablename__ = "tombstones"

    id: Mapped[IntPK]
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"))
    sight: Mapped[Sight]
    rule: Mapped[Rule]
    asked_by: Mapped[AskedBy]
    log_seq: Mapped[int]  # the row of the public log; a table of a layer above
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # what a mask covers (`core.sealing`)
    is_unseen: Mapped[bool] = mapped_column(default=False)  # the post was held from its beginning
    at: Mapped[datetime] = mapped_column(default=clock.now)
    lifted_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(topic_id IS NULL) <> (reply_id IS NULL)", name="one_post"),
        *(
            Index(
                f"uq_tombstones_in_force_{column}",
                column,
                unique=True,
                sqlite_where=text(f"lifted_at IS NULL AND {column} IS NOT NULL"),
                postgresql_where=text(f"lifted_at IS NULL AND {column} IS NOT NULL"),
            )
            for column in ("topic_id", "reply_id")
        ),
    )
