"""Nothing says who somebody was after they have left: no row, no file, no word of the index."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Text, cast, select

from community import search
from community.accounts import services
from community.accounts.models import LEAVE_FOR, User
from community.companies.models import Company, MandateKind
from community.core import clock, outbox
from community.core.db import Base, db, transaction
from community.core.erasing import REMOVED, SOMEBODY, Traces
from community.moderation.models import LogAction, LogRole
from community.moderation.queries import log as public_log
from community.moderation.services import log
from community.pictures import reading as pictures_reading
from community.pictures import services as pictures
from community.topics import services as topics
from community.topics.models import DeflectionStep, Reply, Topic, TopicKind
from community.web import limits
from community.writing import services as writing
from tests.accounts.conftest import PASSWORD, fill_in, member
from tests.conftest import TEST_DATABASE_URL, browser_for, make_app, own_database
from tests.factories import make_company, make_mandate, make_session, make_user
from tests.pictures.samples import plain, saved

USERNAME = "zaphira-quill"
NAME = "Zaphira Quillfeather"
EMAIL = "zaphira@quillfeather.example"
NEW_EMAIL = "zaphira.new@elsewhere.example"
TRACES = re.compile(b"|".join((b"zaphira", b"quillfeather")), re.IGNORECASE)
VISIT = "ab" * 16
PLANTED = "of a job that failed"


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return tmp_path / "instance"


@pytest.fixture
def live_app(instance: Path) -> Iterator[Flask]:
    """A site that keeps everything in its own folder: mail, counts, index, pictures."""
    with own_database(TEST_DATABASE_URL) as url:
        app = make_app(
            instance, url, environ={"COMMUNITY_MAIL_URL": "", "COMMUNITY_LIMITS_URL": ""}
        )
        with app.app_context():
            search.index().rebuild([])
            yield app
            db.session.remove()
            db.engine.dispose()


def rows_that_tell() -> list[str]:
    """Return every column of every table in which somebody can be found."""
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            texts = db.session.scalars(select(cast(column, Text)).where(column.is_not(None)))
            found += [
                f"{table.name}.{column.name}: {text}"
                for text in texts
                if TRACES.search(str(text).encode())
            ]
    db.session.commit()
    return found


def files_that_tell(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    return [
        f"{path.relative_to(folder)}: {match[0]!r}"
        for path in files
        for match in [TRACES.search(path.read_bytes())]
        if match or TRACES.search(path.name.encode())
        if match
    ]


def live(app: Flask, instance: Path) -> User:
    """Let somebody leave every kind of trace, and return them."""
    her = _join(app)
    with transaction():
        other = member("other")
    _write(her, other)
    _take_part(her, other)
    outbox.deliver_due()
    assert rows_that_tell()
    assert list((instance / "mail").glob("*.eml"))
    return her


def _join(app: Flask) -> User:
    """Leave traces of the account itself."""
    password = {"password": PASSWORD, "username": USERNAME, "email": EMAIL, "next": "/"}
    browser = browser_for(app)
    assert fill_in(browser, "/signup", **password).status_code == 303
    outbox.deliver_due()
    fill_in(browser_for(app), "/forgot", email=EMAIL)
    fill_in(browser_for(app), "/signin", identifier=USERNAME, password="not hers at all")
    with transaction():
        her = member(USERNAME, display_name=NAME, about=f"I am {NAME}.", email=EMAIL)
        her.source_key = f"archive:{USERNAME}"
        company = make_company("Brightwave")
        make_mandate(her, company, kind=MandateKind.EMPLOYEE, title=f"{NAME}'s office")
        make_session(her)
    fill_in(browser_for(app), "/signin/link", email=EMAIL, next=f"/people/{USERNAME}")
    with transaction():
        services.ask_new_email(her, email=NEW_EMAIL)
    outbox.deliver_due()
    return her


def _write(her: User, other: User) -> None:
    """Let her name stand in what both write, and in earlier states of it."""
    company = db.session.scalars(select(Company)).one()
    with transaction():
        hers = topics.post_topic(
            her, company, kind=TopicKind.PROBLEM, title="It blinks", body=f"Write to {EMAIL}."
        )
        theirs = topics.post_topic(
            other,
            company,
            kind=TopicKind.PROBLEM,
            title=f"What @{USERNAME} said",
            body=f"As @{USERNAME.upper()} wrote, and `@{USERNAME}`, [her](mailto:{EMAIL.upper()}).",
        )
    outbox.deliver_due()
    with transaction():
        answer = topics.post_reply(her, theirs, body="Turn it off.")
        quote = topics.post_reply(other, hers, body=f"> @{USERNAME} wrote:\n> It blinks\n\nSo?")
        topics.post_comment(other, answer, body=f"Thanks, @{USERNAME}.")
        topics.post_comment(her, quote, body="Yes.")
    outbox.deliver_due()  # the index has a segment of each state
    with transaction():
        topics.edit_reply(
            other, quote, from_number=1, body="So it does.", note=f"said to @{USERNAME}"
        )
        topics.edit_topic(
            other,
            theirs,
            from_number=1,
            title=f"What @{USERNAME} has said",
            body=f"As @{USERNAME} wrote.",
            kind=TopicKind.PROBLEM,
            product_ids=[],
            tags=[],
        )


def _take_part(her: User, other: User) -> None:
    """Leave what nobody reads."""
    hers, theirs = db.session.scalars(select(Topic).order_by(Topic.id)).all()
    quote = db.session.scalars(select(Reply).where(Reply.topic_id == hers.id)).first()
    assert quote is not None
    with transaction():
        topics.vote(her, quote, 1)
        topics.follow(her, theirs)
        topics.follow(other, her)
        topics.keep_search(her, NAME, name=NAME, tells=True)
        topics.record_step(
            visit=VISIT,
            step=DeflectionStep.SOLVED,
            user=her,
            topic_id=theirs.id,
            query=f"{NAME} cannot print",
        )
        for person, words in ((her, NAME), (other, f"Ask @{USERNAME}, {EMAIL}")):
            writing.save_draft({"body": words}, place="ask", user=person)
        log.append(
            LogAction.KEEP,
            role=LogRole.MODERATOR,
            target="site",
            texts={"moderator": USERNAME, "reason": f"As @{USERNAME} wrote, {EMAIL}."},
        )
        encoded = pictures_reading.encode(saved(plain(), "PNG"))
        pictures.add_picture(her, encoded, key=pictures.store(encoded))
        db.session.add(
            outbox.OutboxRow(
                event="x.y", handler=PLANTED, payload={}, failed_at=clock.now(), last_error=EMAIL
            )
        )


def test_nothing_is_left_of_somebody_who_is_forgotten(live_app: Flask, instance: Path) -> None:
    her = live(live_app, instance)

    with transaction():
        services.leave(her, for_good=True)
    outbox.deliver_due()

    assert rows_that_tell() == []
    assert files_that_tell(instance) == []
    assert public_log.verified().redacted == 2
    went_wrong = select(outbox.OutboxRow).where(
        outbox.OutboxRow.last_error.is_not(None), outbox.OutboxRow.handler != PLANTED
    )
    assert db.session.scalars(went_wrong).all() == []
    row = db.session.get_one(User, her.id)
    assert (row.username, row.name, row.email) == (f"former-{row.id}", f"former-{row.id}", None)


def test_what_they_wrote_and_counted_for_stays(live_app: Flask, instance: Path) -> None:
    her = live(live_app, instance)
    helpful = select(Reply.helpful_count).order_by(Reply.id)
    counts = db.session.scalars(helpful).all()
    db.session.commit()

    with transaction():
        services.leave(her, for_good=True)
    outbox.deliver_due()

    titles = set(db.session.scalars(select(Topic.title)))
    assert titles == {"It blinks", f"What {SOMEBODY} has said"}
    assert db.session.scalars(helpful).all() == counts
    assert sum(counts) == 1
    page = browser_for(live_app).get("/t/1").headers["Location"]
    assert "former member" in browser_for(live_app).get(page).text
    found = search.index().search("blinks").matches
    assert [match.topic_id for match in found] == [1]


def test_what_was_counted_against_them_is_forgotten_as_well(live_app: Flask) -> None:
    with transaction():
        her = member(USERNAME, email=EMAIL)
    tries = (limits.ACCOUNT, "password", USERNAME), (limits.MAIL, "mail", EMAIL)
    for one in tries:
        while limits.spend(*one):
            pass

    with transaction():
        services.leave(her, for_good=True)
    outbox.deliver_due()

    assert [limits.spend(*one) for one in tries] == [True, True]


def test_they_may_come_back_within_seven_days(live_app: Flask, instance: Path) -> None:
    her = live(live_app, instance)
    with clock.frozen(clock.now()) as move_on:
        with transaction():
            services.leave(her)
        move_on(LEAVE_FOR - timedelta(minutes=1))
        outbox.deliver_due()
        with transaction():
            services.stay(her)
        move_on(timedelta(days=30))
        outbox.deliver_due()

    db.session.expire_all()
    assert db.session.get_one(User, her.id).username == USERNAME
    assert rows_that_tell()


def test_after_seven_days_they_are_forgotten(live_app: Flask, instance: Path) -> None:
    her = live(live_app, instance)
    with clock.frozen(clock.now()) as move_on:
        with transaction():
            services.leave(her)
        move_on(LEAVE_FOR)
        outbox.deliver_due()

    assert rows_that_tell() == []


def test_whoever_left_again_has_seven_days_again(live_app: Flask, instance: Path) -> None:
    her = live(live_app, instance)
    with clock.frozen(clock.now()) as move_on:
        with transaction():
            services.leave(her)
        move_on(timedelta(days=3))
        with transaction():
            services.stay(her)
            services.leave(her)
        move_on(timedelta(days=5))
        outbox.deliver_due()
        db.session.expire_all()
        assert db.session.get_one(User, her.id).username == USERNAME
        move_on(timedelta(days=2))
        outbox.deliver_due()

    assert rows_that_tell() == []


@pytest.mark.parametrize(
    ("text", "erased"),
    [
        ("Ask @mira.", f"Ask {SOMEBODY}."),
        ("@MIRA, @Mira and @mira: three", f"{SOMEBODY}, {SOMEBODY} and {SOMEBODY}: three"),
        ("@miranda, mira, x@mira.example, @mira.k and /@mira stay", None),
        ("write to Mira@Mail.Example!", f"write to {REMOVED}!"),
        ("*@mira* (@mira) “@mira”", f"*{SOMEBODY}* ({SOMEBODY}) “{SOMEBODY}”"),
        ("/people/Mira?x, /people/mira2", "/people/former-member?x, /people/mira2"),
        ("@mira説明", f"{SOMEBODY}説明"),
    ],
)
def test_only_a_call_and_an_address_are_erased(text: str, erased: str | None) -> None:
    traces = Traces("mira", ("mira@mail.example",), ("Mira K.",))

    assert traces.erased(text) == (text if erased is None else erased)


def test_a_link_to_them_is_a_word_afterwards() -> None:
    traces = Traces("mira", ("mira@mail.example",))
    html = (
        '<p><a class="mention" href="/people/mira" rel="nofollow">@Mira</a> or '
        '<a href="mailto:mira@mail.example">mail</a>, <a href="/people/miranda">@miranda</a></p>'
    )

    assert traces.erased_html(html) == (
        f'<p>{SOMEBODY} or mail, <a href="/people/miranda">@miranda</a></p>'
    )


def test_an_address_that_was_never_confirmed_changes_nobody_s_words(live_app: Flask) -> None:
    """Or anybody could have words of others changed, by claiming an address and leaving."""
    with transaction():
        her = make_user("mallory", new_email="support@brightwave.example")
        topics.post_topic(
            make_user("asker"),
            make_company("Brightwave"),
            kind=TopicKind.QUESTION,
            title="Whom to ask?",
            body="Is support@brightwave.example theirs?",
        )
        services.leave(her, for_good=True)
    outbox.deliver_due()

    assert "support@brightwave.example" in db.session.scalars(select(Topic.body)).one()
