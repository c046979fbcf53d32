"""What moderation says to people: one sentence for each rule, and what an author is told."""

from datetime import datetime

from flask_babel import format_date
from flask_babel import lazy_gettext as _l

from community.moderation.models import DecisionAction, RestrictionKind
from community.topics.models import Rule

# The closed list of rule N6, the same for everybody.
MEANINGS = {
    Rule.SPAM: _l("It advertises, or says the same in many places, and helps nobody here."),
    Rule.ABUSE: _l("It insults, threatens or harasses somebody."),
    Rule.PERSONAL_DATA: _l("It shows somebody’s address, number, account or other private data."),
    Rule.UNLAWFUL: _l("Showing it breaks the law."),
    Rule.OFF_TOPIC: _l("It is about something else, or about another company."),
    Rule.UNDISCLOSED_STAKE: _l(
        "Its author has a stake in the company or in a rival, and does not say so."
    ),
}
ABOUT_POST = {
    DecisionAction.KEEP: _l("Keep it: no rule is broken"),
    DecisionAction.RELEASE: _l("Release it: no rule is broken"),
    DecisionAction.MASK: _l("Mask its words"),
    DecisionAction.REMOVE: _l("Remove it"),
    DecisionAction.MOVE: _l("Move it to another company"),
}
ABOUT_AUTHOR = {
    DecisionAction.WARN: _l("Warn them"),
    DecisionAction.LIMIT: _l("Limit them for a while"),
    DecisionAction.SUSPEND: _l("Suspend them for a while"),
}
LIMITS = {
    RestrictionKind.HELD: _l("whatever they post is looked at first"),
    RestrictionKind.NO_LINKS: _l("they post no links"),
    RestrictionKind.SLOW: _l("they post once an hour"),
}
_YOUR = {
    "topic": _l("Your topic “%(title)s”"),
    "reply": _l("Your answer in “%(title)s”"),
    "comment": _l("Your comment in “%(title)s”"),
}
_HAPPENED = {
    DecisionAction.KEEP: _l("%(yours)s was flagged, and stays as it is."),
    DecisionAction.RELEASE: _l("%(yours)s was held back, and is in sight now. We are sorry."),
    DecisionAction.MASK: _l("The words of %(yours)s were covered."),
    DecisionAction.REMOVE: _l("%(yours)s was removed."),
    DecisionAction.MOVE: _l("%(yours)s was moved to %(company)s."),
    DecisionAction.HOLD: _l("%(yours)s is held back until somebody has looked at it."),
}
_LIMITED = {
    RestrictionKind.HELD: _l("Until %(day)s, what you post is looked at before others see it."),
    RestrictionKind.NO_LINKS: _l("Until %(day)s, you cannot post links."),
    RestrictionKind.SLOW: _l("Until %(day)s, you can post once an hour."),
}


def about_post(action: DecisionAction, kind: str, *, title: str, company: str = "") -> str:
    """Return what its author is told has become of a post.

    Args:
        kind: "topic", "reply" or "comment".
        title: of the topic.
        company: to which it was moved.
    """
    yours = str(_YOUR[kind]) % {"title": title}
    if action is DecisionAction.MASK:  # in the middle of the sentence
        yours = yours[0].lower() + yours[1:]
    return str(_HAPPENED[action]) % {"yours": yours, "company": company}


def about_author(
    measure: DecisionAction, *, until: datetime | None = None, limit: RestrictionKind | None = None
) -> str:
    """Return what somebody is told has become of themselves."""
    day = format_date(until, "d MMMM yyyy") if until is not None else ""
    if measure is DecisionAction.LIMIT and limit in _LIMITED:
        return str(_LIMITED[limit]) % {"day": day}
    if measure is DecisionAction.LIMIT:
        return str(_l("Until %(day)s, you can post less than others.")) % {"day": day}
    if measure is DecisionAction.SUSPEND:
        return str(_l("Until %(day)s, you can read but not take part.")) % {"day": day}
    return str(_l("This is a warning: please keep to the rules."))
