"""What binds people to companies, and companies to each other, by their own word (rule N12)."""

from flask_babel import gettext as _
from sqlalchemy import select

from community.accounts.models import User
from community.companies import policies, queries
from community.companies.models import RIVALS_MAX, Company, Employment, Rivalry
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Invalid
from community.core.sql import add_once, change, lock


def declare_employer(actor: User | None, company: Company) -> Employment:
    """Say that one works for a company; everybody reads it, and one moderates nothing about it.

    Saying it again changes nothing.

    Raises:
        NotAllowed: nobody is signed in, or the address is not confirmed.
    """
    policies.can_declare_employer(actor).require()
    assert actor is not None  # can_declare_employer refuses None
    current = {"user_id": actor.id, "company_id": company.id, "ended_at": None}
    if add_once(Employment, **current, declared_at=clock.now()):
        outbox.publish("employer.declared", user_id=actor.id, company_id=company.id)
    return db.session.scalars(select(Employment).filter_by(**current)).one()


def end_employment(actor: User | None, company: Company) -> Employment | None:
    """Say that one works there no more. Return what has ended; None if one had not said so.

    What was said stays in the history, and bars for `COOLING_OFF` from now on.

    Raises:
        NotAllowed: nobody is signed in, or the address is not confirmed.
    """
    policies.can_declare_employer(actor).require()
    assert actor is not None  # can_declare_employer refuses None
    current = {"user_id": actor.id, "company_id": company.id, "ended_at": None}
    row = db.session.scalar(select(Employment).filter_by(**current))
    if row is None or not change(row, Employment.ended_at.is_(None), ended_at=clock.now()):
        return None
    outbox.publish("employer.ended", user_id=actor.id, company_id=company.id)
    return row


def declare_rival(actor: User | None, company: Company, rival: Company) -> Rivalry:
    """Say that two companies compete: who has a stake in one moderates neither.

    Raises:
        NotAllowed: the actor neither leads the company nor moderates there.
        Invalid: they are one company, this is said already, or there are `RIVALS_MAX`.
    """
    now = clock.now()
    ties = queries.ties_of(actor, company.id, now)
    policies.can_declare_rival(actor, ties, now).require()
    assert actor is not None  # can_declare_rival refuses None
    lock(company)  # whoever adds the last one at the same time waits
    if company.id == rival.id:
        raise Invalid(_("A company does not compete with itself."), field="company")
    if queries.rivalry_of(company.id, rival.id) is not None:
        raise Invalid(_("That is known already."), field="company")
    mine = company.id if policies.leads(ties) else None
    if (
        sum(row.declared_for_id == mine for row, _rival in queries.rivals_of(company.id))
        >= RIVALS_MAX
    ):
        raise Invalid(
            _("At most %(most)s rivals can be named. Take one back first.", most=RIVALS_MAX),
            field="company",
        )
    low, high = sorted((company.id, rival.id))
    add_once(
        Rivalry,
        company_id=low,
        rival_id=high,
        declared_by_id=actor.id,
        declared_for_id=mine,
        declared_at=now,
    )
    _tell_of_rivals(actor, company, rival, mine, "declared")
    return db.session.get_one(Rivalry, (low, high))


def end_rivalry(actor: User | None, company: Company, rival: Company) -> None:
    """Take back that two companies compete, if that was said.

    Raises:
        NotAllowed: the actor may not (`policies.can_end_rivalry`).
    """
    now = clock.now()
    rivalry = queries.rivalry_of(company.id, rival.id)
    if rivalry is None:
        return
    ties = queries.ties_of(actor, company.id, now)
    policies.can_end_rivalry(actor, rivalry, company, ties, now).require()
    assert actor is not None  # can_end_rivalry refuses None
    db.session.delete(rivalry)
    db.session.flush()
    _tell_of_rivals(actor, company, rival, company.id if policies.leads(ties) else None, "ended")


def _tell_of_rivals(
    actor: User, company: Company, rival: Company, declared_for_id: int | None, change: str
) -> None:
    """Publish what was said of rivals; if a moderator said it, it goes into the public log."""
    outbox.publish("company.rivals_changed", company_id=company.id, rival_id=rival.id)
    if declared_for_id is None:
        outbox.publish(
            "company.moderated",
            company_id=company.id,
            actor_id=actor.id,
            what="rivals",
            rival=rival.slug,
            change=change,
        )
