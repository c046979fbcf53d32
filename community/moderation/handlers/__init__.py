"""Jobs of moderation. `community.wiring` says after which events and when each is done."""

from community.moderation.handlers.appealing import (
    advance_appeals,
    ask_moderators,
    end_moot_appeal,
)
from community.moderation.handlers.ending import end_modes
from community.moderation.handlers.noting import log_company_page, log_sorting, log_status
from community.moderation.handlers.spam import (
    judge_edited,
    judge_unjudged,
    learn_from_case,
    learn_from_standing,
)
from community.moderation.handlers.witnessing import forget_in_log, inspect_log, note_head

__all__ = [
    "advance_appeals",
    "ask_moderators",
    "end_modes",
    "end_moot_appeal",
    "forget_in_log",
    "inspect_log",
    "judge_edited",
    "judge_unjudged",
    "learn_from_case",
    "learn_from_standing",
    "log_company_page",
    "log_sorting",
    "log_status",
    "note_head",
]
