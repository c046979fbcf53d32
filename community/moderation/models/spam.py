"""What was learnt of spam, and how each post was judged."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, IntPK
from community.moderation.spam import Outcome

TOKEN_MAX = 64  # characters


class SpamCount(Base):
    """In how many spam and honest posts something stood.

    Words are counted under a digest (`community.moderation.spam.learnable`): the table says of a
    word how often it stood in spam to whoever knows the word, and holds no word of anybody.
    """

    __tablename__ = "spam_counts"

    token: Mapped[str] = mapped_column(String(TOKEN_MAX), primary_key=True)
    spam: Mapped[int] = mapped_column(default=0)
    honest: Mapped[int] = mapped_column(default=0)

    __table_args__ = (CheckConstraint("spam >= 0 AND honest >= 0", name="counts_not_negative"),)


class SpamJudgement(Base):
    """How a post was judged, sign by sign, and what somebody who looked said."""

    __tablename__ = "spam_judgements"

    id: Mapped[IntPK]
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"), unique=True)
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"), unique=True)
    score: Mapped[float]  # the chance that it is spam, from 0 to 1
    parts: Mapped[str] = mapped_column(Text)  # JSON: [name, log-odds] of all that was weighed
    outcome: Mapped[Outcome]
    fingerprint: Mapped[int | None] = mapped_column(BigInteger)  # None: too short to compare
    is_spam: Mapped[bool | None]  # as somebody decided; None: nobody has yet
    learnt_as_spam: Mapped[bool | None]  # None: not learnt from
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        CheckConstraint("(topic_id IS NULL) <> (reply_id IS NULL)", name="one_post"),
        Index("ix_spam_judgements_created", "created_at", "id"),
    )
