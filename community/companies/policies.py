"""Who may open and describe company pages: anybody who may take part (capability B1)."""

from datetime import datetime

from flask_babel import gettext

from community.accounts.models import User
from community.accounts.policies import can_ask, can_take_part
from community.companies.models import Company, CompanyState, Mandate
from community.core.policy import YES, Decision, no


def can_open_page(actor: User | None, at: datetime, *, asking: bool = False) -> Decision:
    """Tell whether ``actor`` may open a page for a company or one of its products.

    Args:
        asking: the page opens with a question, which guests may ask as well.
    """
    return can_ask(actor, at) if asking else can_take_part(actor, at)


def can_set_official_help(
    actor: User | None, company: Company, mandate: Mandate | None, at: datetime
) -> Decision:
    """Rule N3: anyone may say where official help is, with a source; joining is not asked.

    On the page of a company that has proved who it is, a link that stands there is replaced by the
    company or a moderator only: one that looks like the company's word is what swindlers want.
    """
    may = can_take_part(actor, at)
    is_open = company.state is CompanyState.UNCLAIMED or company.official_help_url is None
    if actor is None or not may or is_open:
        return may
    if mandate is not None or actor.is_moderator or actor.is_admin:
        return YES
    return no(gettext("%(name)s says itself where its official help is.", name=company.name))


def can_name(
    actor: User | None, company: Company, mandate: Mandate | None, at: datetime
) -> Decision:
    """Say what else a company is called, or take such a name away.

    Anyone may, as with official help (rule N3); once a company has proved who it is, it or
    a moderator.
    """
    may = can_take_part(actor, at)
    if actor is None or not may or company.state is CompanyState.UNCLAIMED:
        return may
    if mandate is not None or actor.is_moderator or actor.is_admin:
        return YES
    return no(gettext("%(name)s says itself what else it is called.", name=company.name))
