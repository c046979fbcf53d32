"""Read-only mode of the site and slow mode of a place: who sets them, what they do, how they end."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts.models import User
from community.companies.models import Company
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Invalid, NotAllowed
from community.moderation.models import LogAction, LogEntry, LogRole, Mode, ModeKind
from community.moderation.models.modes import FOR_MAX, REASON_MAX, SECONDS_MAX
from community.moderation.queries import modes as queries
from community.moderation.services import log
from community.moderation.services import modes as services
from community.topics.models import Reply, Topic, TopicKind
from community.topics.services import post_comment, post_reply, post_topic
from community.wiring import WORKS_WHEN_READ_ONLY
from tests.conftest import Client, counted_statements
from tests.factories import make_company, make_employee, make_reply, make_topic, make_user

SignIn = Callable[[User], Client]

REASON = "The database moves to a larger disk."
HOT = "Many people post the same. Please read before you add to it."


@pytest.fixture
def operator() -> User:
    return make_user("otto", is_admin=True)


@pytest.fixture
def moderator() -> User:
    return make_user("mona", is_moderator=True)


def rows(action: LogAction) -> list[LogEntry]:
    return list(db.session.scalars(select(LogEntry).where(LogEntry.action == action)))


# -- setting and ending -------------------------------------------------------------------------


def test_a_mode_stands_in_the_log_with_its_end(operator: User) -> None:
    until = clock.now() + timedelta(hours=2)

    mode = services.set_read_only(operator, reason=REASON, until=until)

    (row,) = rows(LogAction.READ_ONLY)
    assert (row.seq, row.role, row.target) == (mode.log_seq, LogRole.OPERATOR, "site")
    assert until.strftime("%Y-%m-%dT%H:%M") in row.details
    assert [one.reason for one in queries.in_force(clock.now())] == [REASON]


def test_setting_it_anew_ends_the_one_before(operator: User) -> None:
    first = services.set_read_only(operator, reason=REASON)
    second = services.set_read_only(operator, reason="It takes longer.")

    assert first.ended_at is not None
    assert [one.id for one in queries.in_force(clock.now())] == [second.id]
    assert f'"replaces": {first.log_seq}' in rows(LogAction.READ_ONLY)[1].details


def test_it_is_ended_once(operator: User) -> None:
    mode = services.set_read_only(operator, reason=REASON)

    assert services.end(operator, mode) is True
    assert services.end(operator, mode) is False
    (row,) = rows(LogAction.REOPEN)
    assert f'"reverses": {mode.log_seq}' in row.details
    assert queries.in_force(clock.now()) == ()


def test_it_runs_out_by_itself_and_the_log_says_so_once(operator: User) -> None:
    mode = services.set_read_only(
        operator, reason=REASON, until=clock.now() + timedelta(minutes=15)
    )

    with clock.frozen(clock.now() + timedelta(minutes=16)):
        assert queries.in_force(clock.now()) == ()  # before anybody has written it down
        assert (services.end_those_run_out(), services.end_those_run_out()) == (1, 0)

    assert mode.ended_at == mode.until
    assert [row.role for row in rows(LogAction.REOPEN)] == [LogRole.AUTOMATIC]


def test_operators_alone_let_the_site_be_read_only(moderator: User) -> None:
    for actor in (None, make_user(), moderator, make_user(is_admin=True, deleted_at=clock.now())):
        with pytest.raises(NotAllowed):
            services.set_read_only(actor, reason=REASON)
    assert rows(LogAction.READ_ONLY) == []


def test_whoever_has_a_stake_slows_nothing_down(moderator: User) -> None:
    topic = make_topic()
    erin = make_employee(topic.company)
    erin.is_moderator = True

    for actor in (None, make_user(), make_employee(topic.company), erin):
        for place in (topic, topic.company):
            with pytest.raises(NotAllowed):
                services.slow_down(actor, place, seconds=60, reason=HOT)
    mode = services.slow_down(moderator, topic, seconds=60, reason=HOT)
    with pytest.raises(NotAllowed):
        services.end(erin, mode)
    assert len(rows(LogAction.SLOW)) == 1


@pytest.mark.parametrize(
    ("seconds", "reason", "lasts", "field"),
    [
        (0, HOT, None, "seconds"),
        (SECONDS_MAX + 1, HOT, None, "seconds"),
        (60, " \u200b ", None, "reason"),
        (60, "x" * (REASON_MAX + 1), None, "reason"),
        (60, HOT, timedelta(0), "until"),
        (60, HOT, FOR_MAX + timedelta(minutes=1), "until"),
    ],
)
def test_what_does_not_fit_is_refused(
    moderator: User, seconds: int, reason: str, lasts: timedelta | None, field: str
) -> None:
    until = clock.now() + lasts if lasts is not None else None
    with clock.frozen(clock.now()), pytest.raises(Invalid) as refusal:
        services.slow_down(moderator, make_topic(), seconds=seconds, reason=reason, until=until)
    assert refusal.value.field == field


# -- slow mode ----------------------------------------------------------------------------------


def test_in_a_slow_topic_everybody_waits_alike(moderator: User) -> None:
    topic = make_topic()
    answer = make_reply(topic, created_at=clock.now() - timedelta(days=1))
    employee = make_employee(topic.company)
    services.slow_down(moderator, topic, seconds=600, reason=HOT)

    now = clock.now()
    for author in (make_user(), employee, moderator):
        with clock.frozen(now):
            post_reply(author, topic, body="First.")
        with clock.frozen(now + timedelta(seconds=599)):
            with pytest.raises(NotAllowed, match="again in 1 second;"):
                post_comment(author, answer, body="Second.")
            assert post_reply(author, topic, body="First.")  # sent twice: it is there already
            assert post_reply(author, make_topic(topic.company), body="Elsewhere.")
        with clock.frozen(now + timedelta(seconds=600)):
            assert post_comment(author, answer, body="Second.")


def test_in_a_slow_company_new_topics_wait_as_well(moderator: User) -> None:
    company, author = make_company(), make_user()
    topic = make_topic(company)
    services.slow_down(moderator, company, seconds=3600, reason=HOT)
    post_reply(author, topic, body="One.")

    with pytest.raises(NotAllowed, match="again in 60 minutes"):
        post_topic(author, company, kind=TopicKind.IDEA, title="Two", body="Two.")
    assert post_topic(author, make_company(), kind=TopicKind.IDEA, title="Two", body="Two.")


def test_the_longest_of_two_waits_holds(moderator: User) -> None:
    topic, author = make_topic(), make_user()
    services.slow_down(moderator, topic.company, seconds=3600, reason=HOT)
    services.slow_down(moderator, topic, seconds=60, reason="And here.")
    now = clock.now()
    with clock.frozen(now):
        post_reply(author, topic, body="One.")

    with clock.frozen(now + timedelta(minutes=30)), pytest.raises(NotAllowed, match="30 minutes"):
        post_reply(author, topic, body="Two.")
    (_, company_wide) = queries.in_force(clock.now())
    assert (
        queries.slowest(
            queries.in_force(clock.now()), company_id=topic.company_id, topic_id=topic.id
        )
        == company_wide
    )


def test_the_banner_says_how_slow_and_when_one_may_post_again(
    client: Client, moderator: User, sign_in: SignIn
) -> None:
    topic = make_topic()
    services.slow_down(moderator, topic, seconds=900, reason=HOT)
    visitor = client.get(f"/t/{topic.id}/{topic.slug}").text
    assert "once in 15 minutes" in visitor
    assert HOT in visitor
    assert "You can post again" not in visitor

    browser: Client = sign_in(make_user())
    assert "You can post again" not in browser.get(f"/t/{topic.id}/{topic.slug}").text
    browser.submit(f"/t/{topic.id}/replies", body="First.")
    again = browser.submit(f"/t/{topic.id}/replies", body="Second, at length.")
    assert again.status_code == 422
    assert "Second, at length." in again.text
    assert "You can post again in 15 minutes" in again.text
    assert "You can post again from" in browser.get(f"/t/{topic.id}/{topic.slug}").text


# -- the site in read-only mode -----------------------------------------------------------------


def test_nobody_writes_and_nothing_typed_is_lost(
    operator: User, client: Client, sign_in: SignIn
) -> None:
    topic = make_topic()
    services.set_read_only(operator, reason=REASON, until=clock.now() + timedelta(hours=1))
    for who in (make_user(), make_employee(topic.company), operator):
        browser: Client = sign_in(who)
        answer = browser.submit(f"/t/{topic.id}/replies", body="Try <this> & that.", draft="d" * 32)
        assert answer.status_code == 503
        assert REASON in answer.text
        assert "Try &lt;this&gt; &amp; that." in answer.text
        assert f'action="/t/{topic.id}/replies"' in answer.text
        assert 3500 < int(answer.headers["Retry-After"]) <= 3601
    assert db.session.scalars(select(Reply)).all() == []
    assert client.get(f"/t/{topic.id}/{topic.slug}").status_code == 200


def test_scripts_hear_it_as_json(operator: User, client: Client) -> None:
    services.set_read_only(operator, reason=REASON)
    answer = client.post("/ask", data={"title": "x"}, headers={"Accept": "application/json"})
    assert (answer.status_code, (answer.json or {})["error"]["status"]) == (503, 503)
    assert REASON in (answer.json or {})["error"]["message"]
    assert "Retry-After" not in answer.headers


def test_words_sent_from_elsewhere_and_passwords_are_not_shown(
    operator: User, client: Client
) -> None:
    services.set_read_only(operator, reason=REASON)
    foreign = client.post("/ask", data={"title": "Planted words"})
    sign_up = client.submit("/signup", username="nora", password="seven otters knit quietly")
    assert (foreign.status_code, sign_up.status_code) == (503, 503)
    assert "Planted words" not in foreign.text
    assert "seven otters" not in sign_up.text


def test_signing_in_drafts_and_moderation_go_on(
    operator: User, client: Client, sign_in: SignIn
) -> None:
    mode = services.set_read_only(operator, reason=REASON)
    assert client.submit("/signin", identifier="nobody", password="wrong").status_code == 422
    assert client.submit("/theme", theme="dark", next="/").status_code == 303
    browser: Client = sign_in(operator)
    assert browser.submit("/writing/preview", body="**so**").status_code == 200
    assert browser.submit(f"/moderation/modes/{mode.id}/end").status_code == 303
    assert queries.in_force(clock.now()) == ()


def test_what_works_is_there(app: Flask) -> None:
    assert set(WORKS_WHEN_READ_ONLY) <= app.view_functions.keys() | app.blueprints.keys()


def test_the_banner_stands_on_every_page_and_on_kept_ones_at_once(
    app: Flask, operator: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "KEEP_PAGES", True)
    topic: Topic = make_topic()
    pages = ["/", f"/t/{topic.id}/{topic.slug}", f"/c/{topic.company.slug}", "/about", "/nowhere"]
    before = [client.get(page).text for page in pages]
    mode = services.set_read_only(operator, reason=REASON)
    during = [client.get(page).text for page in pages]
    services.end(operator, mode)
    after = [client.get(page).text for page in pages]

    assert not any(REASON in page for page in before + after)
    assert all(REASON in page for page in during)


def test_pages_ask_once_in_a_while_for_all_banners(
    app: Flask, client: Client, moderator: User
) -> None:
    company: Company = make_topic().company
    now = clock.now()
    with clock.frozen(now), counted_statements(app) as statements:
        services.slow_down(moderator, company, seconds=60, reason=HOT)
        statements.clear()
        for _ in range(3):
            assert HOT in client.get(f"/c/{company.slug}").text
    with clock.frozen(now + queries.KNOWN_FOR):
        assert HOT in client.get(f"/c/{company.slug}").text
    assert sum("FROM modes" in one for one in statements) == 1


def test_what_another_process_sets_holds_at_once_and_is_told_soon(
    app: Flask, operator: User, client: Client, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, browser = make_topic(), sign_in(make_user())
    place = f"/t/{topic.id}/{topic.slug}"
    now = clock.now()
    with clock.frozen(now):
        assert REASON not in browser.get(place).text
        set_by_another_process(operator)
        assert REASON not in browser.get(place).text
        refused = browser.submit(f"/t/{topic.id}/replies", body="Try this.")
        assert (refused.status_code, REASON in refused.text) == (503, True)
        monkeypatch.setitem(app.config, "KEEP_PAGES", True)
        assert REASON in client.get(place).text  # nothing out of date is kept for others
    with clock.frozen(now + queries.KNOWN_FOR):
        assert REASON in browser.get(place).text


def test_a_mode_that_is_remembered_ends_on_time(operator: User, client: Client) -> None:
    now = clock.now()
    with clock.frozen(now):
        services.set_read_only(operator, reason=REASON, until=now + timedelta(seconds=5))
        assert REASON in client.get("/about").text
    with clock.frozen(now + timedelta(seconds=6)):
        assert REASON not in client.get("/about").text


def set_by_another_process(operator: User) -> None:
    """Set a mode without this process knowing: it shares the database and nothing else."""
    entry = log.append(LogAction.READ_ONLY, role=LogRole.OPERATOR, target="site")
    mode = Mode(kind=ModeKind.READ_ONLY, reason=REASON, set_by_id=operator.id, log_seq=entry.seq)
    db.session.add(mode)
    db.session.flush()
    outbox.publish("mode.set", mode_id=mode.id)
    db.session.commit()


# -- the pages ----------------------------------------------------------------------------------


def test_an_operator_sets_and_ends_it_on_a_page(operator: User, sign_in: SignIn) -> None:
    browser: Client = sign_in(operator)
    assert "No mode is in force" in browser.get("/moderation/modes").text
    empty = browser.submit("/moderation/modes/read-only", lasts="60")
    assert (empty.status_code, db.session.scalar(select(Mode))) == (422, None)

    browser.submit("/moderation/modes/read-only", reason=REASON, lasts="60")
    assert "End it now" in browser.get("/moderation/modes").text
    (mode,) = queries.in_force(clock.now())
    assert mode.until is not None


def test_a_moderator_slows_a_topic_down_on_its_page(moderator: User, sign_in: SignIn) -> None:
    topic = make_topic()
    browser: Client = sign_in(moderator)
    assert f'href="/t/{topic.id}/slow"' in browser.get(f"/t/{topic.id}/{topic.slug}").text
    sent = browser.submit(f"/t/{topic.id}/slow", reason=HOT, seconds="300", lasts="0")

    assert sent.status_code == 303
    (mode,) = queries.in_force(clock.now())
    assert (mode.topic_id, mode.seconds, mode.until) == (topic.id, 300, None)
    assert "in force" in browser.get("/moderation/modes").text


def test_whoever_may_not_is_told_so(sign_in: SignIn) -> None:
    topic = make_topic()
    erin = make_employee(topic.company)
    erin.is_moderator = True
    browser: Client = sign_in(erin)
    page = browser.get(f"/t/{topic.id}/slow")
    assert page.status_code == 403
    assert "You speak for this company" in page.text
    assert "/slow" not in browser.get(f"/t/{topic.id}/{topic.slug}").text
    member: Client = sign_in(make_user())
    assert member.get("/moderation/modes").status_code == 403
    assert member.submit("/moderation/modes/read-only", reason="x").status_code == 403
