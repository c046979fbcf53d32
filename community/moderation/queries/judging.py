"""What bars somebody from judging a case (rule N12)."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select

from community.accounts.models import User
from community.companies import queries as companies
from community.companies.models import Stake
from community.core.db import db
from community.moderation.models import Case, Flag
from community.moderation.queries import targets

CONCERNS = timedelta(days=180)  # a person's case concerns the companies they wrote about since


def stake_in(user: User, case: Case, at: datetime) -> Stake | None:
    """Return what binds somebody to a company that a case concerns.

    A case of a person concerns every company that the person wrote about of late: a company must
    not be able to silence its critics either.
    """
    if case.company_id is not None:
        return companies.stake_of(user.id, case.company_id, at)
    bound = companies.stakes_of(user.id, at)
    if not bound or case.person_id is None:
        return None
    written = targets.companies_of(case.person_id, since=at - CONCERNS)
    return next((bound[one] for one in sorted(written) if one in bound), None)


def is_party(user: User, case: Case) -> bool:
    """Tell whether somebody wrote what a case is about, or flagged it."""
    if targets.author_of(targets.target_of(case)).id == user.id:
        return True
    flagged = exists().where(Flag.case_id == case.id, Flag.reporter_id == user.id)
    return bool(db.session.scalar(select(flagged)))


def seen(case: Case) -> str:
    """Return what a case looks like just now: another text as soon as anything of it changes."""
    return f"{case.version}.{targets.edits_of(targets.target_of(case))}"
