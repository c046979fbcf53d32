"""Who may flag and who may judge. Pure: whatever a rule depends on is an argument."""

from collections.abc import Collection
from datetime import datetime

from flask_babel import gettext, ngettext

from community.accounts.models import User
from community.accounts.policies import can_take_part, has_account
from community.companies.models import Stake
from community.companies.policies import BARS, can_moderate
from community.core.policy import YES, Decision, no
from community.moderation.models import (
    APPEAL_WITHIN,
    Appeal,
    AppealState,
    DecisionAction,
    Juror,
)
from community.moderation.models import Decision as Decided
from community.moderation.models.offices import Office

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


def can_judge(actor: User | None, *, stake: Stake | None, is_party: bool, at: datetime) -> Decision:
    """Look at a case and decide it: moderators without a stake who are no party to it (rule N12).

    Args:
        stake: the actor's in a company that the case concerns, or None.
        is_party: whether the actor wrote what was flagged, or flagged it.
    """
    decision = can_moderate(actor, stake, at)
    if decision and is_party:
        return no(gettext("You are a party to this case, so others judge it."))
    return decision


def can_set_read_only(actor: User | None, *, at: datetime) -> Decision:
    """Let nobody write for a while, or end that: operators, who answer for the whole site."""
    return _operators_alone(actor, None, at)


def can_slow_down(actor: User | None, *, stake: Stake | None, at: datetime) -> Decision:
    """Slow a topic or a company's topics down, or end that: moderators without a stake (rule N12).

    Args:
        stake: the actor's in the company concerned, or None.
    """
    return can_moderate(actor, stake, at)


def can_appeal(
    actor: User | None,
    decision: Decided,
    *,
    author_id: int,
    flagger_ids: Collection[int],
    has_been_appealed: bool,
    at: datetime,
) -> Decision:
    """Ask that a decision be judged again: whoever it went against, once, while it is fresh.

    That is who wrote the post, or for a post that was kept, whoever flagged it. Somebody who is
    suspended may as well: it may be the suspension that was wrong.

    Args:
        author_id: of the post; of a person, the person.
        flagger_ids: whose flags the decision declined.
        has_been_appealed: whether somebody has appealed against it, or against the same before.
    """
    may = has_account(actor)
    if actor is None or not may:
        return may
    if decision.action in (DecisionAction.HOLD, DecisionAction.RELEASE):
        return no(gettext("This was not judged by anybody yet; a moderator looks at it anyway."))
    is_kept = decision.action is DecisionAction.KEEP
    if actor.id not in (flagger_ids if is_kept else [author_id]):
        return no(
            gettext("This post was kept. Only who flagged it can appeal.")
            if is_kept
            else gettext("Only who wrote what was judged can appeal.")
        )
    if has_been_appealed:
        return no(gettext("There has been an appeal about this already. That can be done once."))
    if decision.overturned_at is not None:
        return no(gettext("This decision was overturned already."))
    if decision.created_at + APPEAL_WITHIN < at:
        days = APPEAL_WITHIN.days
        return no(gettext("This could be appealed for %(days)s days.", days=days))
    return YES


def can_serve(
    actor: User | None,
    appeal: Appeal,
    juror: Juror | None,
    *,
    stake: Stake | None,
    is_involved: bool,
    at: datetime,
) -> Decision:
    """Vote on an appeal, or decline: whoever was drawn for it and has not answered yet.

    What let them be drawn must hold still.

    Args:
        juror: the actor's seat, or None.
        stake: the actor's in a company concerned.
        is_involved: whether the actor has come to do with the case since.
    """
    may = can_take_part(actor, at)
    if actor is None or not may:
        return may
    if juror is None:
        return no(gettext("Three trusted members were drawn to judge this, and you are not one."))
    if appeal.state is not AppealState.OPEN:
        return no(gettext("This appeal has been decided meanwhile. Thank you all the same."))
    if juror.vote is not None:
        return no(gettext("You have judged this."))
    if juror.declined_at is not None:
        return no(gettext("Your place went to somebody else."))
    if juror.due_at <= at:
        return no(gettext("Your time to judge this is over, so somebody else does."))
    if actor.trusted_since is None or actor.trusted_since > at:
        return no(gettext("Trusted members judge appeals, and you are none any more."))
    if actor.is_moderator or actor.is_admin:
        return no(gettext("You are a moderator by now, and they do not judge their colleagues."))
    if is_involved:
        return no(gettext("You have taken part in this since, so somebody else judges it."))
    return no(str(BARS[stake])) if stake is not None else YES


def can_decide_appeal(
    actor: User | None,
    appeal: Appeal,
    *,
    stake: Stake | None,
    is_involved: bool,
    at: datetime,
) -> Decision:
    """Decide an appeal in place of a jury that did not come together: a moderator who is new to it.

    Args:
        stake: the actor's in the company concerned.
        is_involved: whether the actor wrote, flagged or decided anything about it before.
    """
    may = can_moderate(actor, stake, at)
    if not may:
        return may
    if appeal.state is not AppealState.OPEN:
        return no(gettext("This appeal has been decided."))
    if appeal.fallback_at is None:
        return no(gettext("Three trusted members judge this."))
    if appeal.due_at <= at:
        return no(gettext("The time to decide this is over: it ends without you."))
    if is_involved:
        return no(gettext("You acted in this case before, so somebody else judges the appeal."))
    return YES


def can_redact(actor: User | None, *, stake: Stake | None, at: datetime) -> Decision:
    """Take a text out of the public log: operators without a stake (rule N12).

    Args:
        stake: the actor's in the company that the row concerns, or None.
    """
    return _operators_alone(actor, stake, at)


def can_keep_register(actor: User | None, *, stake: Stake | None, at: datetime) -> Decision:
    """Enter a legal request, say what was done about it, put either right: operators without a stake.

    Args:
        stake: the actor's in a company that the request concerns or did (rule N12), or None.
    """
    return _operators_alone(actor, stake, at)


def can_appoint(actor: User | None, office: Office, *, at: datetime) -> Decision:
    """Make somebody a moderator or a trusted member, or end that: operators.

    Another operator is appointed at the server itself, by whoever runs it.
    """
    may = _operators_alone(actor, None, at)
    if may and office is Office.OPERATOR:
        return no(gettext("Operators are appointed at the server, by whoever runs it."))
    return may


def _operators_alone(actor: User | None, stake: Stake | None, at: datetime) -> Decision:
    may = can_take_part(actor, at)
    if actor is None or not may:
        return may
    if not actor.is_admin:
        return no(gettext("Operators of the site alone can do this."))
    return no(str(BARS[stake])) if stake is not None else YES
