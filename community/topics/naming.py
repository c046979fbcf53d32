"""What kinds, statuses and rules are called, in the one place that pages and forms share."""

from flask_babel import lazy_gettext as _l

from community.topics.models import AskedBy, Rule, TopicKind, TopicStatus

KIND_WORDS = {
    TopicKind.PROBLEM: _l("problem"),
    TopicKind.QUESTION: _l("question"),
    TopicKind.IDEA: _l("idea"),
    TopicKind.PRAISE: _l("praise"),
}
STATUS_WORDS = {
    TopicStatus.OPEN: _l("open"),
    TopicStatus.NEEDS_INFO: _l("needs information"),
    TopicStatus.ACKNOWLEDGED: _l("acknowledged"),
    TopicStatus.IN_PROGRESS: _l("in progress"),
    TopicStatus.SOLVED: _l("solved"),
    TopicStatus.NOT_A_PROBLEM: _l("not a problem"),
    TopicStatus.UNDER_CONSIDERATION: _l("under consideration"),
    TopicStatus.PLANNED: _l("planned"),
    TopicStatus.DONE: _l("done"),
    TopicStatus.DECLINED: _l("declined"),
}
# What a post that was taken out of sight is, in a sentence.
RULE_WORDS = {
    Rule.SPAM: _l("spam"),
    Rule.ABUSE: _l("abuse"),
    Rule.PERSONAL_DATA: _l("personal data"),
    Rule.UNLAWFUL: _l("unlawful content"),
    Rule.OFF_TOPIC: _l("off topic"),
    Rule.UNDISCLOSED_STAKE: _l("a stake that was not disclosed"),
}
ASKED_BY_WORDS = {
    AskedBy.MEMBER: _l("asked for by a member"),
    AskedBy.TRUSTED: _l("asked for by a trusted member"),
    AskedBy.COMPANY: _l("asked for by somebody from the company"),
    AskedBy.MODERATOR: _l("seen by a moderator"),
    AskedBy.OPERATOR: _l("seen by the operator of this site"),
    AskedBy.AUTOMATIC: _l("found by an automatic rule"),
    AskedBy.AUTHORITY: _l("asked for by an authority"),
}


def kind_word(kind: str) -> str:
    """Return the word for a kind of topic."""
    return str(KIND_WORDS[TopicKind(kind)])


def status_word(status: str) -> str:
    """Return the words for where a topic stands."""
    return str(STATUS_WORDS[TopicStatus(status)])


def rule_word(rule: str) -> str:
    """Return the words for the rule that a post broke."""
    return str(RULE_WORDS[Rule(rule)])


def asked_by_words(asked_by: str) -> str:
    """Return the words for who asked that a post be taken out of sight."""
    return str(ASKED_BY_WORDS[AskedBy(asked_by)])
