"""Threads from a Stack Exchange data dump.

A dump has a file a table, and a thread is spread over four of them. So they are first
gathered in a private SQLite database on disk, which goes with the process, and each
thread is put together from there; memory stays the same however large the dump.
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from community.topics.importing import dump_xml, interchange
from community.topics.importing.interchange import (
    Answer,
    BadRow,
    Comment,
    Person,
    Place,
    Source,
    Thread,
)
from community.topics.importing.lines import Lines
from community.topics.importing.report import Note, Report
from community.topics.importing.texts import Text
from community.topics.models import BODY_MAX, COMMENT_MAX, TAGS_MAX, TopicKind

FILES = ("Users", "Posts", "Comments", "Votes")
TELL_EVERY = 1_000  # rows
QUESTION, ANSWER = "1", "2"
ACCEPTED, UP, DOWN = "1", "2", "3"
_TAG = re.compile(r"[^<>|]+")
_TABLES = """
CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, joined TEXT) WITHOUT ROWID;
CREATE TABLE posts (id INTEGER PRIMARY KEY, type TEXT, parent INTEGER, line INTEGER, row TEXT);
CREATE TABLE comments (id INTEGER PRIMARY KEY, post INTEGER, line INTEGER, row TEXT);
CREATE TABLE votes (post INTEGER PRIMARY KEY, up INTEGER, down INTEGER, accepted TEXT);
"""
_INDEXES = """
CREATE INDEX posts_parent ON posts (parent, id);
CREATE INDEX comments_post ON comments (post, id);
"""
_VOTE = """
INSERT INTO votes VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    up = up + excluded.up, down = down + excluded.down,
    accepted = coalesce(excluded.accepted, accepted)
