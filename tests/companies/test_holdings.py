"""What companies keep about a person: handed out, forgotten, handed over."""

import pytest
from sqlalchemy import select

from community.accounts.models import User
from community.companies import holdings, services
from community.companies.models import Champion, Company, Employment, Rivalry
from community.core.db import db
from tests.factories import make_company, make_user

pytestmark = pytest.mark.usefixtures("app")


def bound() -> tuple[User, Company]:
    """Return somebody with every tie by their own word or a company's thanks, and one employer."""
    user, acme = make_user(is_moderator=True), make_company("Acme")
    services.declare_employer(user, acme)
    bolt, cord = make_company("Bolt"), make_company("Cord")
    db.session.add(Champion(company_id=bolt.id, user_id=user.id, thanked_by_id=user.id))
    db.session.add(Rivalry(company_id=bolt.id, rival_id=cord.id, declared_by_id=user.id))
    db.session.flush()
    return user, acme


def test_ties_are_handed_out() -> None:
    user, _acme = bound()

    exported = holdings.export(user)

    assert [row["company"] for row in exported["works_for"]] == ["Acme"]
    assert [row["company"] for row in exported["champion_of"]] == ["Bolt"]
    assert len(exported["rivals_named"]) == 1


def test_nothing_says_afterwards_whom_somebody_worked_for() -> None:
    user, _acme = bound()

    holdings.forget(user)

    for table in (Employment, Champion):
        assert db.session.scalars(select(table.user_id)).all() == []
    assert db.session.scalars(select(Rivalry)).one()  # the companies still compete


def test_ties_are_handed_over_and_kept_once() -> None:
    (first, acme), second = bound(), make_user()
    services.declare_employer(second, acme)
    services.end_employment(first, acme)
    services.declare_employer(first, acme)

    holdings.move(first, second)

    rows = db.session.execute(select(Employment.user_id, Employment.ended_at.is_(None))).all()
    assert sorted(map(tuple, rows)) == [(second.id, False), (second.id, True)]
    assert db.session.scalars(select(Champion.user_id)).all() == [second.id]
    assert db.session.scalars(select(Champion.thanked_by_id)).all() == [second.id]
    assert db.session.scalars(select(Rivalry.declared_by_id)).all() == [second.id]
