"""A site with the demonstration content: what there is to see, and that it adds up."""

import re
import stat
from dataclasses import replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, or_, select

from community import search
from community.accounts import passwords
from community.accounts.models import PersonClaim, User
from community.companies.models import Company, CompanyState, Mandate
from community.core import clock, outbox
from community.core.db import Base, db, transaction
from community.core.errors import Conflict, NotAllowed
from community.demo import sign_in
from community.demo.commands import demo
from community.demo.load import is_loaded, is_site_empty, load
from community.notifications.models import Notification
from community.topics import indexing
from community.topics.models import (
    STATUSES,
    AcceptedAnswer,
    DeflectionStep,
    OfficialAnswer,
    Reply,
    Revision,
    SavedSearch,
    Standing,
    Topic,
)
from community.topics.queries.shapes import SUPER_USER_FROM
from community.topics.services import recount
from tests.conftest import TEST_DATABASE_URL, browser_for, make_app, own_database
from tests.factories import make_reply, make_topic, make_user

DAY = timedelta(days=1)
# What differs from one loading to the next: when something was measured, and secrets.
UNLIKE = {
    "users.password_hash",
    "users.source_email_digest",
    "company_figures.computed_at",
    "topics.related_at",
    "person_claims.key",
    "pictures.key",
    "public_log.commitments",
    "public_log.previous",
    "public_log.digest",
    "public_log_texts.salt",
    "tombstones.sealed",
}
IN_FUTURE = {"valid_until", "until", "suspended_until", "due_at"}  # ends of what is going on


