"""What kinds and statuses are called, in the one place that pages and forms share."""

from flask_babel import lazy_gettext as _l

from community.topics.models import TopicKind, TopicStatus

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


def kind_word(kind: str) -> str:
    """Return the word for a kind of topic."""
    return str(KIND_WORDS[TopicKind(kind)])


def status_word(status: str) -> str:
    """Return the words for where a topic stands."""
    return str(STATUS_WORDS[TopicStatus(status)])
