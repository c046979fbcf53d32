"""Who may open and describe company pages, and who moderates what concerns a company.

Anybody who may take part describes them (capability B1); nobody with a stake moderates (rule N12).
"""

from datetime import datetime

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from community.accounts.models import User
from community.accounts.policies import can_ask, can_take_part
from community.companies.models import (
    COOLING_OFF,
    Company,
    CompanyState,
    MandateKind,
    Rivalry,
    Stake,
    Ties,
)
from community.core.policy import YES, Decision, no

BARS = {
    Stake.MANDATE: _l("You speak for this company, so you do not moderate what concerns it."),
    Stake.EMPLOYER: _l("You work for this company, so you do not moderate what concerns it."),
    Stake.CHAMPION: _l(
        "You are a champion of this company, so you do not moderate what concerns it."
    ),
    Stake.FORMER: _l(
        "You spoke or worked for this company less than %(days)s days ago, so you do not yet "
        "moderate what concerns it.",
        days=COOLING_OFF.days,
    ),
    Stake.RIVAL: _l(
        "You have a stake in a rival of this company, so you do not moderate what concerns it."
    ),
}


def can_moderate(actor: User | None, stake: Stake | None, at: datetime) -> Decision:
    """Use a moderator's power over what concerns a company: nobody with a stake in it may.

    This is rule N12, and the one place where it is written.

    Args:
        stake: the actor's in that company (`queries.bar_of`); None as well where no company is
            concerned.
    """
    may = can_take_part(actor, at)
    if actor is None or not may:
        return may
    if not (actor.is_moderator or actor.is_admin):
        return no(gettext("Moderators alone can do this."))
    return no(str(BARS[stake])) if stake is not None else YES


def can_open_page(actor: User | None, at: datetime, *, asking: bool = False) -> Decision:
    """Tell whether ``actor`` may open a page for a company or one of its products.

    Args:
        asking: the page opens with a question, which guests may ask as well.
    """
    return can_ask(actor, at) if asking else can_take_part(actor, at)


def can_set_official_help(
    actor: User | None, company: Company, ties: Ties, at: datetime
) -> Decision:
    """Rule N3: anyone may say where official help is, with a source; joining is not asked.

    On the page of a company that has proved who it is, a link that stands there is replaced by the
    company or a moderator only: one that looks like the company's word is what swindlers want.

    Args:
        ties: the actor's, to this company.
    """
    may = can_take_part(actor, at)
    is_open = company.state is CompanyState.UNCLAIMED or company.official_help_url is None
    if actor is None or not may or is_open:
        return may
    if ties.mandate is not None or can_moderate(actor, ties.stake, at):
        return YES
    return no(gettext("%(name)s says itself where its official help is.", name=company.name))


def can_name(actor: User | None, company: Company, ties: Ties, at: datetime) -> Decision:
    """Say what else a company is called, or take such a name away.

    Anyone may, as with official help (rule N3); once a company has proved who it is, it or
    a moderator.

    Args:
        ties: the actor's, to this company.
    """
    may = can_take_part(actor, at)
    if actor is None or not may or company.state is CompanyState.UNCLAIMED:
        return may
    if ties.mandate is not None or can_moderate(actor, ties.stake, at):
        return YES
    return no(gettext("%(name)s says itself what else it is called.", name=company.name))


def can_declare_employer(actor: User | None) -> Decision:
    """Say whom one works for, and when that ends: everybody of themselves, suspended or not."""
    if actor is None:
        return no(gettext("Sign in first; what you typed is kept."))
    if actor.deleted_at is not None or actor.email_verified_at is None:
        return no(gettext("Confirm your e-mail address first."))
    return YES


def can_declare_rival(actor: User | None, ties: Ties, at: datetime) -> Decision:
    """Say which companies compete: who leads one of them here, or a moderator without a stake.

    Args:
        ties: the actor's, to the company for which it is said.
    """
    may = can_take_part(actor, at)
    if not may or leads(ties):
        return may
    return can_moderate(actor, ties.stake, at) or no(
        gettext("Owners and managers of the company say this, and moderators without a stake.")
    )


def can_end_rivalry(
    actor: User | None, rivalry: Rivalry, company: Company, ties: Ties, at: datetime
) -> Decision:
    """Take back that two companies compete: whoever said so may, and a moderator without a stake.

    The other company may not: it would choose who judges it.

    Args:
        company: one of the two; ``ties`` are the actor's to it.
    """
    may = can_declare_rival(actor, ties, at)
    if not may or not leads(ties) or rivalry.declared_for_id == company.id:
        return may
    return no(gettext("The other company or a moderator said this, and they take it back."))


def leads(ties: Ties) -> bool:
    """Tell whether somebody is an owner or a manager of a company."""
    mandate = ties.mandate
    return mandate is not None and mandate.kind in {MandateKind.MANAGER, MandateKind.OWNER}


def did_as_moderator(actor: User, company: Company, ties: Ties, at: datetime) -> bool:
    """Tell whether a change of a company's page rests on a moderator's power alone."""
    is_anybodys = company.state is CompanyState.UNCLAIMED
    return not is_anybodys and ties.mandate is None and bool(can_moderate(actor, ties.stake, at))
