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
from community.notifications.queries.matching import fitting
from community.notifications.queries.news import (
    UNREAD_SHOWN,
    News,
    TopicNews,
    by_topic,
    one_of,
    page_of_news,
    to_mail_at_once,
    to_mail_daily,
    unread_count,
    waiting_for_their_day,
)

__all__ = [
    "UNREAD_SHOWN",
    "News",
    "Reason",
    "Recipient",
    "TopicNews",
    "audience",
    "by_topic",
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
    "to_mail_at_once",
    "to_mail_daily",
    "unread_count",
    "waiting_for_their_day",
]
