"""A data dump becomes topics, replies and comments, though it is spread over four files."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from community.accounts.models import User
from community.core.db import db
from community.topics import commands as topics_commands
from community.topics.models import AcceptedAnswer, Reply, Tag, Topic, TopicStatus
from tests.topics.importing.conftest import Row, Run

Rejected = Callable[[], list[Row]]
Write = Callable[..., Path]

USERS = [
    {"Id": -1, "DisplayName": "Community", "CreationDate": "2019-01-01T00:00:00.000"},
    {"Id": 5, "DisplayName": "Ottoline", "CreationDate": "2019-03-01T08:00:00.000"},
    {"Id": 6, "DisplayName": "Jürgen K.", "CreationDate": "2019-04-01T08:00:00.000"},
    {"Id": 7, "DisplayName": "Reads only", "CreationDate": "2019-04-02T08:00:00.000"},
]
POSTS = [
    {
        "Id": 1,
        "PostTypeId": 1,
        "AcceptedAnswerId": 3,
        "CreationDate": "2020-01-01T10:00:00.123",
        "OwnerUserId": 5,
        "Title": "How do I prove dough in a cold kitchen?",
        "Body": "<p>It will not <em>rise</em>.</p>\n<pre><code>18 °C\n</code></pre>",
        "Tags": "<sour-dough><q#>",
    },
    {
        "Id": 2,
        "PostTypeId": 2,
        "ParentId": 1,
        "CreationDate": "2020-01-01T11:00:00.000",
        "OwnerDisplayName": "user99",
        "Body": "<p>Wait longer.</p>",
    },
    {
        "Id": 3,
        "PostTypeId": 2,
        "ParentId": 1,
        "CreationDate": "2020-01-02T09:00:00.000",
        "OwnerUserId": 6,
        "Body": "<p>Put it in the <a href='/q/9'>oven</a> with the light on.</p>",
    },
    {"Id": 4, "PostTypeId": 5, "CreationDate": "2020-01-02T09:00:00.000", "Body": "About a tag"},
]
COMMENTS = [
    {"Id": 8, "PostId": 1, "Text": "Which flour?", "CreationDate": "2020-01-01T10:05:00", "UserId": 6},
    {"Id": 9, "PostId": 3, "Text": "It **worked**.", "CreationDate": "2020-01-03T10:05:00", "UserId": 5},
    {"Id": 10, "PostId": 77, "Text": "Gone.", "CreationDate": "2020-01-03T10:05:00", "UserId": 5},
]  # fmt: skip
VOTES = [
    {"Id": 1, "PostId": 3, "VoteTypeId": 2, "CreationDate": "2020-01-02T00:00:00.000"},
    {"Id": 2, "PostId": 3, "VoteTypeId": 2, "CreationDate": "2020-01-03T00:00:00.000"},
    {"Id": 3, "PostId": 3, "VoteTypeId": 3, "CreationDate": "2020-01-03T00:00:00.000"},
    {"Id": 4, "PostId": 3, "VoteTypeId": 1, "CreationDate": "2020-01-02T00:00:00.000"},
    {"Id": 5, "PostId": 1, "VoteTypeId": 2, "CreationDate": "2020-01-02T00:00:00.000"},
    {"Id": 6, "PostId": 1, "VoteTypeId": 5, "CreationDate": "2020-01-02T00:00:00.000", "UserId": 6},
]


def xml(table: str, rows: list[Row]) -> str:
    """Return a file of a dump as they come, byte order mark and all."""
    lines = [
        "  <row "
        + " ".join(f"{name}={quoteattr(str(value))}" for name, value in row.items())
        + " />"
        for row in rows
    ]
    tag = table.lower()
    head = '\ufeff<?xml version="1.0" encoding="utf-8"?>'
    return "\n".join([head, f"<{tag}>", *lines, f"</{tag}>"])


@pytest.fixture
def dump(tmp_path: Path) -> Write:
    """Write a dump; files can be replaced by their text, or left out with None."""

    def write(**files: str | None) -> Path:
        folder = tmp_path / "dump"
        folder.mkdir(exist_ok=True)
        tables = {"Users": USERS, "Posts": POSTS, "Comments": COMMENTS, "Votes": VOTES}
        for table, rows in tables.items():
            text = files.get(table, xml(table, rows))
            if text is not None:
                (folder / f"{table}.xml").write_text(text, encoding="utf-8")
        return folder

    return write


def replies() -> dict[str, Reply]:
    db.session.expire_all()
    return {reply.source_key or "": reply for reply in db.session.scalars(select(Reply))}


def test_a_dump_becomes_topics_replies_and_comments(run: Run, dump: Write) -> None:
    result = run("stackexchange", dump(), "--company", "Loaf & Co")

    assert result.exit_code == 0, result.output
    topic = db.session.scalars(select(Topic)).one()
    found = replies()
    assert topic.title == "How do I prove dough in a cold kitchen?"
    assert topic.body == "It will not *rise*.\n\n```\n18 °C\n```"
    assert "<pre><code>18 °C" in topic.body_html
    assert topic.created_at == datetime(2020, 1, 1, 10, 0, 0, 123_000, tzinfo=UTC)
    assert set(found) == {"loaf-co:a2", "loaf-co:a3", "loaf-co:c9"}
    answer = found["loaf-co:a3"]
    assert answer.body == "Put it in the oven with the light on."
    assert (answer.helpful_count, answer.unhelpful_count) == (2, 1)
    assert found["loaf-co:c9"].parent_id == answer.id
    assert "<strong>worked</strong>" in found["loaf-co:c9"].body_html
    assert topic.reply_count == 2
    assert set(db.session.scalars(select(Tag.slug))) == {"sour-dough", "q"}
    assert "agrees" in CliRunner().invoke(topics_commands.recount).output


def test_the_accepted_answer_solves_not_before_it_was_written(run: Run, dump: Write) -> None:
    run("stackexchange", dump(), "--company", "Loaf & Co")

    topic = db.session.scalars(select(Topic)).one()
    accepted = db.session.scalars(select(AcceptedAnswer)).one()
    assert topic.status is TopicStatus.SOLVED
    assert accepted.reply_id == replies()["loaf-co:a3"].id
    assert accepted.accepted_by_id == topic.author_id
    # The dump gives the day alone, which began before the answer was there.
    assert accepted.accepted_at == datetime(2020, 1, 2, 9, tzinfo=UTC)


def test_only_people_who_wrote_something_come_along(run: Run, dump: Write) -> None:
    run("stackexchange", dump(), "--company", "Loaf & Co")

    people = {user.source_key: user for user in db.session.scalars(select(User))}
    assert set(people) == {"loaf-co:5", "loaf-co:6", "loaf-co:name user99"}
    assert people["loaf-co:6"].display_name == "Jürgen K."
    assert people["loaf-co:6"].created_at == datetime(2019, 4, 1, 8, tzinfo=UTC)
    assert people["loaf-co:name user99"].display_name == "user99"


def test_what_is_left_out_is_said_with_its_number(run: Run, dump: Write) -> None:
    result = run("stackexchange", dump(), "--company", "Loaf & Co")

    assert "Comments on questions left out: comments hang below replies here: 1." in result.output
    assert "Comments left out, on posts that are not in the dump: 1." in result.output
    assert "Votes on questions left out: topics are not voted on here: 1." in result.output
    assert "Bookmarks, bounties, flags and other marks left out: 1." in result.output
    assert "Posts left out that are no question and no answer: 1." in result.output


def test_comments_on_questions_can_become_replies(run: Run, dump: Write) -> None:
    run(
        "stackexchange",
        dump(),
        *("--company", "Loaf & Co", "--question-comments", "as-replies"),
    )

    found = replies()
    assert found["loaf-co:c8"].parent_id is None
    assert db.session.scalars(select(Topic.reply_count)).one() == 3


def test_a_second_run_adds_nothing(run: Run, dump: Write) -> None:
    folder = dump()
    run("stackexchange", folder, "--company", "Loaf & Co")

    result = run("stackexchange", folder, "--company", "Loaf & Co")

    assert "Imported 0 topics, 0 replies, 0 comments by 0 people." in result.output
    assert "There already: 1 topic, 2 replies, 1 comment." in result.output


def test_bad_rows_are_rejected_and_the_rest_goes_on(
    run: Run, dump: Write, rejected: Rejected
) -> None:
    posts = xml("Posts", POSTS).replace("</posts>", "")
    bad = [
        '<row Id="20" PostTypeId="1" CreationDate="2020-01-01T00:00:00" Title="" Body="" />',
        '<row Id="21" PostTypeId="2" ParentId="999" CreationDate="2020-01-01T00:00:00" Body="x" />',
        '<row Id="22" PostTypeId="2" ParentId="1" Body="no date" />',
        '<row Id="x" PostTypeId="1" />',
        '<row Id="1" PostTypeId="1" Title="An Id that was there" />',
        '<row Id="23" PostTypeId="1" Title="never closed',
        '<row Id="24" PostTypeId="1" Title="a sign that XML forbids: &#x1;" />',
        '<row Id="25" PostTypeId="1" CreationDate="2020-05-05T00:00:00" Title="Two lines"',
        '  Body="good" />',
        "</posts>",
    ]

    result = run("stackexchange", dump(Posts="\n".join([posts, *bad])), "--company", "Loaf & Co")

    assert result.exit_code == 0, result.output
    assert set(db.session.scalars(select(Topic.title))) == {
        "How do I prove dough in a cold kitchen?",
        "Two lines",
    }
    first = posts.count("\n") + 2
    reasons = {row["line"] - first: row["reason"] for row in rejected()}
    assert reasons == {
        0: "the question has no title",
        1: "the answer is to a question that is not in the dump",
        2: "the answer has no CreationDate",
        3: "the row has 'x' in Id, which is no number",
        4: "the row has the Id of an earlier one: 1",
        5: "not XML: not well-formed (invalid token)",
        6: "not XML: reference to invalid character number",
    }


def test_no_entity_is_expanded(run: Run, dump: Write, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush")
    bomb = (
        '<?xml version="1.0"?>\n'
        f'<!DOCTYPE posts [<!ENTITY hush SYSTEM "file://{tmp_path}/secret">\n'
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
        '<posts>\n<row Id="1" PostTypeId="1" CreationDate="2020-01-01" Title="&b;" />\n</posts>'
    )

    result = run("stackexchange", dump(Posts=bomb), "--company", "Loaf & Co")

    assert result.exit_code == 1
    assert "declares a document type" in result.output
    assert db.session.scalar(select(func.count()).select_from(Topic)) == 0


def test_a_file_may_be_one_line_or_end_early(run: Run, dump: Write) -> None:
    one_line = xml("Posts", POSTS).replace("\n", "")
    cut_off = xml("Comments", COMMENTS)[:-60]

    run("stackexchange", dump(Posts=one_line, Comments=cut_off), "--company", "Loaf & Co")

    assert set(replies()) == {"loaf-co:a2", "loaf-co:a3", "loaf-co:c9"}


def test_files_may_be_gzipped_or_missing_but_for_the_posts(run: Run, dump: Write) -> None:
    folder = dump(Users=None, Comments=None, Votes=None)
    posts = folder / "Posts.xml"
    (folder / "Posts.xml.gz").write_bytes(gzip.compress(posts.read_bytes()))
    posts.unlink()

    result = run("stackexchange", folder, "--company", "Loaf & Co")

    assert "The dump has no Users.xml" in result.output
    assert len(replies()) == 2
    topic = db.session.scalars(select(Topic)).one()
    assert topic.status is TopicStatus.SOLVED  # the question itself names its accepted answer
    (folder / "Posts.xml.gz").unlink()
    assert run("stackexchange", folder, "--company", "Loaf & Co").exit_code == 2
