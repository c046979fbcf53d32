"""Who has a stake in a company, and so judges nothing that concerns it (rule N12)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, true, union
from sqlalchemy.orm import joinedload

from community.accounts.models import User
from community.companies.models import (
    Champion,
    Company,
    Employment,
    Mandate,
    Rivalry,
    Stake,
    Ties,
)
from community.core.db import db


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


def stakes_of(user_id: int, at: datetime) -> dict[int, Stake]:
    """Return all companies that something binds one person to, and what. Four statements."""
    found: dict[int, Stake] = {}
    for stake, table, condition in _tables(at):
        bound = select(table.company_id).where(table.user_id == user_id, condition)
        found |= dict.fromkeys(db.session.scalars(bound), stake)
    return dict.fromkeys(_rivals(*found), Stake.RIVAL) | found if found else found


def employments_of(user_id: int) -> Sequence[Employment]:
    """Return whom somebody said that they work or worked for, the present first."""
    return db.session.scalars(
        select(Employment)
        .where(Employment.user_id == user_id)
        .options(joinedload(Employment.company))
        .order_by(Employment.ended_at.is_not(None), Employment.declared_at.desc(), Employment.id)
    ).all()


def rivals_of(company_id: int) -> Sequence[tuple[Rivalry, Company]]:
    """Return the companies that compete with one, by name, each with who said so."""
    other = or_(
        and_(Rivalry.company_id == company_id, Company.id == Rivalry.rival_id),
        and_(Rivalry.rival_id == company_id, Company.id == Rivalry.company_id),
    )
    rows = db.session.execute(
        select(Rivalry, Company).join(Company, other).order_by(Company.name_key, Company.id)
    )
    return [(rivalry, company) for rivalry, company in rows]


def rivalry_of(company_id: int, rival_id: int) -> Rivalry | None:
    """Return that two companies compete, if somebody said so, whichever is named first."""
    return db.session.get(Rivalry, (min(company_id, rival_id), max(company_id, rival_id)))


def ties_of(user: User | None, company_id: int, at: datetime) -> Ties:
    """Return what somebody has to do with a company: nothing, if nobody is signed in."""
    if user is None:
        return Ties()
    mandate = db.session.get(Mandate, (company_id, user.id))
    valid = mandate if mandate is not None and mandate.is_valid(at) else None
    return Ties(mandate=valid, stake=stake_of(user.id, company_id, at))


def _ties(
    company_ids: Collection[int], user_ids: Collection[int], at: datetime
) -> dict[int, Stake]:
    """Return the closest tie of each of these people to any of the companies."""
    found: dict[int, Stake] = {}
    for stake, table, condition in _tables(at):
        bound = select(table.user_id).where(
            table.user_id.in_(user_ids), table.company_id.in_(company_ids), condition
        )
        found |= dict.fromkeys(db.session.scalars(bound), stake)
    return found


def _tables(
    at: datetime,
) -> tuple[tuple[Stake, type[Mandate | Employment | Champion], ColumnElement[bool]], ...]:
    """Return where ties are written down; the closer ones, which overwrite the others, last."""
    return (
        (Stake.CHAMPION, Champion, true()),
        (Stake.EMPLOYER, Employment, Employment.ended_at.is_(None)),
        (
            Stake.MANDATE,
            Mandate,
            and_(
                Mandate.since <= at,
                or_(Mandate.valid_until.is_(None), Mandate.valid_until > at),
            ),
        ),
    )


def _rivals(*company_ids: int) -> list[int]:
    either = union(
        select(Rivalry.rival_id).where(Rivalry.company_id.in_(company_ids)),
        select(Rivalry.company_id).where(Rivalry.rival_id.in_(company_ids)),
    )
    return list(db.session.scalars(either))
