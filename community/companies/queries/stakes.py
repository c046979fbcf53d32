"""Who has a stake in a company, and so judges nothing that concerns it (rule N12)."""

import enum
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, union

from community.companies.models import Champion, Employment, Mandate, Rivalry
from community.core.db import db


class Stake(enum.StrEnum):
    """What binds somebody to a company, the closest first."""

    MANDATE = "mandate"  # they may speak for it
    EMPLOYER = "employer"  # they said that they work for it
    CHAMPION = "champion"  # it thanks them in public
    RIVAL = "rival"  # one of these binds them to a company that competes with it


def stakes_in(company_id: int, user_ids: Collection[int], at: datetime) -> dict[int, Stake]:
    """Return the closest stake of those of these people that have one. Seven statements at most.

    Args:
        at: when mandates must be valid.
    """
    found = _ties([company_id], user_ids, at)
    others = set(user_ids) - found.keys()
    if others and (rivals := _rivals(company_id)):
        found |= dict.fromkeys(_ties(rivals, others, at), Stake.RIVAL)
    return found


def stake_of(user_id: int, company_id: int | None, at: datetime) -> Stake | None:
    """Return what binds one person to a company, if anything does."""
    if company_id is None:
        return None
    return stakes_in(company_id, [user_id], at).get(user_id)


def _ties(
    company_ids: Collection[int], user_ids: Collection[int], at: datetime
) -> dict[int, Stake]:
    """Return the closest tie of each of these people to any of the companies."""
    tables: tuple[tuple[Stake, type[Mandate | Employment | Champion], ColumnElement[bool]], ...] = (
        (Stake.CHAMPION, Champion, Champion.company_id.in_(company_ids)),
        (
            Stake.EMPLOYER,
            Employment,
            and_(Employment.company_id.in_(company_ids), Employment.ended_at.is_(None)),
        ),
        (
            Stake.MANDATE,
            Mandate,
            and_(
                Mandate.company_id.in_(company_ids),
                Mandate.since <= at,
                or_(Mandate.valid_until.is_(None), Mandate.valid_until > at),
            ),
        ),
    )
    found: dict[int, Stake] = {}
    for stake, table, condition in tables:  # the closer ones overwrite the others
        bound = select(table.user_id).where(table.user_id.in_(user_ids), condition)
        found |= dict.fromkeys(db.session.scalars(bound), stake)
    return found


def _rivals(company_id: int) -> list[int]:
    either = union(
        select(Rivalry.rival_id).where(Rivalry.company_id == company_id),
        select(Rivalry.company_id).where(Rivalry.rival_id == company_id),
    )
    return list(db.session.scalars(either))
