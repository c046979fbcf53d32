"""What moderation and stakes keep about a person is handed out, forgotten and handed over."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar
from zipfile import ZipFile

from flask import Flask, render_template
from sqlalchemy import select

from community.accounts import exporting
from community.accounts import services as accounts
from community.accounts.models import User
from community.companies.models import Champion, Employment
from community.core import clock, holdings
from community.core.db import Base, db
from community.moderation.models import (
    Case,
    Decision,
    DecisionAction,
    Flag,
    LogAction,
    LogRole,
    Restriction,
    RestrictionKind,
)
from community.moderation.services import appeal as appeals
from community.moderation.services import log, modes, restrictions
from community.topics.models import AskedBy, Rule, Sight
from community.topics.services import visibility
from tests.conftest import Client
from tests.factories import make_company, make_reply, make_topic, make_user
from tests.moderation.trials import judged
from tests.topics.test_holdings import left_of

Row = TypeVar("Row", bound=Base)


def saved(row: Row) -> Row:
    db.session.add(row)
    db.session.flush()
    return row


def flagged(person: User, reporter: User) -> Flag:
    case = db.session.scalar(select(Case).where(Case.person_id == person.id))
    case = case or saved(Case(person_id=person.id))
    return saved(
        Flag(
            case_id=case.id,
            reporter_id=reporter.id,
            role=AskedBy.MEMBER,
            person_id=person.id,
            rule=Rule.ABUSE,
            words="Insults everybody.",
        )
    )


def decided(person: User, moderator: User) -> Decision:
    entry = log.append(LogAction.LIMIT, role=LogRole.MODERATOR, target=f"person {person.id}")
    return saved(
        Decision(
            case_id=flagged(person, moderator).case_id,
            moderator_id=moderator.id,
            action=DecisionAction.LIMIT,
            reason="To calm down.",
            log_seq=entry.seq,
        )
    )


def test_an_export_holds_what_binds_somebody_and_what_they_said() -> None:
    user, moderator = make_user(), make_user(is_admin=True, is_moderator=True)
    until = clock.now() + timedelta(days=1)
    flagged(moderator, user)
    decision = decided(user, moderator)
    restrictions.restrict(user, kind=RestrictionKind.SLOW, until=until, decision_id=decision.id)
    modes.set_read_only(moderator, reason="It moves.")
    acme = make_company("Acme")
    saved(Employment(user_id=user.id, company_id=acme.id))

    kept = {one.name: one.export(user) for one in holdings.all_holdings()}
    theirs = {one.name: one.export(moderator) for one in holdings.all_holdings()}

    assert kept["moderation"]["flags"][0]["words"] == "Insults everybody."
    (bound,) = kept["moderation"]["restrictions"]
    assert (bound["until"], bound["reason"]) == (until, "To calm down.")
    assert kept["companies"]["works_for"][0]["company"] == "Acme"
    assert [one["reason"] for one in theirs["moderation"]["decisions"]] == ["To calm down."]
    assert [one["reason"] for one in theirs["moderation"]["modes_set"]] == ["It moves."]


def test_leaving_takes_words_and_limits_along_and_lets_cases_go() -> None:
    user, other = make_user(is_moderator=True), make_user()
    flag = flagged(other, user)
    case = db.session.get_one(Case, flag.case_id)
    case.leased_by_id, case.leased_since, case.leased_until = user.id, *[clock.now()] * 2
    decision = decided(user, other)
    restrictions.restrict(
        user,
        kind=RestrictionKind.NO_LINKS,
        until=clock.now() + timedelta(days=1),
        decision_id=decision.id,
    )
    saved(Champion(user_id=user.id, company_id=make_company().id, thanked_by_id=other.id))
    db.session.flush()

    for holding in holdings.all_holdings():
        holding.forget(user)

    db.session.expire_all()
    assert db.session.scalars(select(Flag.words).where(Flag.id == flag.id)).all() == [""]
    assert db.session.scalars(select(Case).where(Case.leased_by_id.is_not(None))).all() == []
    assert db.session.scalars(select(Case).where(Case.leased_until.is_not(None))).all() == []
    for table in (Restriction, Champion, Employment):
        assert db.session.scalars(select(table)).all() == []


def test_of_two_open_cases_about_one_person_comes_one() -> None:
    guest = make_user(email=None, source_key=None)
    owner, twice, once = make_user(), make_user(), make_user()
    acme, topic = make_company(), make_topic(author=guest)
    for person in (guest, owner):
        flagged(person, twice)
        saved(Employment(user_id=person.id, company_id=acme.id))
        saved(Champion(user_id=person.id, company_id=acme.id, thanked_by_id=once.id))
    flagged(guest, once)
    decision = decided(owner, once)
    until = clock.now() + timedelta(days=3)
    restrictions.restrict(
        guest, kind=RestrictionKind.SUSPENDED, until=until, decision_id=decision.id
    )
    guest.suspended_until = None  # or it could not be taken over

    accounts.take_over(guest, owner)

    db.session.expire_all()
    (case,) = db.session.scalars(select(Case)).all()
    flags = db.session.scalars(select(Flag)).all()
    assert case.person_id == owner.id
    assert {flag.case_id for flag in flags} == {case.id}
    assert sorted(flag.reporter_id for flag in flags) == sorted([twice.id, once.id])
    assert owner.suspended_until == until
    assert left_of(guest.id) == []
    assert topic.author_id == owner.id


def test_an_export_says_of_each_post_whether_it_is_out_of_sight_and_why(
    sign_in: Callable[[User], Client],
) -> None:
    user, reporter = make_user("mira"), make_user()
    removed = judged(make_reply(author=user, body="Buy pills."))
    masked = judged(make_topic(author=user, title="Call me"), DecisionAction.MASK)
    judged(make_reply(author=user), DecisionAction.KEEP)
    under_it = make_reply(make_topic(), user)
    judged(under_it.topic, DecisionAction.MASK, flagger=reporter)
    visibility.hide(  # as it was before others answered
        under_it.topic,
        sight=Sight.REMOVED,
        rule=Rule.SPAM,
        asked_by=AskedBy.MEMBER,
        log_seq=removed.log_seq,
    )
    appeal = appeals.appeal(user, removed, words="They are sweets.")

    kept = {one.name: one.export(user) for one in holdings.all_holdings()}

    topics, replies = kept["topics"]["topics"], kept["topics"]["answers_and_comments"]
    assert [(one["title"], one["out_of_sight"]["how"]) for one in topics] == [
        ("[covered]", Sight.MASKED)
    ]
    gone, seen, with_topic = (one["out_of_sight"] for one in replies)
    assert (gone["how"], gone["rule"]) == (Sight.REMOVED, Rule.SPAM)
    assert gone["since"] >= removed.created_at
    assert gone["written_down_at"] == f"http://localhost/log/{removed.log_seq}"
    assert (seen, with_topic["together_with"]) == (None, f"topic {under_it.topic_id}")
    about = {one["about"]: one for one in kept["moderation"]["decisions_about_you"]}
    assert len(about) == 3
    assert about[f"topic {topics[0]['id']}"]["action"] is masked.action is DecisionAction.MASK
    ours = about[f"reply {replies[0]['id']}"]
    assert ours["address"] == f"http://localhost/decisions/{removed.id}"
    assert ours["written_down_at"] == gone["written_down_at"]
    (appealed,) = kept["moderation"]["appeals"]
    assert appealed["address"] == f"http://localhost/appeals/{appeal.id}"
    assert appealed["against"] == ours["address"]
    for address in (gone["written_down_at"], ours["address"], appealed["address"]):
        assert sign_in(user).get(address.removeprefix("http://localhost")).status_code == 200
    theirs = {one.name: one.export(reporter) for one in holdings.all_holdings()}
    (flag,) = theirs["moderation"]["flags"]
    assert (flag["outcome"], flag["judged_at"] is not None) == ("upheld", True)


def test_an_archive_with_something_out_of_sight_can_be_read(app: Flask) -> None:
    user = make_user("mira")
    removed = judged(make_reply(author=user, body="Buy pills."))
    page_of = partial(render_template, "accounts/export.html")

    with (
        app.test_request_context(),
        exporting.archive_of(user, page=page_of) as file,
        ZipFile(file) as archive,
    ):
        page = archive.read("index.html").decode()
        data = json.loads(archive.read("data.json"))

    (reply,) = data["topics"]["answers_and_comments"]
    assert reply["out_of_sight"]["how"] == "removed"
    assert f"/log/{removed.log_seq}" in page
    assert "removed" in page
