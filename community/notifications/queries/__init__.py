"""Reads of news: who is told, what somebody was told, and what is to be mailed."""

from community.notifications.queries.audience import (
    Reason,
    Recipient,
    audience,
    following_around,
    following_person,
    following_topic,
    having_too,
    just,
    named,
    owning_searches,
)
from community.notifications.queries.choices import deliveries_of, stuck_mails
from community.notifications.queries.matching import fitting
from community.notifications.queries.news import (
    DAILY_KEY,
    UNREAD_SHOWN,
    News,
    TopicNews,
    Waiting,
    by_topic,
    one_of,
    page_of_news,
    to_mail_at_once,
    to_mail_daily,
    unread_count,
    waiting_for_their_day,
)

__all__ = [
    "DAILY_KEY",
    "UNREAD_SHOWN",
    "News",
    "Reason",
    "Recipient",
    "TopicNews",
    "Waiting",
    "audience",
    "by_topic",
    "deliveries_of",
    "fitting",
    "following_around",
    "following_person",
    "following_topic",
    "having_too",
    "just",
    "named",
    "one_of",
    "owning_searches",
    "page_of_news",
    "stuck_mails",
    "to_mail_at_once",
    "to_mail_daily",
    "unread_count",
    "waiting_for_their_day",
]
