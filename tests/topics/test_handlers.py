"""What follows a change reaches the index, once, however often the job runs."""

from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from community import search
from community.core import clock, outbox
from community.core.db import db, transaction
from community.search import IndexBusy, SearchIndex, SearchUnavailable
from community.search.commands import search_group
from community.topics import commands, handlers, indexing, services
from community.topics.models import CompanyFigures, Standing, Topic, TopicKind
from community.topics.services import standings
from tests.factories import make_company, make_reply, make_topic, make_user


@pytest.fixture
def index() -> SearchIndex:
    """The test's own index, empty."""
    return search.index()


def found(text: str) -> list[int]:
    return [match.topic_id for match in search.index().similar(text)]


def expertise(topic: Topic) -> float:
    told = search.index().explain(topic.title, topic.id)
    assert told is not None
    return told.factors["expertise"]


def test_a_posted_topic_is_found_once_its_jobs_have_run() -> None:
    company = make_company()
    topic = services.post_topic(
        make_user(), company, kind=TopicKind.PROBLEM, title="Printer jams", body="On page two."
    )
    assert found("printer jam") == []

    outbox.deliver_due()

    assert found("printer jamming") == [topic.id]
    figures = db.session.scalars(select(CompanyFigures)).one()
    assert (figures.company_id, figures.asked_count) == (company.id, 1)
    assert outbox.waiting() == 0


def test_who_solves_more_ranks_higher_with_every_answer() -> None:
    expert, company = make_user(), make_company()
    earlier, later = make_topic(company), make_topic(company)
    elsewhere = make_topic(make_company())
    _, accepted, _ = (
        services.post_reply(expert, topic, body="Degrease the zygomatic roller.")
        for topic in (earlier, later, elsewhere)
    )
    outbox.deliver_due()
    assert [expertise(topic) for topic in (earlier, later, elsewhere)] == [1, 1, 1]

    services.accept(later.author, later, accepted)
    outbox.deliver_due()

    assert [expertise(topic) > 1 for topic in (earlier, later, elsewhere)] == [True, True, False]
    assert indexing.differences(search.index().fingerprints(), indexing.all_documents()).ids == []


def test_counting_everything_again_owes_the_index_whose_experts_were_wrong() -> None:
    topic = make_topic()
    answer = services.post_reply(make_user(), topic, body="Degrease the zygomatic roller.")
    services.accept(topic.author, topic, answer)
    outbox.deliver_due()
    standing = db.session.scalars(select(Standing)).one()
    standing.solved_count = 40
    db.session.flush()
    handlers.index_topics([{"topic_id": topic.id}])
    wrong = expertise(topic)

    assert standings.refresh_all() == 1
    outbox.deliver_due()

    assert 1 < expertise(topic) < wrong
    assert standings.refresh_all() == 0
    assert outbox.owed(standings.EVENT) == []


def test_an_answer_is_found_and_counted_for_its_author() -> None:
    topic = make_topic()
    reply = services.post_reply(make_user(), topic, body="Degrease the zygomatic roller.")
    services.accept(topic.author, topic, reply)

    outbox.deliver_due()

    assert found("zygomatic") == [topic.id]
    standing = db.session.scalars(select(Standing)).one()
    assert (standing.user_id, standing.reply_count, standing.solved_count) == (
        reply.author_id,
        1,
        1,
    )


def test_indexing_twice_or_late_ends_the_same(index: SearchIndex) -> None:
    topic = make_topic(title="Printer jams")
    payloads = [{"topic_id": topic.id}] * 3

    handlers.index_topics(payloads)
    handlers.index_topics(payloads)
    assert (index.count(), found("printer")) == (1, [topic.id])

    topic.hidden_at = clock.now()
    db.session.flush()
    handlers.index_topics(payloads)
    assert index.count() == 0


@pytest.mark.parametrize(
    ("error", "wait"),
    [(IndexBusy("busy"), timedelta(seconds=5)), (SearchUnavailable("gone"), timedelta(minutes=1))],
)
def test_an_index_that_cannot_be_written_is_tried_again_soon(
    error: SearchUnavailable, wait: timedelta
) -> None:
    broken = Mock(spec=SearchIndex)
    broken.update.side_effect = error
    search.use(broken)
    topic = make_topic(title="Printer jams")
    outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)

    with clock.frozen(clock.now()) as move_on:
        outbox.deliver_due()
        assert outbox.waiting() == 1
        row = db.session.scalars(select(outbox.OutboxRow).where(outbox.OutboxRow.done_at.is_(None)))
        assert row.one().attempts == 0
        broken.update.side_effect = None
        outbox.deliver_due()
        assert broken.update.call_count == 1  # not before its time
        move_on(wait)
        outbox.deliver_due()

    assert broken.update.call_count == 2
    assert outbox.waiting() == 0


