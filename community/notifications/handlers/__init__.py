"""What follows changes: people are told, and what they want mailed is mailed."""

from community.notifications.handlers.appealed import (
    remind_juror,
    tell_appellant,
    tell_juror,
    tell_moderator,
)
from community.notifications.handlers.judged import (
    tell_of_decision,
    tell_of_judged_flags,
    tell_of_overturned,
)
from community.notifications.handlers.mailing import (
    begin_the_day,
    let_news_go,
    mail_daily,
    mail_news,
)
from community.notifications.handlers.telling import (
    tell_of_acceptance,
    tell_of_comment,
    tell_of_edited_reply,
    tell_of_edited_topic,
    tell_of_help,
    tell_of_official_answer,
    tell_of_reply,
    tell_of_status,
    tell_of_topic,
)

__all__ = [
    "begin_the_day",
    "let_news_go",
    "mail_daily",
    "mail_news",
    "remind_juror",
    "tell_appellant",
    "tell_juror",
    "tell_moderator",
    "tell_of_acceptance",
    "tell_of_comment",
    "tell_of_decision",
    "tell_of_edited_reply",
    "tell_of_edited_topic",
    "tell_of_help",
    "tell_of_judged_flags",
    "tell_of_official_answer",
    "tell_of_overturned",
    "tell_of_reply",
    "tell_of_status",
    "tell_of_topic",
]
