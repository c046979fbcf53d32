"""Offices are given and taken by operators, and each change stands in the public log."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts.models import User
from community.companies.models import MandateKind
from community.core import clock
from community.core.db import db
from community.core.errors import Invalid, NotAllowed
from community.moderation.commands import office_group
from community.moderation.models import LogAction, LogEntry, LogRole
from community.moderation.models.offices import Office, is_held_by
from community.moderation.services.appoint import appoint, appoint_at_console
from tests.conftest import Client
from tests.factories import make_company, make_employee, make_user


def rows() -> list[LogEntry]:
    return list(db.session.scalars(select(LogEntry).order_by(LogEntry.seq)))


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("office", [Office.TRUSTED, Office.MODERATOR])
def test_operators_give_and_take(office: Office) -> None:
    operator, person = make_user("otto", is_admin=True), make_user()

    assert appoint(operator, person, office, holds=True, reason="Helps for years.")
    assert is_held_by(person, office)
    assert not appoint(operator, person, office, holds=True, reason="Once more.")
    assert appoint(operator, person, office, holds=False, reason="Asked for it.")
    assert not is_held_by(person, office)

    given, taken = rows()
    assert (given.action, given.role, given.target) == (
        LogAction.APPOINT,
        LogRole.OPERATOR,
        f"person {person.id}",
    )
    assert [json.loads(row.details)["change"] for row in (given, taken)] == ["given", "taken"]


@pytest.mark.usefixtures("app")
def test_nobody_else_does() -> None:
    person, company = make_user(), make_company()
    owner = make_employee(company, kind=MandateKind.OWNER)
    for actor in (None, make_user(), make_user(is_moderator=True), owner, person):
        for office in Office:
            with pytest.raises(NotAllowed):
                appoint(actor, person, office, holds=True, reason="I want it.")
    with pytest.raises(NotAllowed, match="at the server"):
        appoint(make_user(is_admin=True), person, Office.OPERATOR, holds=True, reason="Two eyes.")
    assert rows() == []


@pytest.mark.usefixtures("app")
def test_what_does_not_fit() -> None:
    operator = make_user(is_admin=True)
    for reason in ("", " \n ", "x" * 1001):
        with pytest.raises(Invalid, match="reason"):
            appoint(operator, make_user(), Office.TRUSTED, holds=True, reason=reason)
    for columns in ({"deleted_at": clock.now()}, {"email_verified_at": None}):
        with pytest.raises(Invalid, match="confirmed"):
            appoint_at_console(make_user(**columns), Office.OPERATOR, holds=True, reason="Mine.")


def test_at_the_console(app: Flask) -> None:
    make_user("otto")
    db.session.commit()
    run = app.test_cli_runner().invoke

    assert "Nobody holds" in run(office_group, ["list"]).output
    given = run(office_group, ["give", "otto", "operator", "--reason", "Runs the server."])
    assert given.output == "otto is operator.\n"
    assert "otto: operator" in run(office_group, ["list"]).output
    again = run(office_group, ["give", "otto", "operator", "--reason", "Runs it."])
    assert "nothing was changed" in again.output
    assert run(office_group, ["take", "nobody", "trusted", "--reason", "x"]).exit_code == 2
    assert run(office_group, ["give", "otto", "king", "--reason", "x"]).exit_code == 2


def test_the_page_is_for_operators(app: Flask, sign_in: Callable[[User], Client]) -> None:
    person = make_user("mira")
    operator = sign_in(make_user(is_admin=True))
    address = "/people/mira/offices"

    assert sign_in(person).get(address).status_code == 403
    assert sign_in(make_user(is_moderator=True)).submit(address).status_code == 403
    assert operator.get("/people/nobody/offices").status_code == 404
    assert operator.submit(address, change="give-operator", reason="Two eyes.").status_code == 422
    assert operator.submit(address, change="give-moderator").status_code == 422
    answer = operator.submit(address, change="give-moderator", reason="Helps for years.")
    assert answer.status_code == 303
    db.session.refresh(person)
    assert person.is_moderator
    assert "judges what is flagged" in operator.get(address).text
