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

__all__ = [
    "Reason",
    "Recipient",
    "audience",
    "fitting",
    "following_around",
    "following_person",
    "following_topic",
    "having_too",
    "just",
    "named",
    "owning_searches",
]
