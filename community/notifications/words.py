"""News in words: one sentence for each kind, the same on the page and in mail."""

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from community.notifications.models import Delivery, NotificationKind, Outcome
from community.notifications.queries import News
from community.topics.naming import status_word

Kind = NotificationKind

# In the order of the settings: what is said to this person, then what happens around them.
KINDS = {
    Kind.MENTIONED: _l("Somebody names you"),
    Kind.REPLIED: _l("An answer in a topic that you follow"),
    Kind.COMMENTED: _l("A comment on your answer, or in a topic that you follow"),
    Kind.SOLVED: _l("A topic that you follow or have too is solved"),
    Kind.OFFICIAL: _l("A company marks its official answer in a topic that you follow or have too"),
    Kind.STATUS: _l(
        "The status of a topic that you follow changes: in progress, planned and so on"
    ),
    Kind.ACCEPTED: _l("Your answer solved it"),
    Kind.HELPED: _l("Your answer saved others from asking"),
    Kind.EDITED: _l("Somebody edits what you wrote"),
    Kind.DECIDED: _l("Moderators decide about what you wrote"),
    Kind.FLAG_JUDGED: _l("Moderators judge your flag"),
    Kind.APPEAL: _l("You are asked to judge an appeal, or one of yours ends"),
    Kind.MATCHED: _l("A new topic fits a search that you saved"),
    Kind.POSTED: _l("Something new from a company, product, tag or person that you follow"),
}
DELIVERIES = {
    Delivery.AT_ONCE: _l("At once"),
    Delivery.DAILY: _l("Once a day"),
    Delivery.NEVER: _l("Never"),
}


_SENTENCES = {
    Kind.MENTIONED: _l("%(who)s named you"),
    Kind.REPLIED: _l("%(who)s answered"),
    Kind.COMMENTED: _l("%(who)s commented"),
    Kind.SOLVED: _l("It is solved"),
    Kind.OFFICIAL: _l("%(company)s marked its official answer"),
    Kind.STATUS: _l("%(who)s set it to “%(status)s”"),
    Kind.ACCEPTED: _l("%(who)s says that your answer solved it"),
    Kind.EDITED: _l("%(who)s edited what you wrote"),
    Kind.MATCHED: _l("It fits your search “%(search)s”"),
    Kind.POSTED: _l("%(who)s asked this at %(company)s"),
}
_OUTCOMES = {
    Outcome.REMOVE: _l("What you wrote was removed"),
    Outcome.MASK: _l("The words of what you wrote were covered"),
    Outcome.MOVE: _l("Your topic was moved to the company that it is about"),
    Outcome.WARN: _l("Moderators ask you to keep to the rules"),
    Outcome.LIMIT: _l("You can post less than others for a while"),
    Outcome.SUSPEND: _l("You can read, but not take part, for a while"),
    Outcome.RELEASE: _l("What you wrote was held back, and is in sight now. We are sorry"),
    Outcome.OVERTURNED: _l("A decision about you was taken back"),
    Outcome.UPHELD: _l("You were right to flag this: moderators acted on it"),
    Outcome.DECLINED: _l("Moderators looked at what you flagged: it breaks no rule"),
    Outcome.SUMMONED: _l(
        "You were drawn to judge an appeal. Answer within 72 hours, or give your place back"
    ),
    Outcome.REMINDED: _l("One day is left to judge the appeal for which you were drawn"),
    Outcome.ASKED: _l("No jury came together for an appeal. You may decide it"),
    Outcome.HOLDS: _l("Your appeal has ended: the decision holds"),
    Outcome.FALLS: _l("Your appeal has ended: the decision was overturned"),
    Outcome.LAPSED: _l("Your appeal has ended: nobody judged it in time"),
}
_JUDGED_AGAIN = _l("What you flagged was judged again, and the decision was taken back")
_ANSWERED_FOR_COMPANY = _l("%(who)s answered for %(company)s")
_ANSWERED_OFFICIALLY = _l("%(who)s gave the official answer of %(company)s")
_NAMED_OFFICIALLY = _l("%(who)s named you in the official answer of %(company)s")


def heading(title: str) -> str:
    """Return what stands above news: the title of their topic, or that they are about the reader."""
    return title or gettext("About you")


def sentence(news: News) -> str:
    """Return what happened, without the title of its topic."""
    if news.kind is Kind.HELPED:
        saved: str = ngettext(
            "Your answer saved %(num)s person from asking",
            "Your answer saved %(num)s people from asking",
            news.number,
        )
        return saved
    if news.kind is Kind.FLAG_JUDGED and news.outcome is Outcome.OVERTURNED:
        return str(_JUDGED_AGAIN)
    if news.outcome is not None:
        return str(_OUTCOMES[news.outcome])
    pattern = _SENTENCES[news.kind]
    if news.kind is Kind.POSTED and news.reply_id is not None:
        pattern = _SENTENCES[Kind.REPLIED]
    if pattern is _SENTENCES[Kind.REPLIED] and news.speaks_for_company:
        pattern = _ANSWERED_OFFICIALLY if news.is_official else _ANSWERED_FOR_COMPANY
    elif news.kind is Kind.MENTIONED and news.is_official:
        pattern = _NAMED_OFFICIALLY
    return str(pattern) % {
        "who": gettext("A guest")
        if news.actor_is_guest
        else news.actor_name or gettext("Somebody"),
        "company": news.company_name,
        "status": status_word(news.status) if news.status is not None else "",
        "search": news.search_name or gettext("one that you no longer keep"),
    }
