"""Who has a stake in a company, and so judges nothing that concerns it (rule N12)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, true, union, union_all
from sqlalchemy.orm import joinedload

from community.accounts.models import User
from community.companies.models import (
    COOLING_OFF,
    Champion,
    Company,
    Employment,
    Mandate,
    Rivalry,
    Stake,
    Ties,
)
from community.companies.queries.known import mandate_of
from community.core.db import db


def stakes_in(company_id: int, user_ids: Collection[int], at: datetime) -> dict[int, Stake]:
    """Return the closest stake of those of these people that have one. Three statements at most.

    Args:
        at: when mandates must be valid, or have ended less than `COOLING_OFF` before.
    """
    found = {user: stake for _, user, stake in _ties(user_ids, at, company_ids=[company_id])}
    others = set(user_ids) - found.keys()
    if others and (rivals := _rivals(company_id)):
        bound = _ties(others, at, company_ids=rivals)
        found |= dict.fromkeys((user for _, user, _ in bound), Stake.RIVAL)
    return found


def stake_of(user_id: int, company_id: int | None, at: datetime) -> Stake | None:
    """Return what binds one person to a company, if anything does."""
    if company_id is None:
        return None
    return stakes_in(company_id, [user_id], at).get(user_id)


def bar_of(user: User | None, company_id: int | None, at: datetime) -> Stake | None:
    """Return the stake that keeps a moderator from moderating what concerns a company.

    For `policies.can_moderate`, which refuses everybody else: nobody else is looked up.
    """
    if user is None or not (user.is_moderator or user.is_admin):
        return None
    return stake_of(user.id, company_id, at)


def tie_of(user_id: int, company_id: int, at: datetime) -> Stake | None:
    """Return what binds one person to a company itself, not to a rival. One statement."""
    ties = _ties([user_id], at, company_ids=[company_id])
    return ties[-1][2] if ties else None


def stakes_of(user_id: int, at: datetime) -> dict[int, Stake]:
    """Return all companies that something binds one person to, and what. Two statements."""
    found = {company: stake for company, _, stake in _ties([user_id], at)}
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
    return Ties(mandate_of(user.id, company_id, at), bar_of(user, company_id, at))


def _ties(
    user_ids: Collection[int], at: datetime, *, company_ids: Collection[int] | None = None
) -> list[tuple[int, int, Stake]]:
    """Return companies, people and what binds them, in one statement; the closest ties last.

    Args:
        company_ids: None for all.
    """
    written: tuple[tuple[Stake, type[Mandate | Employment | Champion], ColumnElement[bool]], ...]
    lately = at - COOLING_OFF
    written = (
        (Stake.FORMER, Employment, Employment.ended_at > lately),
        (Stake.FORMER, Mandate, and_(Mandate.valid_until <= at, Mandate.valid_until > lately)),
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
    parts: list[Select[int, int, int]] = []
    for _, table, condition in written:
        closeness = literal(len(parts)).label("closeness")
        part = select(closeness, table.company_id, table.user_id)
        part = part.where(table.user_id.in_(user_ids), condition)
        parts.append(part if company_ids is None else part.where(table.company_id.in_(company_ids)))
    rows = db.session.execute(union_all(*parts).order_by("closeness"))
    return [(company, user, written[place][0]) for place, company, user in rows]


def _rivals(*company_ids: int) -> list[int]:
    either = union(
        select(Rivalry.rival_id).where(Rivalry.company_id.in_(company_ids)),
        select(Rivalry.company_id).where(Rivalry.rival_id.in_(company_ids)),
    )
    return list(db.session.scalars(either))
