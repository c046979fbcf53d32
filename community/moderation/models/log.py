"""The public log (rule N7): one row for each action of moderators, operators and automatic rules."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock, erasing
from community.core.db import Base
from community.topics.models import Rule

DIGEST_LENGTH = 64  # hexadecimal digits of SHA-256
SALT_LENGTH = 32  # hexadecimal digits of 16 random bytes
TARGET_MAX = 100  # characters
COMPANY_MAX = 80  # characters


class LogRole(enum.StrEnum):
    """In what role something was done."""

    MODERATOR = "moderator"
    OPERATOR = "operator"
    AUTOMATIC = "automatic"  # a rule of the site, by itself
    JURY = "jury"  # three trusted members, on an appeal


class LogAction(enum.StrEnum):
    """What was done."""

    KEEP = "keep"
    MASK = "mask"
    REMOVE = "remove"
    MOVE = "move"
    WARN = "warn"
    LIMIT = "limit"
    SUSPEND = "suspend"
    HOLD = "hold"  # kept back until somebody has looked
    RELEASE = "release"
    RESTORE = "restore"
    UPHOLD = "uphold"  # an appeal changed nothing
    REDACT = "redact"  # personal data left this log
    STATUS = "status"  # of a topic, set by a moderator
    SORT = "sort"  # kind and tags, set by a moderator
    DESCRIBE = "describe"  # names, official help or rivals of a company, set by a moderator
    APPOINT = "appoint"  # somebody became a moderator, a trusted member, or no longer is
    LEGAL = "legal"  # a request by an authority was answered
    CORRECT = "correct"  # the register of those requests was put right
    READ_ONLY = "read_only"
    SLOW = "slow"
    REOPEN = "reopen"  # the end of the two before


class LogEntry(Base):
    """A row of the log. It is never changed and never deleted: the database refuses both.

    ``digest`` is the SHA-256 of the row's canonical form, which ends with the digest of the row
    before: whoever has one digest can tell whether anything up to it was changed
    (`community.moderation.chain`). What somebody wrote is not in the row but in `LogText`; the row
    holds salted digests of it, so that personal data can go and the chain holds.
    """

    __tablename__ = "public_log"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1, without gaps
    at: Mapped[datetime] = mapped_column(default=clock.now)
    role: Mapped[LogRole]
    action: Mapped[LogAction]
    rule: Mapped[Rule | None]
    target: Mapped[str] = mapped_column(String(TARGET_MAX))  # "topic 12", "reply 7", "site"
    company: Mapped[str] = mapped_column(String(COMPANY_MAX), default="")  # its slug; "": none
    details: Mapped[str] = mapped_column(Text, default="{}")  # JSON: figures, dates, other rows
    commitments: Mapped[str] = mapped_column(Text, default="{}")  # JSON: field to salted digest
    previous: Mapped[str] = mapped_column(String(DIGEST_LENGTH))  # of the first row: noughts
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), unique=True)

    __table_args__ = (
        CheckConstraint("seq > 0", name="counted_from_one"),
        Index("ix_public_log_at", "at"),
        Index("ix_public_log_company", "company", "seq"),
        Index("ix_public_log_action", "action", "seq"),
        Index("ix_public_log_target", "target", "seq"),
        Index("ix_public_log_role", "role", "seq"),
        Index("ix_public_log_rule", "rule", "seq"),
        # Nothing in it can be taken out, so what concerns a person is not in it (`LogText`).
        {"info": {erasing.LEFT: True}},
    )


class LogText(Base):
    """A text that a row of the log is committed to: a reason, a name. It can be redacted, once."""

    __tablename__ = "public_log_texts"

    seq: Mapped[int] = mapped_column(ForeignKey("public_log.seq"), primary_key=True)
    field: Mapped[str] = mapped_column(String(32), primary_key=True)
    salt: Mapped[str | None] = mapped_column(String(SALT_LENGTH))  # goes with the text
    text: Mapped[str | None] = mapped_column(Text)
    redacted_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "(redacted_at IS NULL) = (text IS NOT NULL)"
            " AND (redacted_at IS NULL) = (salt IS NOT NULL)",
            name="there_or_redacted",
        ),
        {"info": {erasing.LEFT: True}},  # a text goes as a whole (`services.redact`)
    )
