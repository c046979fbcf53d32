"""Changes to what people are told, and to how."""

from community.notifications.services.choosing import choose, open_news, read_all, stop_mails
from community.notifications.services.mailing import (
    claim,
    let_go,
    mail_nothing_waiting,
    note_bounce,
    note_refused,
    note_sent,
    prune_mails,
    try_address_again,
)
from community.notifications.services.telling import Happening, prune_news, tell

__all__ = [
    "Happening",
    "choose",
    "claim",
    "let_go",
    "mail_nothing_waiting",
    "note_bounce",
    "note_refused",
    "note_sent",
    "open_news",
    "prune_mails",
    "prune_news",
    "read_all",
    "stop_mails",
    "tell",
    "try_address_again",
]
