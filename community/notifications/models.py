"""What people are told, how they want to be told, and the mail that went out."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, IntPK

SOURCE_KEY_MAX = 80  # characters
MAIL_KEY_MAX = 120  # characters

_UNREAD = text("read_at IS NULL")
_UNMAILED = text("mailed_at IS NULL")
_OF_SEARCH = text("search_id IS NOT NULL")


class NotificationKind(enum.StrEnum):
    """What there is to be told; each can be had at once, daily or never."""

    REPLIED = "replied"  # in a topic that one follows
    COMMENTED = "commented"  # on an answer of one's own, or in a topic that one follows
    MENTIONED = "mentioned"
    SOLVED = "solved"  # a topic that one has too, or follows
    ACCEPTED = "accepted"  # one's answer
    OFFICIAL = "official"  # a topic that one follows has the company's answer
    STATUS = "status"  # of a topic that one follows
    POSTED = "posted"  # at a company, on a product, with a tag, or by a person that one follows
    MATCHED = "matched"  # a saved search
    HELPED = "helped"  # one's answer kept people from asking
    EDITED = "edited"  # what one wrote, by somebody else
    DECIDED = "decided"  # moderators decided about what one wrote, or about oneself
    FLAG_JUDGED = "flag_judged"  # what came of one's flag
    APPEAL = "appeal"  # that one is asked to judge, and how one's own ended


class Outcome(enum.StrEnum):
    """What moderators decided, as far as it is told."""

    MASK = "mask"
    REMOVE = "remove"
    MOVE = "move"
    WARN = "warn"
    LIMIT = "limit"
    SUSPEND = "suspend"
    RELEASE = "release"
    OVERTURNED = "overturned"  # a decision about one was taken back
    UPHELD = "upheld"  # of a flag: a rule was broken
    DECLINED = "declined"  # none was
    SUMMONED = "summoned"  # one was drawn to judge an appeal
    REMINDED = "reminded"  # and has a day left
    ASKED = "asked"  # as a moderator, where no jury came together
    HOLDS = "holds"  # one's appeal changed nothing
    FALLS = "falls"  # it overturned the decision
    LAPSED = "lapsed"  # nobody judged it


class Notification(Base):
    """One thing that one person is told, once."""

    __tablename__ = "notifications"

    id: Mapped[IntPK]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[NotificationKind]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))  # None: of a person
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"))
    search_id: Mapped[int | None] = mapped_column(
        ForeignKey("saved_searches.id", ondelete="SET NULL")
    )
    change_id: Mapped[int | None] = mapped_column(ForeignKey("status_changes.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("appeals.id"))
    outcome: Mapped[Outcome | None]  # what moderators or a jury decided
    source_key: Mapped[str] = mapped_column(String(SOURCE_KEY_MAX))  # "reply-12": what caused it
    number: Mapped[int | None]  # how many people an answer has helped
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]  # or decided that no mail is wanted

    __table_args__ = (
        Index("uq_notifications_once", "user_id", "kind", "source_key", unique=True),
        Index("ix_notifications_user", "user_id", "id"),
        Index("ix_notifications_unread", "user_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index(
            "ix_notifications_unmailed",
            "user_id",
            sqlite_where=_UNMAILED,
            postgresql_where=_UNMAILED,
        ),
        # Those that lose their search when it is kept no longer.
        Index(
            "ix_notifications_search",
            "search_id",
            sqlite_where=_OF_SEARCH,
            postgresql_where=_OF_SEARCH,
        ),
    )


class Delivery(enum.StrEnum):
    """When a kind of news comes by mail. It is always in the bell."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"


# At once: what is said to this very person, and what ends their problem. Daily: what keeps until
# tomorrow morning, and what can be much.
DEFAULTS: dict[NotificationKind, Delivery] = {
    NotificationKind.MENTIONED: Delivery.AT_ONCE,
    NotificationKind.ACCEPTED: Delivery.AT_ONCE,
    NotificationKind.SOLVED: Delivery.AT_ONCE,
    NotificationKind.OFFICIAL: Delivery.AT_ONCE,
    NotificationKind.REPLIED: Delivery.AT_ONCE,
    NotificationKind.DECIDED: Delivery.AT_ONCE,
    NotificationKind.APPEAL: Delivery.AT_ONCE,
    NotificationKind.FLAG_JUDGED: Delivery.DAILY,
    NotificationKind.COMMENTED: Delivery.DAILY,
    NotificationKind.STATUS: Delivery.DAILY,
    NotificationKind.EDITED: Delivery.DAILY,
    NotificationKind.MATCHED: Delivery.DAILY,
    NotificationKind.POSTED: Delivery.DAILY,
    NotificationKind.HELPED: Delivery.DAILY,
}


class NotificationPreference(Base):
    """What somebody chose for one kind; without a row the default of the kind counts."""

    __tablename__ = "notification_preferences"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    kind: Mapped[NotificationKind] = mapped_column(primary_key=True)
    delivery: Mapped[Delivery]


class MailState(enum.StrEnum):
    """How far a mail came. One that stays at "sending" met a crash, and is not sent again."""

    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    BOUNCED = "bounced"


class NotificationMail(Base):
    """One mail of news: written down before it is sent, so that it is never sent twice."""

    __tablename__ = "notification_mails"

    id: Mapped[IntPK]
    key: Mapped[str] = mapped_column(String(MAIL_KEY_MAX), unique=True)  # what it tells, to whom
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    state: Mapped[MailState] = mapped_column(default=MailState.SENDING)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]