"""
_VOTES_BY_TYPE = """
SELECT type, sum(up + down) FROM votes LEFT JOIN posts ON posts.id = votes.post GROUP BY type
"""
_COMMENTS_BY_TYPE = """
SELECT type, count(*) FROM comments LEFT JOIN posts ON posts.id = comments.post GROUP BY type
"""

Kind = TypeVar("Kind", Answer, Comment)
Row = Mapping[str, str]


def files_of(folder: Path) -> dict[str, Path]:
    """Return the files that are read, plain or gzipped, by table; `Posts` may be missing, too."""
    found = {}
    for table in FILES:
        for name in (f"{table}.xml", f"{table}.xml.gz"):
            if (folder / name).is_file():
                found[table] = folder / name
                break
    return found


@dataclass(frozen=True, slots=True)
class About:
    """What a dump does not say itself.

    ``question_comments`` makes replies of the comments on questions, which are left out
    otherwise: comments hang below replies here.
    """

    source: Source
    company: str
    products: tuple[str, ...] = ()
    question_comments: bool = False


class Dump:
    """A dump: `gather` its files first, then ask for its `threads`."""

    def __init__(self, about: About, report: Report) -> None:
        self._about = about
        self._report = report
        self._db = sqlite3.connect("")  # a file without a name: gone when the process is
        self._db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._db.close()

    def gather(self, table: str, lines: Lines) -> Iterator[int]:
        """Read a file of the dump; yield how many rows were read, now and then.

        Raises:
            BrokenFile: it cannot be read to its end.
            Hopeless: nothing in it can be used.
        """
        keep = {
            "Users": self._keep_user,
            "Posts": self._keep_post,
            "Comments": self._keep_comment,
            "Votes": self._keep_vote,
        }[table]
        for number, (place, row) in enumerate(dump_xml.rows(lines, self._report), 1):
            if number % TELL_EVERY == 0:
                yield number
            try:
                keep(place, row)
            except BadRow as error:
                self._report.reject(place, f"the row {error}")
            except sqlite3.IntegrityError:
                self._report.reject(place, f"the row has the Id of an earlier one: {row['Id']}")
            else:
                self._report.good()
        self._db.commit()

    def count(self) -> int:
        """Return how many questions there are."""
        statement = "SELECT count(*) FROM posts WHERE type = ?"
        return int(self._db.execute(statement, (QUESTION,)).fetchone()[0])

    def threads(self) -> Iterator[Thread]:
        """Yield the thread of each question, and reject what belongs to none."""
        self._db.executescript(_INDEXES)
        self._note_what_is_left_out()
        questions = self._db.execute(
            "SELECT id, line, row FROM posts WHERE type = ? ORDER BY id", (QUESTION,)
        )
        with closing(questions):
            for post_id, line, text in questions:
                place = Place("Posts.xml", line, json.loads(text))
                try:
                    yield self._thread(post_id, place)
                except BadRow as error:
                    self._report.reject(place, f"the question {error}")
        self._reject_orphans()

    def _keep_user(self, _place: Place, row: Row) -> None:
        self._db.execute(
            "INSERT INTO users VALUES (?, ?, ?)",
            (_need(row, "Id"), row.get("DisplayName", ""), row.get("CreationDate", "")),
        )

    def _keep_post(self, place: Place, row: Row) -> None:
        kind = _need(row, "PostTypeId")
        if kind not in {QUESTION, ANSWER}:
            self._report.notes[Note.OTHER_POSTS] += 1
            return
        parent = _number(row, "ParentId") if kind == ANSWER else None
        kept = (_number(row, "Id"), kind, parent, place.line, json.dumps(row))
        self._db.execute("INSERT INTO posts VALUES (?, ?, ?, ?, ?)", kept)

    def _keep_comment(self, place: Place, row: Row) -> None:
        kept = (_number(row, "Id"), _number(row, "PostId"), place.line, json.dumps(row))
        self._db.execute("INSERT INTO comments VALUES (?, ?, ?, ?)", kept)

    def _keep_vote(self, _place: Place, row: Row) -> None:
        kind, post = _need(row, "VoteTypeId"), _number(row, "PostId")
        if kind not in {ACCEPTED, UP, DOWN}:
            self._report.notes[Note.OTHER_VOTES] += 1
            return
        accepted = row.get("CreationDate") if kind == ACCEPTED else None
        self._db.execute(_VOTE, (post, kind == UP, kind == DOWN, accepted))

    def _thread(self, post_id: int, place: Place) -> Thread:
        row: Row = place.row  # type: ignore[assignment] # what `threads` has put there
        full, title = interchange.titles(row.get("Title", ""))
        tags = interchange.normal_tags(_TAG.findall(row.get("Tags", "")))
        answers = self._answers(post_id, row.get("AcceptedAnswerId"))
        if self._about.question_comments:
            answers += self._comments(post_id, Answer)
        return Thread(
            key=self._about.source.key(f"q{post_id}"),
            author=self._author(row, asks=True),
            text=Text(
                row.get("Body", ""), BODY_MAX, is_html=True, lead=full if full != title else ""
            ),
            created_at=_moment(row),
            place=place,
            title=title,
            kind=TopicKind.QUESTION,
            company=self._about.company,
            products=self._about.products,
            tags=tags[:TAGS_MAX],
            tags_left_out=len(tags[TAGS_MAX:]),
            answers=tuple(answers),
        )

    def _answers(self, question: int, accepted: str | None) -> list[Answer]:
        found = []
        rows = self._db.execute(
            "SELECT posts.id, line, row, up, down, accepted FROM posts"
            " LEFT JOIN votes ON votes.post = posts.id WHERE parent = ? ORDER BY posts.id",
            (question,),
        )
        for post_id, line, text, up, down, accepted_on in rows.fetchall():
            row: Row = json.loads(text)
            place = Place("Posts.xml", line, row)
            try:
                created_at = _moment(row)
                found.append(
                    Answer(
                        key=self._about.source.key(f"a{post_id}"),
                        author=self._author(row),
                        text=Text(row.get("Body", ""), BODY_MAX, is_html=True),
                        created_at=created_at,
                        place=place,
                        helpful=up or 0,
                        unhelpful=down or 0,
                        accepted_at=_accepted_at(accepted_on, created_at)
                        if str(post_id) == accepted
                        else None,
                        comments=tuple(self._comments(post_id, Comment)),
                    )
                )
            except BadRow as error:
                self._report.reject(place, f"the answer {error}")
        return found

    def _comments(self, post: int, kind: type[Kind]) -> list[Kind]:
        found = []
        rows = self._db.execute(
            "SELECT id, line, row FROM comments WHERE post = ? ORDER BY id", (post,)
        )
        for comment_id, line, text in rows.fetchall():
            row: Row = json.loads(text)
            place = Place("Comments.xml", line, row)
            try:
                found.append(
                    kind(
                        key=self._about.source.key(f"c{comment_id}"),
                        author=self._author(row),
                        # Comments are in Markdown already.
                        text=Text(row.get("Text", ""), COMMENT_MAX),
                        created_at=_moment(row),
                        place=place,
                    )
                )
            except BadRow as error:
                self._report.reject(place, f"the comment {error}")
        return found

    def _author(self, row: Row, *, asks: bool = False) -> Person:
        """Return who wrote a post or a comment; of a deleted account a name is left at most."""
        source = self._about.source
        key = row.get("OwnerUserId") or row.get("UserId") or ""
        found = self._db.execute("SELECT name, joined FROM users WHERE id = ?", (key,)).fetchone()
        if found is not None:
            return replace(source.person(key, found[0]), joined_at=_joined_at(found[1]))
        name = row.get("OwnerDisplayName") or row.get("UserDisplayName") or ""
        return source.person(f"name {name}" if name else key, name, asks=asks)

    def _note_what_is_left_out(self) -> None:
        """Count what hangs on questions, and on posts that are not there (their type is NULL)."""
        notes = self._report.notes
        votes = dict(self._db.execute(_VOTES_BY_TYPE).fetchall())
        notes[Note.QUESTION_VOTES] += votes.get(QUESTION, 0)
        notes[Note.LOST_VOTES] += votes.get(None, 0)
        comments = dict(self._db.execute(_COMMENTS_BY_TYPE).fetchall())
        if not self._about.question_comments:
            notes[Note.QUESTION_COMMENTS] += comments.get(QUESTION, 0)
        notes[Note.LOST_COMMENTS] += comments.get(None, 0)

    def _reject_orphans(self) -> None:
        orphans = self._db.execute(
            "SELECT line, row FROM posts WHERE type = ? AND parent NOT IN"
            " (SELECT id FROM posts WHERE type = ?) ORDER BY id",
            (ANSWER, QUESTION),
        )
        for line, text in orphans:
            place = Place("Posts.xml", line, json.loads(text))
            self._report.reject(place, "the answer is to a question that is not in the dump")


def _need(row: Row, name: str) -> str:
    if not row.get(name):
        raise BadRow(f"has no {name}")
    return row[name]


def _number(row: Row, name: str) -> int:
    value = _need(row, name)
    if not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise BadRow(f"has {value[:40]!r} in {name}, which is no number")
    return int(value)


def _moment(row: Row) -> datetime:
    return interchange.moment(_need(row, "CreationDate"), name="CreationDate")


def _joined_at(typed: str) -> datetime | None:
    try:
        return interchange.moment(typed, name="CreationDate")
    except BadRow:
        return None  # of a date that nobody sees, the row need not fail


def _accepted_at(typed: str | None, created_at: datetime) -> datetime:
    """Return when an answer was accepted: dumps give the day alone, so not before the answer."""
    try:
        return max(interchange.moment(typed or "", name="CreationDate"), created_at)
    except BadRow:
        return created_at
