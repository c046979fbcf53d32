"""What companies keep about a person: whom they speak and work for, and what they opened."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update

from community.accounts.models import User
from community.companies.models import (
    Champion,
    Company,
    CompanyAlias,
    Employment,
    Mandate,
    Product,
    Rivalry,
)
from community.core import clock
from community.core.db import db
from community.core.sql import changed, hand_over

# Columns that say who did something. They hold a number, which names nobody once its row is empty.
_DONE_BY = (
    Company.official_help_by_id,
    Company.created_by_id,
    CompanyAlias.added_by_id,
    Product.created_by_id,
    Mandate.granted_by_id,
    Champion.thanked_by_id,
    Rivalry.declared_by_id,
)


def export(user: User) -> Mapping[str, Any]:
    """Return mandates and other ties, and the pages and names that the person added."""
    mandates = db.session.execute(
        select(Company.name, Mandate.title, Mandate.scope, Mandate.since, Mandate.valid_until)
        .join(Company, Company.id == Mandate.company_id)
        .where(Mandate.user_id == user.id)
        .order_by(Mandate.since)
    )
    opened = select(Company.name, Company.created_at).where(Company.created_by_id == user.id)
    products = (
        select(Company.name.label("company"), Product.name, Product.created_at)
        .join(Company, Company.id == Product.company_id)
        .where(Product.created_by_id == user.id)
    )
    aliases = (
        select(Company.name.label("company"), CompanyAlias.alias, CompanyAlias.created_at)
        .join(Company, Company.id == CompanyAlias.company_id)
        .where(CompanyAlias.added_by_id == user.id)
    )
    official_help = select(
        Company.name.label("company"),
        Company.official_help_url,
        Company.official_help_source,
        Company.official_help_at,
    ).where(Company.official_help_by_id == user.id)
    works = (
        select(Company.name.label("company"), Employment.declared_at, Employment.ended_at)
        .join(Company, Company.id == Employment.company_id)
        .where(Employment.user_id == user.id)
    )
    thanked = (
        select(Company.name.label("company"), Champion.since)
        .join(Company, Company.id == Champion.company_id)
        .where(Champion.user_id == user.id)
    )
    rivals = select(Rivalry.company_id, Rivalry.rival_id, Rivalry.declared_at).where(
        Rivalry.declared_by_id == user.id
    )
    return {
        "spoke_for": [
            {
                "company": row.name,
                "title": row.title,
                "scope": row.scope,
                "since": row.since,
                "until": row.valid_until,
            }
            for row in mandates
        ],
        **{
            name: [dict(row) for row in db.session.execute(statement).mappings()]
            for name, statement in (
                ("companies_opened", opened.order_by(Company.id)),
                ("products_opened", products.order_by(Product.id)),
                ("names_added", aliases.order_by(CompanyAlias.id)),
                ("official_help_set", official_help.order_by(Company.id)),
                ("works_for", works.order_by(Employment.id)),
                ("champion_of", thanked.order_by(Champion.company_id)),
                ("rivals_named", rivals.order_by(Rivalry.company_id, Rivalry.rival_id)),
            )
        },
    }


def forget(user: User) -> None:
    """End every mandate and forget its title: what was the company's word stays marked so.

    For whom they worked and who thanked them is of no use without the person, and goes.
    """
    now = clock.now()
    db.session.execute(
        update(Mandate).where(Mandate.user_id == user.id, Mandate.since > now).values(since=now)
    )
    mine = Mandate.user_id == user.id
    db.session.execute(update(Mandate).where(mine).values(title=""))
    for table in (Employment, Champion):
        db.session.execute(delete(table).where(table.user_id == user.id))
    still_valid = (Mandate.valid_until.is_(None)) | (Mandate.valid_until > now)
    db.session.execute(update(Mandate).where(mine, still_valid).values(valid_until=now))


def move(from_user: User, to_user: User) -> None:
    """Hand over mandates and other ties, where the other has none of their own, and the rest."""
    has_one = select(Mandate.company_id).where(Mandate.user_id == to_user.id)
    mine = Mandate.user_id == from_user.id
    changed(
        update(Mandate).where(mine, ~Mandate.company_id.in_(has_one)).values(user_id=to_user.id)
    )
    for mandate in db.session.scalars(select(Mandate).where(mine)):
        db.session.delete(mandate)
    _move_ties(from_user, to_user)
    hand_over(*_DONE_BY, from_id=from_user.id, to_id=to_user.id)


def _move_ties(from_user: User, to_user: User) -> None:
    """Hand over for whom somebody works and who thanked them; what both say is kept once."""
    works = select(Employment.company_id).where(
        Employment.user_id == to_user.id, Employment.ended_at.is_(None)
    )
    again = (Employment.ended_at.is_(None), Employment.company_id.in_(works))
    changed(delete(Employment).where(Employment.user_id == from_user.id, *again))
    thanked = select(Champion.company_id).where(Champion.user_id == to_user.id)
    is_twice = Champion.company_id.in_(thanked)
    changed(delete(Champion).where(Champion.user_id == from_user.id, is_twice))
    for table in (Employment, Champion):
        changed(update(table).where(table.user_id == from_user.id).values(user_id=to_user.id))
