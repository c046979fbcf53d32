"""JSON lines become topics, with everything that the rows say."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from community import search
from community.accounts import digests
from community.accounts.models import User
from community.companies.models import Company, CompanyState, Product
from community.core import outbox
from community.core.db import Base, db
from community.topics import commands as topics_commands
from community.topics import services
from community.topics.importing import lines, report, writing
from community.topics.models import (
    AcceptedAnswer,
    CompanyFigures,
    Reply,
    Standing,
    StatusChange,
    StatusRole,
    Tag,
    Topic,
    TopicProduct,
    TopicStatus,
)
from tests.factories import make_company, make_reply, make_user
from tests.topics.importing.conftest import Row, Run, a_row, an_answer

Write = Callable[..., Path]
Rejected = Callable[[], list[Row]]


def only(table: type[Base]) -> Any:
    """Return the one row of a table."""
    db.session.expire_all()
    return db.session.scalars(select(table)).one()


def counts() -> dict[str, int]:
    """Return how many rows each table has."""
    tables = (User, Company, Product, Topic, Reply, AcceptedAnswer, StatusChange, Tag)
    return {
        table.__tablename__: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
    }


def test_a_row_becomes_a_topic_with_all_that_it_says(run: Run, jsonl: Write) -> None:
    row = a_row(
        product="Kettle One", kind="problem", tags=["Limescale", "HUM ming"], locale="en_GB"
    )

    result = run("jsonl", jsonl(row))

    assert result.exit_code == 0, result.output
    assert "Imported 1 topic, 0 replies, 0 comments by 1 person." in result.output
    topic, company = only(Topic), only(Company)
    assert (topic.title, topic.kind, topic.status) == (row["title"], "problem", "open")
    assert topic.body == "It hums **all** the time."
    assert "<strong>all</strong>" in topic.body_html
    assert topic.created_at == topic.last_activity_at == datetime(2020, 2, 1, 10, tzinfo=UTC)
    assert topic.language == "en-GB"
    assert (company.name, company.slug, company.state) == (
        "Brewhouse",
        "brewhouse",
        CompanyState.UNCLAIMED,
    )
    assert only(TopicProduct).product_id == only(Product).id
    assert set(db.session.scalars(select(Tag.slug))) == {"limescale", "hum-ming"}


def test_answers_keep_their_votes_dates_and_comments(run: Run, jsonl: Write) -> None:
    comment = {"id": 7, "author": "tilda", "body": "Thanks!", "created": "2020-02-02"}
    answer = an_answer(helpful=3, unhelpful=1, comments=[comment])

    run("jsonl", jsonl(a_row(answers=[answer])))

    reply = db.session.scalars(select(Reply).where(Reply.parent_id.is_(None))).one()
    below = db.session.scalars(select(Reply).where(Reply.parent_id == reply.id)).one()
    topic = only(Topic)
    assert reply.created_at == datetime(2020, 2, 1, 12, 30, tzinfo=UTC)
    assert (reply.helpful_count, reply.unhelpful_count) == (3, 1)
    assert (reply.imported_helpful_count, reply.imported_unhelpful_count) == (3, 1)
    assert (below.body, below.author_id) == ("Thanks!", topic.author_id)
    assert topic.reply_count == 1
    assert topic.first_reply_at == reply.created_at
    assert topic.last_activity_at == below.created_at
    assert "agrees" in CliRunner().invoke(topics_commands.recount).output


def test_an_accepted_answer_solves_the_topic_for_its_asker(run: Run, jsonl: Write) -> None:
    answers = [an_answer(), an_answer(2, accepted=True, accepted_at="2020-02-03T08:00:00Z")]

    run("jsonl", jsonl(a_row(answers=answers)))

    topic, accepted, step = only(Topic), only(AcceptedAnswer), only(StatusChange)
    solved_at = datetime(2020, 2, 3, 8, tzinfo=UTC)
    assert topic.status is TopicStatus.SOLVED
    assert (accepted.accepted_by_id, accepted.accepted_at) == (topic.author_id, solved_at)
    assert (step.actor_id, step.role, step.created_at) == (
        topic.author_id,
        StatusRole.ASKER,
        solved_at,
    )
    assert step.reply_id == accepted.reply_id
    assert db.session.get_one(Reply, accepted.reply_id).accepted_count == 1
    assert only(Standing).solved_count == 1
    figures = only(CompanyFigures)
    assert (figures.asked_count, figures.answered_count, figures.solved_count) == (1, 1, 1)
    assert "agrees" in CliRunner().invoke(topics_commands.recount).output


def test_an_idea_is_not_solved_by_an_answer(run: Run, jsonl: Write) -> None:
    result = run("jsonl", jsonl(a_row(kind="idea", answers=[an_answer(accepted=True)])))

    assert only(Topic).status is TopicStatus.OPEN
    assert counts()["accepted_answers"] == 0
    assert "Accepted answers to ideas and praise, taken as replies: 1." in result.output


def test_people_are_placeholders_that_nobody_can_take_for_others(run: Run, jsonl: Write) -> None:
    real = make_user("tilda")
    answers = [
        an_answer(1, author="tilda"),
        an_answer(2, author="17", author_name="Official Support"),
        an_answer(3, author="18", author_name="Mirja Ström"),
    ]

    run("jsonl", jsonl(a_row(answers=answers)))

    people = {
        user.source_key: user for user in db.session.scalars(select(User)) if user.id != real.id
    }
    tilda = people["brewhouse:tilda"]
    assert tilda.display_name == "tilda"
    assert tilda.username.startswith("tilda-")
    assert all(user.is_placeholder and user.password_hash is None for user in people.values())
    assert len(people) == 3
    assert people["brewhouse:17"].name.startswith("member-")
    assert people["brewhouse:18"].display_name == "Mirja Ström"
    assert people["brewhouse:18"].username.startswith("mirja-strom-")


def test_authors_nobody_knows_are_nobody_in_particular(run: Run, jsonl: Write) -> None:
    answers = [
        an_answer(1, author="u_unknown"),
        an_answer(2, author=None, by_asker=True),
    ]

    run("jsonl", jsonl(a_row(author="u_unknown", answers=answers), a_row(2, author=None)))

    asker_ids = set(db.session.scalars(select(Topic.author_id)))
    others = list(db.session.scalars(select(Reply.author_id).order_by(Reply.source_key)))
    assert len(asker_ids) == 1
    assert others[0] not in asker_ids  # a stranger's answer is not the asker's own
    assert others[1] in asker_ids
    strangers = db.session.scalars(select(User)).all()
    assert all(user.deleted_at is not None and user.display_name == "" for user in strangers)


def test_a_second_run_adds_nothing(run: Run, jsonl: Write) -> None:
    path = jsonl(*(a_row(n, answers=[an_answer(n, accepted=True)]) for n in range(1, 8)))
    run("jsonl", path)
    before, entries = counts(), search.index().fingerprints()

    result = run("jsonl", path)

    assert result.exit_code == 0
    assert "Imported 0 topics, 0 replies" in result.output
    assert "There already: 7 topics, 7 replies, 0 comments." in result.output
    assert counts() == before
    assert search.index().fingerprints() == entries


def test_what_is_new_below_a_known_topic_is_added(run: Run, jsonl: Write) -> None:
    run("jsonl", jsonl(a_row(answers=[an_answer()])))
    topic = only(Topic)
    own = make_reply(topic, body="It was the lid.")  # written here in the meantime
    topic.title = "Edited here"
    db.session.flush()

    run("jsonl", jsonl(a_row(answers=[an_answer(), an_answer(2, accepted=True)])))

    topic = only(Topic)
    assert (topic.title, topic.reply_count, topic.status) == ("Edited here", 3, "solved")
    assert topic.last_activity_at == own.created_at
    assert counts()["topics"] == 1
    assert "agrees" in CliRunner().invoke(topics_commands.recount).output


def test_topics_are_found_afterwards_and_nothing_is_owed(run: Run, jsonl: Write) -> None:
    run("jsonl", jsonl(a_row(), a_row(2, title="The lid squeaks", answers=[an_answer(2)])))

    ids = [match.topic_id for match in search.index().similar("squeaking lid")]

    assert ids == list(db.session.scalars(select(Topic.id).where(Topic.title.contains("lid"))))
    assert search.index().count() == 2
    assert outbox.waiting() == 0


def test_a_small_import_is_put_into_the_index_that_is_there(run: Run, jsonl: Write) -> None:
    run("jsonl", jsonl(*(a_row(n) for n in range(1, 5))))

    run("jsonl", jsonl(a_row(9, title="The lid squeaks")))

    assert search.index().count() == 5
    assert len(search.index().similar("squeaking lid")) == 1


def test_bad_rows_are_rejected_with_line_and_reason_and_the_rest_goes_on(
    run: Run, jsonl: Write, rejected: Rejected
) -> None:
    result = run(
        "jsonl",
        jsonl(
            a_row(1),
            b"{not json",
            a_row(2, title=" \x07 "),
            a_row(3, kind="rant"),
            a_row(4, created="yesterday"),
            b"\xff\xfe\x00",
            b'["a list"]',
            a_row(5, company=""),
            a_row(6, company="?!"),
            a_row(7, answers=[an_answer(1, helpful=-1), an_answer(2, body=" "), an_answer(3)]),
            a_row(8, created="2999-01-01T00:00:00Z"),
            {"id": "kettle-9"},
            b"[" * 100_000,
            a_row(10, id=True),
            a_row(11, id="x" * 121),
        ),
    )

    assert result.exit_code == 0, result.output
    assert set(db.session.scalars(select(Topic.source_key))) == {
        "brewhouse:kettle-1",
        "brewhouse:kettle-7",
    }
    reasons = {(row["line"], row["reason"]) for row in rejected()}
    said = {line: reason for line, reason in reasons if line != 10}
    assert said[2].startswith("the row is not JSON")
    assert said[3] == "the row has no title"
    assert "question, problem, idea, praise" in said[4]
    assert "2019-07-31T23:41:06Z" in said[5]
    assert said[6] == "the row is not UTF-8"
    assert said[7] == "the row is not an object in braces"
    assert said[8] == "the row names no company"
    assert "1 to 80 characters" in said[9]
    assert "before 1970 or in the future" in said[11]
    assert said[13] == "the row holds a number too long or lists too deep to read"
    assert {reason for line, reason in reasons if line == 10} == {
        "the answer has -1 in “helpful”; it can be 0 to 1,000,000",
        "nothing to read in the text",
    }
    assert "Rows rejected: 15." in result.output
    row = next(row for row in rejected() if row["line"] == 4)
    assert row["row"]["kind"] == "rant"  # the row itself, to be mended and imported again
    assert row["file"] == "threads.jsonl"


def test_an_id_that_another_topic_had_is_not_taken_for_it(
    run: Run, jsonl: Write, rejected: Rejected
) -> None:
    run("jsonl", jsonl(a_row()))
    other = a_row(title="Something else altogether", created="2019-01-01T00:00:00Z")

    result = run("jsonl", jsonl(other))
    named = run("jsonl", jsonl(other), "--source", "old-forum")

    assert "Imported 0 topics" in result.output
    assert "--source" in rejected()[0]["reason"]
    assert "Imported 1 topic," in named.output


def test_an_answer_cannot_move_to_another_topic(run: Run, jsonl: Write, rejected: Rejected) -> None:
    remark = {"id": "remark", "body": "Same here.", "created": "2020-02-02"}
    stolen = an_answer(comments=[remark])

    run("jsonl", jsonl(a_row(1, answers=[an_answer()]), a_row(2, answers=[stolen])))
    again = run("jsonl", jsonl(a_row(2, answers=[stolen])))

    assert (counts()["topics"], counts()["replies"]) == (2, 1)
    assert [row["reason"] for row in rejected()] == [
        "the id of a reply to another topic",
        "a comment on an answer that was rejected",
    ]
    assert "Imported 0 topics, 0 replies, 0 comments" in again.output


def test_a_row_that_is_there_twice_counts_once(run: Run, jsonl: Write) -> None:
    row = a_row(answers=[an_answer(), an_answer()])

    run("jsonl", jsonl(row, row))

    assert (counts()["topics"], counts()["replies"]) == (1, 1)
    assert only(Topic).reply_count == 1


def test_a_long_title_is_cut_at_a_word_and_stands_whole_in_the_text(run: Run, jsonl: Write) -> None:
    title = "When the *kettle* is full " * 8

    result = run("jsonl", jsonl(a_row(title=title)))

    topic = only(Topic)
    assert topic.title.endswith("full When the *kettle*…")
    assert len(topic.title) <= 150
    assert topic.body.startswith(r"When the \*kettle\* is full")
    assert topic.body.endswith("It hums **all** the time.")
    assert "Titles cut at 150 characters, with the whole in front of the text: 1." in result.output


def test_long_texts_are_cut_and_tags_beyond_five_left_out(run: Run, jsonl: Write) -> None:
    row = a_row(body="word " * 20_000, tags=[f"tag {n}" for n in range(8)] + ["x" * 31, "..."])

    result = run("jsonl", jsonl(row))

    topic = only(Topic)
    assert len(topic.body) <= 50_000
    assert topic.body.endswith("word\n\n[…]")
    assert counts()["tags"] == 5
    assert "Texts that were too long, cut and marked […]: 1." in result.output
    assert "Tags left out, beyond 5 on one topic: 3." in result.output


def test_signs_that_no_database_takes_are_taken_out(run: Run, jsonl: Write) -> None:
    raw = json.dumps(a_row()).replace("It hums", r"It\u0000 hums\ud800").encode()

    result = run("jsonl", jsonl(raw))

    assert result.exit_code == 0, result.output
    assert only(Topic).body == "It hums **all** the time."


def test_the_company_is_one_that_is_there_or_the_one_that_is_given(run: Run, jsonl: Write) -> None:
    known = make_company("BrewHouse")

    run("jsonl", jsonl(a_row(product="Kettle One")))
    run("jsonl", jsonl(a_row(2)), "--company", "Teatime", "--product", "Pot", "--product", "Lid")

    topics = {topic.source_key: topic for topic in db.session.scalars(select(Topic))}
    assert topics["brewhouse:kettle-1"].company_id == known.id
    other = db.session.scalars(select(Company).where(Company.name == "Teatime")).one()
    assert topics["teatime:kettle-2"].company_id == other.id
    products = db.session.scalars(select(Product.name).where(Product.company_id == other.id))
    assert set(products) == {"Pot", "Lid"}


@pytest.mark.parametrize("name", ["threads.jsonl", "threads.jsonl.gz", "no-ending"])
def test_a_file_may_be_gzipped_and_have_any_name(run: Run, jsonl: Write, name: str) -> None:
    assert "Imported 1 topic," in run("jsonl", jsonl(a_row(), name=name)).output


def test_standard_input_is_read(run: Run) -> None:
    plain = json.dumps(a_row()).encode()

    assert "Imported 1 topic," in run("jsonl", "-", typed=b"\xef\xbb\xbf" + plain).output
    assert "There already: 1 topic," in run("jsonl", "-", typed=gzip.compress(plain)).output


def test_a_file_that_breaks_off_loses_only_what_is_missing(
    run: Run, jsonl: Write, tmp_path: Path
) -> None:
    rows = [a_row(n, body=f"{n * 7919} " * 200) for n in range(200)]
    whole = jsonl(*rows, name="threads.gz").read_bytes()
    (tmp_path / "broken.gz").write_bytes(whole[: len(whole) // 2])

    result = run("jsonl", tmp_path / "broken.gz")

    assert result.exit_code == 1
    assert 1 <= counts()["topics"] < 200
    assert "damaged or ends early, after line" in result.output
    assert search.index().count() == counts()["topics"]


def test_a_file_of_something_else_is_given_up(run: Run, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\n" * 1_000)

    result = run("jsonl", tmp_path / "picture.png")

    assert result.exit_code == 1
    assert f"The first {report.HOPELESS} rows of picture.png cannot be used" in result.output


def test_a_line_without_end_is_rejected_and_not_kept_in_memory(
    run: Run, jsonl: Write, rejected: Rejected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LINE_MAX", 2_000)

    run("jsonl", jsonl(a_row(1), a_row(2, body="x" * 9_000), a_row(3)))

    assert counts()["topics"] == 2
    assert rejected()[0]["line"] == 2
    assert "bytes" in rejected()[0]["reason"]


def test_an_empty_file_is_nothing_to_do(run: Run, jsonl: Write) -> None:
    assert run("jsonl", jsonl(b"", b"  ")).exit_code == 0
    assert counts()["topics"] == 0


def test_a_database_that_stays_busy_ends_the_import_with_a_sentence(
    run: Run, jsonl: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = OperationalError("INSERT", {}, Exception("database is locked"))
    monkeypatch.setattr(writing, "write", Mock(side_effect=locked))

    result = run("jsonl", jsonl(a_row()))

    assert result.exit_code == 1
    assert "run this again later: database is locked." in result.output


def test_ctrl_c_is_answered_with_what_to_do_next(
    run: Run, jsonl: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "write", Mock(side_effect=KeyboardInterrupt))

    result = run("jsonl", jsonl(a_row()))

    assert result.exit_code == 130
    assert "the same command goes on" in result.output


def test_the_source_is_a_plain_word(run: Run, jsonl: Write) -> None:
    result = run("jsonl", jsonl(a_row()), "--source", "Old Forum?")

    assert result.exit_code == 2
    assert "small letters, digits and dashes" in result.output


def test_votes_cast_here_are_counted_on_top(run: Run, jsonl: Write) -> None:
    run("jsonl", jsonl(a_row(answers=[an_answer(helpful=3)])))
    reply = only(Reply)

    services.vote(make_user(), reply, 1)

    assert only(Reply).helpful_count == 4
    assert "agrees" in CliRunner().invoke(topics_commands.recount).output


def test_an_address_is_kept_as_a_digest_alone(run: Run, jsonl: Write) -> None:
    row = a_row(author="tilda")
    run("jsonl", jsonl(row))
    tilda = select(User).where(User.source_key == "brewhouse:tilda")
    assert db.session.scalars(tilda).one().source_email_digest is None

    run("jsonl", jsonl(a_row(id="k-18", author="tilda", author_email="Tilda@Mail.example")))
    run("jsonl", jsonl(a_row(id="k-19", author="odd", author_email="no address")))

    db.session.expire_all()
    person = db.session.scalars(tilda).one()
    assert person.source_email_digest == digests.of_source_email("tilda@mail.example")
    assert (person.email, person.is_placeholder) == (None, True)
    odd = select(User.source_email_digest).where(User.source_key == "brewhouse:odd")
    assert db.session.scalar(odd) is None
