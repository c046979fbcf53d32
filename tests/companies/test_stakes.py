"""Who has a stake in a company (rule N12)."""

from datetime import timedelta

from flask import Flask

from community.accounts.models import User
from community.companies.models import (
    COOLING_OFF,
    Champion,
    Company,
    Employment,
    Mandate,
    MandateKind,
    Rivalry,
    Stake,
)
from community.companies.policies import BARS
from community.companies.queries import stake_of, stakes_in, stakes_of
from community.core import clock
from community.core.db import db
from tests.conftest import counted_statements
from tests.factories import make_company, make_user


def speak_for(user: User, company: Company, **until: timedelta) -> None:
    db.session.add(
        Mandate(
            company_id=company.id,
            user_id=user.id,
            kind=MandateKind.EMPLOYEE,
            title="Support",
            since=clock.now() - timedelta(days=9),
            valid_until=clock.now() + until["ends"] if until else None,
        )
    )
    db.session.flush()


def work_for(user: User, company: Company, *, left: timedelta | None = None) -> None:
    """Have somebody say that they work for a company, or that they left it so long ago."""
    ended_at = clock.now() - left if left is not None else None
    db.session.add(Employment(user_id=user.id, company_id=company.id, ended_at=ended_at))
    db.session.flush()


def test_each_tie_is_told() -> None:
    acme, works, champion, nobody = make_company(), make_user(), make_user(), make_user()
    speaks = make_user()
    speak_for(speaks, acme)
    work_for(works, acme)
    db.session.add(Champion(company_id=acme.id, user_id=champion.id, thanked_by_id=speaks.id))
    db.session.flush()

    people = [speaks.id, works.id, champion.id, nobody.id]
    assert stakes_in(acme.id, people, clock.now()) == {
        speaks.id: Stake.MANDATE,
        works.id: Stake.EMPLOYER,
        champion.id: Stake.CHAMPION,
    }


def test_what_has_ended_binds_for_ninety_days() -> None:
    acme, spoke, worked = make_company(), make_user(), make_user()
    with clock.frozen(clock.now()) as move_on:
        speak_for(spoke, acme, ends=timedelta(0))
        work_for(worked, acme, left=timedelta(0))
        people = [spoke.id, worked.id]

        assert stakes_in(acme.id, people, clock.now()) == dict.fromkeys(people, Stake.FORMER)
        move_on(COOLING_OFF - timedelta(seconds=1))
        assert stakes_in(acme.id, people, clock.now()) == dict.fromkeys(people, Stake.FORMER)
        move_on(timedelta(seconds=1))
        assert stakes_in(acme.id, people, clock.now()) == {}


def test_what_lasts_is_told_before_what_has_ended() -> None:
    acme, person = make_company(), make_user()
    work_for(person, acme, left=timedelta(days=1))
    work_for(person, acme)

    assert stake_of(person.id, acme.id, clock.now()) is Stake.EMPLOYER
    assert stakes_of(person.id, clock.now()) == {acme.id: Stake.EMPLOYER}


def test_whoever_left_lately_has_a_stake_in_the_rivals_too() -> None:
    acme, rival, person = make_company(), make_company(), make_user()
    work_for(person, acme, left=timedelta(days=1))
    db.session.add(Rivalry(company_id=acme.id, rival_id=rival.id, declared_by_id=person.id))
    db.session.flush()

    assert stakes_of(person.id, clock.now()) == {acme.id: Stake.FORMER, rival.id: Stake.RIVAL}


def test_whoever_is_bound_to_a_rival_is_told_whichever_of_the_two_said_so() -> None:
    first, second, third = make_company(), make_company(), make_company()
    person = make_user()
    work_for(person, second)
    for low, high in ((first, second), (second, third)):
        db.session.add(Rivalry(company_id=low.id, rival_id=high.id, declared_by_id=person.id))
    db.session.flush()

    for company, stake in ((first, Stake.RIVAL), (second, Stake.EMPLOYER), (third, Stake.RIVAL)):
        assert stake_of(person.id, company.id, clock.now()) is stake
    assert stake_of(person.id, make_company().id, clock.now()) is None
    assert stake_of(person.id, None, clock.now()) is None


def test_every_stake_has_its_words() -> None:
    assert set(BARS) == set(Stake)


def test_many_people_cost_no_more_than_one(app: Flask) -> None:
    acme, rival = make_company(), make_company()
    people = [make_user() for _ in range(20)]
    db.session.add(Rivalry(company_id=acme.id, rival_id=rival.id, declared_by_id=people[0].id))
    db.session.flush()
    with counted_statements(app) as statements:
        stakes_in(acme.id, [person.id for person in people], clock.now())
    assert len(statements) == 3
