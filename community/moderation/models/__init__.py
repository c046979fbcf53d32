"""The tables of moderation. What stands in place of a hidden post belongs to topics."""

from community.moderation.models.appeals import (
    ANSWER_WITHIN,
    APPEAL_WITHIN,
    JURORS,
    JURY_FOR,
    MAJORITY,
    MODERATOR_WITHIN,
    REMIND_AFTER,
    Appeal,
    AppealState,
    Juror,
    JurorVote,
)
from community.moderation.models.cases import (
    LET_GO,
    MEASURES,
    REASON_MAX,
    WORDS_MAX,
    Case,
    Decision,
    DecisionAction,
    Flag,
    FlagOutcome,
    Restriction,
    RestrictionKind,
    name_in_log,
)
from community.moderation.models.legal import LegalCorrection, LegalOutcome, LegalRequest
from community.moderation.models.log import LogAction, LogEntry, LogRole, LogText
from community.moderation.models.modes import Mode, ModeKind
from community.moderation.models.offices import Office
from community.moderation.models.spam import SpamCount, SpamJudgement

__all__ = [
    "ANSWER_WITHIN",
    "APPEAL_WITHIN",
    "JURORS",
    "JURY_FOR",
    "LET_GO",
    "MAJORITY",
    "MEASURES",
    "MODERATOR_WITHIN",
    "REASON_MAX",
    "REMIND_AFTER",
    "WORDS_MAX",
    "Appeal",
    "AppealState",
    "Case",
    "Decision",
    "DecisionAction",
    "Flag",
    "FlagOutcome",
    "Juror",
    "JurorVote",
    "LegalCorrection",
    "LegalOutcome",
    "LegalRequest",
    "LogAction",
    "LogEntry",
    "LogRole",
    "LogText",
    "Mode",
    "ModeKind",
    "Office",
    "Restriction",
    "RestrictionKind",
    "SpamCount",
    "SpamJudgement",
    "name_in_log",
]