def test_the_database_can_be_written_while_the_index_is(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            topic = make_topic()
            topic_id, company_id = topic.id, topic.company_id
            outbox.publish("topic.helped", topic_id=topic_id, company_id=company_id, reply_id=None)
        others: list[int] = []

        def write_meanwhile(**_arguments: object) -> None:
            with live_app.app_context(), transaction():
                others.append(make_user().id)
                db.session.remove()

        slow = Mock(spec=SearchIndex)
        slow.update.side_effect = write_meanwhile
        search.use(slow)

        outbox.deliver_due()

        assert len(others) == 1
        assert outbox.waiting() == 0


def test_recount_says_what_differed(app: Flask) -> None:
    topic = make_topic(last_activity_at=clock.now())
    make_reply(topic)
    topic.reply_count = 5
    db.session.flush()

    first = CliRunner().invoke(commands.recount)
    second = CliRunner().invoke(commands.recount)

    assert first.exit_code == 0, first.output
    assert "topics.reply_count" in first.output
    assert f"{topic.id}: 5 → 1" in first.output
    assert second.output == "Every count agrees with its rows.\n"


def test_reindex_and_check_agree(index: SearchIndex) -> None:
    topics = [make_topic() for _ in range(3)]

    assert CliRunner().invoke(commands.reindex).output == "3 topics are in the index.\n"
    agreed = CliRunner().invoke(search_group, ["check"])
    assert (agreed.exit_code, "0 missing" in agreed.output) == (0, True)

    topics[0].title = "Changed"
    topics[1].hidden_at = clock.now()
    index.remove([topics[2].id])
    db.session.flush()
    differing = CliRunner().invoke(search_group, ["check"])
    assert differing.exit_code == 1
    for line, topic in (("missing", topics[2]), ("outdated", topics[0]), ("left over", topics[1])):
        assert f"1 {line} (topics {topic.id})" in differing.output

    repaired = CliRunner().invoke(search_group, ["check", "--repair"])
    assert "Put right: 3 topics." in repaired.output
    assert CliRunner().invoke(search_group, ["check"]).exit_code == 0


def damage(folder: Path) -> None:
    """Change every file of the live index behind its back."""
    live = (folder / "CURRENT").read_text().split()[0]
    for file in (folder / live).iterdir():
        file.write_bytes(b"garbled")


def test_a_damaged_index_is_told_of_and_repaired(index: SearchIndex, tmp_path: Path) -> None:
    topic = make_topic(title="Printer jams")
    index.rebuild(indexing.all_documents())
    index.rebuild(indexing.all_documents())
    damage(tmp_path / "search")

    told = CliRunner().invoke(search_group, ["check"])
    assert told.exit_code == 1
    assert "Damaged: build-" in told.output
    assert found("printer jams") == [topic.id]  # the index of before answers

    repaired = CliRunner().invoke(search_group, ["check", "--repair"])
    assert "Built anew: 1 topics" in repaired.output
    again = CliRunner().invoke(search_group, ["check"])
    assert (again.exit_code, "Damaged" in again.output) == (0, False)


def test_damage_is_found_in_the_night(index: SearchIndex, tmp_path: Path) -> None:
    index.rebuild([])
    handlers.inspect_index()
    assert index.health().state == "ok"

    damage(tmp_path / "search")
    handlers.inspect_index()
    assert index.health().state == "fallback"

    search.use(search.open_index("whoosh", tmp_path / "nowhere"))
    handlers.inspect_index()  # there is nothing to look at


def test_what_was_posted_while_the_index_was_broken_is_found_after_repair(
    index: SearchIndex, tmp_path: Path
) -> None:
    index.rebuild([])
    for build in (tmp_path / "search").glob("build-*"):
        for file in build.iterdir():
            file.write_bytes(b"garbled")
    topic = services.post_topic(
        make_user(), make_company(), kind=TopicKind.PROBLEM, title="Printer jams", body="Often."
    )
    outbox.deliver_due()
    assert outbox.waiting() > 0

    CliRunner().invoke(search_group, ["check", "--repair"])

    assert found("printer jams") == [topic.id]


def test_a_missing_index_is_built_by_repair(tmp_path: Path) -> None:
    search.use(search.open_index("whoosh", tmp_path / "nowhere"))
    make_topic()

    refused = CliRunner().invoke(search_group, ["check"])
    repaired = CliRunner().invoke(search_group, ["check", "--repair"])

    assert isinstance(refused.exception, SearchUnavailable)
    assert "Built anew: 1 topics" in repaired.output
