"""What moderation is called on its pages: actions, roles, rules and outcomes in words."""

from flask_babel import lazy_gettext as _l

from community.moderation.models import FlagOutcome, LegalOutcome, LogAction, LogRole
from community.topics.models import AskedBy, Rule

RULES = {
    Rule.SPAM: _l("Spam"),
    Rule.ABUSE: _l("Abuse"),
    Rule.PERSONAL_DATA: _l("Personal data"),
    Rule.UNLAWFUL: _l("Unlawful"),
    Rule.OFF_TOPIC: _l("Off topic"),
    Rule.UNDISCLOSED_STAKE: _l("Undisclosed stake"),
}
ROLES = {
    LogRole.MODERATOR: _l("Moderator"),
    LogRole.OPERATOR: _l("Operator of the site"),
    LogRole.AUTOMATIC: _l("Automatic rule"),
    LogRole.JURY: _l("Jury of three members"),
}
ASKED_BY = {
    AskedBy.MEMBER: _l("Member"),
    AskedBy.TRUSTED: _l("Trusted member"),
    AskedBy.COMPANY: _l("Somebody from the company"),
    AskedBy.MODERATOR: _l("Moderator"),
    AskedBy.OPERATOR: _l("Operator of the site"),
    AskedBy.AUTOMATIC: _l("Automatic rule"),
    AskedBy.AUTHORITY: _l("Authority"),
}
# The same within a sentence.
FLAGGED_BY = {
    AskedBy.MEMBER: _l("a member"),
    AskedBy.TRUSTED: _l("a trusted member"),
    AskedBy.COMPANY: _l("somebody from a company concerned"),
    AskedBy.MODERATOR: _l("a moderator"),
    AskedBy.OPERATOR: _l("an operator of the site"),
    AskedBy.AUTOMATIC: _l("an automatic rule"),
    AskedBy.AUTHORITY: _l("an authority"),
}
ACTIONS = {
    LogAction.KEEP: _l("Kept"),
    LogAction.MASK: _l("Masked"),
    LogAction.REMOVE: _l("Removed"),
    LogAction.MOVE: _l("Moved"),
    LogAction.WARN: _l("Warned"),
    LogAction.LIMIT: _l("Limited"),
    LogAction.SUSPEND: _l("Suspended"),
    LogAction.HOLD: _l("Held back"),
    LogAction.RELEASE: _l("Released"),
    LogAction.RESTORE: _l("Restored"),
    LogAction.UPHOLD: _l("Upheld on appeal"),
    LogAction.REDACT: _l("Redacted in this log"),
    LogAction.STATUS: _l("Status set"),
    LogAction.SORT: _l("Kind or tags set"),
    LogAction.DESCRIBE: _l("Company page changed"),
    LogAction.APPOINT: _l("Appointed or dismissed"),
    LogAction.LEGAL: _l("Legal request answered"),
    LogAction.CORRECT: _l("Legal register corrected"),
    LogAction.READ_ONLY: _l("Made read-only"),
    LogAction.SLOW: _l("Slowed down"),
    LogAction.REOPEN: _l("Opened again"),
}
FLAG_OUTCOMES = {
    FlagOutcome.UPHELD: _l("Upheld"),
    FlagOutcome.DECLINED: _l("Declined"),
    FlagOutcome.WITHDRAWN: _l("Withdrawn"),
}
LEGAL_OUTCOMES = {
    LegalOutcome.PENDING: _l("Waiting for an answer"),
    LegalOutcome.GRANTED: _l("Done as asked"),
    LegalOutcome.GRANTED_IN_PART: _l("Done in part"),
    LegalOutcome.REFUSED: _l("Refused"),
}
# What stands beside a row of the public log, by the names that the row itself knows.
_TEXTS = {
    "reason": _l("Why"),
    "moderator": _l("Moderator"),
    "operator": _l("Operator of the site"),
    "person": _l("Person"),
    "requester": _l("Who asked"),
    "law": _l("Under which law"),
    "appeal": _l("Appeal"),
    "juror_1": _l("First juror"),
    "juror_2": _l("Second juror"),
    "juror_3": _l("Third juror"),
}
# What somebody can ask to be judged again from its row of the public log.
APPEALABLE = {
    LogAction.KEEP,
    LogAction.MASK,
    LogAction.REMOVE,
    LogAction.MOVE,
    LogAction.WARN,
    LogAction.LIMIT,
    LogAction.SUSPEND,
}
LEGAL_FIELDS = {
    "received_on": _l("Received on"),
    "requester": _l("Who asks?"),
    "country": _l("Country"),
    "law": _l("Under which law?"),
    "company": _l("Company concerned"),
    "target": _l("What it is about"),
    "outcome": _l("What was done?"),
    "done": _l("In words"),
    "text": _l("Text of the request"),
    "is_text_public": _l("The text may be published"),
}
_WHEN = {"before": _l("(before)"), "after": _l("(since)")}  # of a correction in that register
SPAM_PARTS = {
    "number_to_call": _l("a number to call"),
    "call_in_title": _l("a number to call in the title"),
    "call_in_name": _l("a number to call in a name or a tag"),
    "disguised_number": _l("a number in disguise"),
    "disguised_letters": _l("letters in disguise"),
    "code_to_redeem": _l("a code to redeem"),
    "decorated": _l("a title set off by signs"),
    "link_in_title": _l("a link in the title"),
    "many_links": _l("many links"),
    "repeated_by_author": _l("the same text by the same person"),
    "repeated_by_others": _l("the same text by others"),
    "repeated_often": _l("the same text many times"),
    "like_spam": _l("a text like one that was found to be spam"),
    "many_at_once": _l("many posts within an hour"),
    "new_writer": _l("a first post"),
    "long_here": _l("a writer who has taken part for long"),
    "words": _l("its words"),
    "prior": _l("how rare spam is"),
}


def text_name(field: str) -> str:
    """Return what a text beside a row of the public log is called."""
    name, _, when = field.rpartition("_")
    if name in LEGAL_FIELDS and when in _WHEN:
        return f"{LEGAL_FIELDS[name]} {_WHEN[when]}"
    return str(_TEXTS.get(field, field))
