"""Who may flag and who may judge. Pure: whatever a rule depends on is an argument."""

from datetime import datetime

from flask_babel import gettext, ngettext

from community.accounts.models import User
from community.accounts.policies import can_take_part
from community.companies.models import Stake
from community.companies.policies import can_moderate
from community.core.policy import YES, Decision, no

FLAGS_AN_HOUR = 10  # by one person, whatever came of them
FLAGS_A_DAY = 30


def can_flag(
    actor: User | None, *, author_id: int, last_hour: int, last_day: int, at: datetime
) -> Decision:
    """Say that a post or a person breaks a rule: everybody who may take part, companies too.

    Nobody flags themselves, and nobody floods the queue.

    Args:
        author_id: of the post; of a person, the person.
        last_hour: flags that the actor has made in the hour before ``at``; ``last_day``, in the day.
    """
    decision = can_take_part(actor, at)
    if not decision:
        return decision
    assert actor is not None  # can_take_part refuses None
    if actor.id == author_id:
        return no(gettext("This is yours: you can change it yourself. Others flag it."))
    if last_hour >= FLAGS_AN_HOUR:
        return no(
            ngettext(
                "You have flagged %(num)s post within an hour. Moderators look at what is there; "
                "go on later.",
                "You have flagged %(num)s posts within an hour. Moderators look at what is there; "
                "go on later.",
                last_hour,
            )
        )
    if last_day >= FLAGS_A_DAY:
        return no(
            ngettext(
                "You have flagged %(num)s post within a day. Go on tomorrow.",
                "You have flagged %(num)s posts within a day. Go on tomorrow.",
                last_day,
            )
        )
    return YES


def can_withdraw(actor: User | None, *, reporter_id: int, is_open: bool, at: datetime) -> Decision:
    """Take a flag back: whoever made it, until it is judged."""
    decision = can_take_part(actor, at)
    if not decision:
        return decision
    assert actor is not None  # can_take_part refuses None
    if actor.id != reporter_id:
        return no(gettext("Only who made this flag can take it back."))
    return YES if is_open else no(gettext("This flag has been judged already."))


def can_judge(
    actor: User | None, *, stake: Stake | None, is_party: bool, at: datetime
) -> Decision:
    """Look at a case and decide it: moderators without a stake who are no party to it (rule N12).

    Args:
        stake: the actor's in a company that the case concerns, or None.
        is_party: whether the actor wrote what was flagged, or flagged it.
    """
    decision = can_moderate(actor, stake, at)
    if decision and is_party:
        return no(gettext("You are a party to this case, so others judge it."))
    return decision
