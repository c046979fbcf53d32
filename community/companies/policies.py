"""Who may open and describe company pages: anybody who may take part (capability B1)."""

from datetime import datetime

from community.accounts.models import User
from community.accounts.policies import can_take_part
from community.core.policy import Decision


def can_open_page(actor: User | None, at: datetime) -> Decision:
    """Tell whether ``actor`` may open a page for a company or one of its products."""
    return can_take_part(actor, at)


def can_set_official_help(actor: User | None, at: datetime) -> Decision:
    """Rule N3: anyone may say where official help is, with a source; joining is not asked."""
    return can_take_part(actor, at)