def _count(table: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def _everything() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table but the outbox, in the order of their keys."""
    return {
        name: [
            {key: _like(value) for key, value in row.items() if f"{name}.{key}" not in UNLIKE}
            for row in db.session.execute(select(table).order_by(*table.primary_key)).mappings()
        ]
        for name, table in Base.metadata.tables.items()
        if name != "outbox"
    }


def _like(value: Any) -> Any:
    """Return a text without what is random in the addresses of pictures, and without days."""
    if type(value) is not str:
        return value
    return re.sub(r"/pictures/[0-9a-f]{32}|20\d\d-\d\d-\d\d", "…", value)


@pytest.mark.usefixtures("live_app")
class TestSite:
    def test_is_of_the_promised_size(self) -> None:
        assert _count(Company) >= 8
        assert _count(User) >= 40
        assert _count(Topic) >= 200
        assert _count(Reply) > 2 * _count(Topic)

    def test_shows_every_kind_with_every_status(self) -> None:
        shown = set(db.session.execute(select(Topic.kind, Topic.status).distinct()))

        assert shown == {(kind, status) for kind, known in STATUSES.items() for status in known}

    def test_shows_every_state_of_a_company(self) -> None:
        assert set(db.session.scalars(select(Company.state))) == set(CompanyState)

    def test_shows_every_combination_of_verdicts(self) -> None:
        official = OfficialAnswer.reply_id.is_not(None)
        shown = db.session.execute(
            select(Reply.accepted_count > 0, Reply.worked_count > 0, official)
            .outerjoin(OfficialAnswer, OfficialAnswer.reply_id == Reply.id)
            .distinct()
        )

        assert {tuple(map(bool, row)) for row in shown} == set(product([True, False], repeat=3))

    def test_shows_answers_that_failed_for_some(self) -> None:
        disputed = select(func.count()).where(Reply.worked_count > 0, Reply.failed_count > 0)
        assert (db.session.scalar(disputed) or 0) >= 5

    def test_shows_people_of_every_standing(self) -> None:
        user_ids = dict(db.session.execute(select(User.username, User.id)).all())
        mira, dana = (user_ids[sign_in.ACCOUNTS[what]] for what in ("super-user", "employee"))
        solved = db.session.scalar(
            select(func.max(Standing.solved_count)).where(Standing.user_id == mira)
        )
        mandates = db.session.scalars(select(Mandate)).all()

        assert (solved or 0) >= SUPER_USER_FROM
        assert any(one.user_id == dana and one.is_valid(clock.now()) for one in mandates)
        assert any(not one.is_valid(clock.now()) for one in mandates)  # "then at"
        assert db.session.scalars(select(User.username).where(User.is_moderator)).all() == ["sam"]
        assert db.session.scalars(select(User.username).where(User.is_admin)).all() == ["ingrid"]

    def test_counts_agree_with_their_rows(self) -> None:
        for name, correct in recount.steps():
            with transaction():
                assert correct().rows == 0, name

    def test_helped_readers_are_counted_for_the_answer(self) -> None:
        helped, worked = db.session.execute(
            select(Topic.helped_count, func.max(Reply.worked_count))
            .join(Reply, Reply.topic_id == Topic.id)
            .group_by(Topic.id)
            .order_by(Topic.helped_count.desc())
        ).first() or (0, 0)

        assert helped > 40
        assert worked >= helped
        events = Base.metadata.tables["deflection_events"]
        assert set(db.session.scalars(select(events.c.step).distinct())) >= {
            DeflectionStep.SHOWN,
            DeflectionStep.OPENED,
            DeflectionStep.SOLVED,
            DeflectionStep.DIFFERS,
            DeflectionStep.POSTED,
        }

    def test_owes_nothing(self) -> None:
        assert outbox.waiting() == 0

    def test_is_in_the_index(self) -> None:
        indexed = search.index().fingerprints()

        assert indexed == {one.topic_id: one.fingerprint() for one in indexing.all_documents()}

    def test_problem_is_found_in_other_words(self) -> None:
        company_id = db.session.scalar(select(Company.id).where(Company.slug == "brightwave"))

        matches = search.index().similar(
            "all our devices lose the connection in the middle of the night after the update",
            company_id=company_id,
        )

        first = db.session.get(Topic, matches[0].topic_id)
        assert first is not None
        assert first.title.startswith("Halo 6 drops every device at 3:30 in the night")

    def test_ended_yesterday(self) -> None:
        newest = db.session.scalar(select(func.max(Topic.last_activity_at)))
        now = clock.now()

        assert newest is not None
        assert newest.date() in {now.date() - DAY, now.date() - 2 * DAY}  # it may be midnight
        for rows in _everything().values():
            for row in rows:
                for column, value in row.items():
                    if isinstance(value, datetime) and column not in IN_FUTURE:
                        assert value < now, row

    def test_people_of_every_office_can_sign_in(self, live_app: Flask) -> None:
        folder = live_app.config["SETTINGS"].data_dir
        password = re.search(r"^password +(\S+)$", sign_in.kept(folder), re.MULTILINE)
        able = db.session.scalars(select(User).where(User.password_hash.is_not(None))).all()

        assert password is not None
        assert {user.username for user in able} == set(sign_in.ACCOUNTS.values())
        assert all(passwords.fits(password[1], user.password_hash) for user in able)
        assert passwords.accepted(password[1]) == password[1]
        assert stat.S_IMODE((folder / sign_in.FILE).stat().st_mode) == 0o600

    def test_no_mail_can_reach_anybody(self) -> None:
        addresses = [
            *db.session.scalars(select(User.email).where(User.email.is_not(None))),
            *db.session.scalars(select(PersonClaim.email)),
        ]

        assert all(address.endswith(".example") for address in addresses)
        assert _count(Notification) > 0
        assert not db.session.scalars(select(Notification).filter_by(mailed_at=None)).all()

    def test_second_loading_changes_nothing(self, live_app: Flask) -> None:
        settings = live_app.config["SETTINGS"]
        before, people = _everything(), sign_in.kept(settings.data_dir)

        assert load(settings) is None

        assert _everything() == before
        assert sign_in.kept(settings.data_dir) == people

    def test_every_page_can_be_reached_and_read(self, live_app: Flask) -> None:
        browser = browser_for(live_app)
        people = db.session.scalars(select(User.username))
        ahead = ["/companies", "/topics", *(f"/people/{username}" for username in people)]
        seen = set(ahead)
        while ahead:
            answer = browser.get(address := ahead.pop())
            asked_to_sign_in = answer.headers.get("Location", "").startswith("/signin")
            assert answer.status_code == HTTPStatus.OK or asked_to_sign_in, address
            links = re.findall(
                r'href="(/(?:(?:c|t|people|tags)/[^"#?]+|r/[0-9]+/history))[#"]', answer.text
            )
            ahead += (new := {link for link in links if not link.endswith("/ask")} - seen)
            seen |= new

        about_edits = {address for address in seen if "/history" in address}
        histories = {address for address in about_edits if address.endswith("/history")}
        edited = Revision.number == 2  # the first, as it was posted, comes with it
        in_sight = db.session.scalar(select(func.count()).where(Topic.hidden_at.is_(None)))
        assert sum(address.startswith("/t/") for address in seen - about_edits) == in_sight
        assert len(histories) == db.session.scalar(select(func.count()).where(edited))

    def test_command_shows_who_can_sign_in(self, live_app: Flask) -> None:
        result = CliRunner().invoke(demo)

        assert result.stdout == (
            "The demonstration content is there already; nothing was changed.\n"
            + sign_in.kept(live_app.config["SETTINGS"].data_dir)
        )

    def test_is_the_same_every_time(self, live_app: Flask, tmp_path: Path) -> None:
        """On another day at another hour, everything is later by whole days."""
        here = _everything()
        later = clock.now() + 3 * DAY
        later = later.replace(hour=(later.hour + 5) % 24)

        with own_database(TEST_DATABASE_URL) as url:
            other = make_app(tmp_path, url)
            with other.app_context(), clock.frozen(later):
                load(other.config["SETTINGS"])
                there = _everything()
                db.session.remove()
                db.engine.dispose()
        search.use(search.open_index("whoosh", live_app.config["SETTINGS"].search_dir))

        moved_by = there["topics"][0]["created_at"] - here["topics"][0]["created_at"]
        assert moved_by in {2 * DAY, 3 * DAY}  # it may be midnight
        for name, rows in here.items():
            for row, same in zip(rows, there[name], strict=True):
                moved = {
                    key: value + moved_by if isinstance(value, date) else value
                    for key, value in row.items()
                }
                assert moved == same, name


def test_production_gets_no_invented_people(app: Flask) -> None:
    settings = replace(app.config["SETTINGS"], environment="production")

    with pytest.raises(NotAllowed, match="production"):
        load(settings)

    assert is_site_empty()


def test_taken_name_is_refused_by_name(app: Flask) -> None:
    make_user("Mira")

    with pytest.raises(Conflict, match=r"taken on this site: Mira\."):
        load(app.config["SETTINGS"])

    assert not is_loaded()
    assert not is_site_empty()


def test_others_are_left_alone(app: Flask) -> None:
    """On a site that is used already, nobody is told of what the demonstration holds."""
    topic = make_topic()
    reply = make_reply(topic)
    db.session.add_all(
        [
            AcceptedAnswer(topic_id=topic.id, reply_id=reply.id, accepted_by_id=topic.author_id),
            Revision(reply_id=reply.id, number=1, editor_id=reply.author_id, body="Thus."),
            Revision(reply_id=reply.id, number=2, editor_id=reply.author_id, body="So."),
            SavedSearch(user_id=topic.author_id, name="All of it", text="the"),
        ]
    )
    db.session.flush()

    assert load(app.config["SETTINGS"]) is not None

    told = select(Notification).where(
        or_(Notification.topic_id == topic.id, Notification.user_id == topic.author_id)
    )
    assert db.session.scalars(told).all() == []


def test_password_is_another_each_time() -> None:
    assert len(set(sign_in.WORDS)) == len(sign_in.WORDS) == 256
    assert len({sign_in.new_password() for _ in range(20)}) == 20
