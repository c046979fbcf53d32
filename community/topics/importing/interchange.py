"""The interchange format: one thread a row, checked (docs/import-format.md describes it)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from community.core import clock, text
from community.core.names import slug
from community.topics.importing.texts import Text
from community.topics.models import (
    BODY_MAX,
    COMMENT_MAX,
    LANGUAGE_MAX,
    TAG_MAX,
    TAGS_MAX,
    TITLE_MAX,
    TopicKind,
)

KEY_MAX = 120  # characters of an id or an author
VOTES_MAX = 1_000_000
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # how far a clock elsewhere may be before ours
UNKNOWN_AUTHORS = frozenset({"", "u_unknown"})
_ZONE = re.compile(r"\s+(?:(?:UTC|GMT|Z)|([+-]\d\d:?\d\d))$")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")


class BadRow(Exception):
    """A row cannot be taken; says why, as the end of a sentence that begins with the row."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in what is imported, to find it again when it is rejected."""

    file: str
    line: int
    row: object  # as it was read: a text, or what it was parsed to


@dataclass(frozen=True, slots=True)
class Person:
    """An author, as far as the source knows. ``key`` is what they are found by again."""

    key: str
    name: str
    joined_at: datetime | None = None
    is_known: bool = True
    email: str = ""  # as the source has it


@dataclass(frozen=True, slots=True)
class Source:
    """Where content is from. Its name goes before each key, so that two may use the same."""

    name: str

    def key(self, within: str) -> str:
        """Return the key that something is found by again."""
        return f"{self.name}:{within}"

    def person(self, key: str, name: str = "", *, email: str = "", asks: bool = False) -> Person:
        """Return an author by what the source calls them; a stranger if it does not.

        Raises:
            BadRow: the name is too long.
        """
        key = text.one_line(key)
        if key in UNKNOWN_AUTHORS:
            # No source has a question mark in its name, so nobody can be named like a stranger.
            # There are two, so that a stranger's answer is not taken for the asker's own.
            return Person(f"{self.name}?{'asker' if asks else 'author'}", "", is_known=False)
        if len(key) > KEY_MAX:
            raise BadRow(f"has an author of more than {KEY_MAX} characters")
        return Person(self.key(key), text.one_line(name) or key, email=email)


def source_of(company: str) -> Source:
    """Return the source that is assumed for what is about a company."""
    return Source(slug(company, default="company"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Post:
    """What threads, answers and comments have in common. ``key`` is what it is found by again."""

    key: str
    author: Person
    text: Text
    created_at: datetime
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comment(Post):
    """A remark on an answer."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer(Post):
    """A reply, the sums of its votes, and whether the asker accepted it."""

    helpful: int = 0
    unhelpful: int = 0
    accepted_at: datetime | None = None
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Thread(Post):
    """A topic and everything below it."""

    title: str
    kind: TopicKind
    company: str
    products: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    tags_left_out: int = 0
    language: str | None = None
    answers: tuple[Answer, ...] = ()

    def comments(self) -> Iterator[Comment]:
        """Yield the comments on every answer."""
        for answer in self.answers:
            yield from answer.comments

    def below(self) -> Iterator[Answer | Comment]:
        """Yield each answer and its comments."""
        for answer in self.answers:
            yield answer
            yield from answer.comments

    def posts(self) -> Iterator[Post]:
        """Yield the thread itself, and everything below it."""
        yield self
        yield from self.below()

    def size(self) -> int:
        """Return how many posts it has."""
        return 1 + len(self.answers) + sum(len(answer.comments) for answer in self.answers)


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes threads of rows.

    ``source``, ``company`` and ``products`` take the place of what the rows say, where they
    are not empty. ``reject`` is told of bad answers and comments; the rest of their thread is
    good all the same.
    """

    reject: Callable[[Place, str], None]
    source: str = ""
    company: str = ""
    products: tuple[str, ...] = ()

    def thread(self, row: object, place: Place) -> Thread:
        """Return the thread in a row of parsed JSON.

        Raises:
            BadRow: nothing of the row can be used.
        """
        fields = _Fields(row)
        company = self.company or fields.text("company")
        if not company:
            raise BadRow("names no company")
        source = Source(self.source) if self.source else source_of(company)
        author = _author(fields, source, asks=True)
        full, title = titles(fields.text("title"))
        tags = normal_tags(fields.texts("tags"))
        return Thread(
            key=source.key(fields.key("id")),
            author=author,
            text=Text(fields.text("body"), BODY_MAX, lead=full if full != title else ""),
            created_at=fields.moment("created"),
            place=place,
            title=title,
            kind=_kind(fields.text("kind")),
            company=company,
            products=self.products or tuple(fields.text_or_texts("product")),
            tags=tags[:TAGS_MAX],
            tags_left_out=len(tags[TAGS_MAX:]),
            language=language(fields.text("locale")),
            answers=tuple(self._answers(fields.rows("answers"), source, author, place)),
        )

    def _answers(
        self, rows: list[object], source: Source, asker: Person, place: Place
    ) -> Iterator[Answer]:
        for row in rows:
            here = Place(place.file, place.line, row)
            try:
                yield self._answer(row, source, asker, here)
            except BadRow as error:
                self.reject(here, f"the answer {error}")

    def _answer(self, row: object, source: Source, asker: Person, place: Place) -> Answer:
        fields = _Fields(row)
        author = _author(fields, source)
        if fields.flag("by_asker") and not author.is_known:
            author = asker
        created_at = fields.moment("created")
        accepted_at = None
        if fields.flag("accepted"):
            accepted_at = fields.moment("accepted_at") if fields.text("accepted_at") else created_at
        return Answer(
            key=source.key(fields.key("id")),
            author=author,
            text=Text(fields.text("body"), BODY_MAX),
            created_at=created_at,
            place=place,
            helpful=fields.count("helpful"),
            unhelpful=fields.count("unhelpful"),
            accepted_at=accepted_at,
            comments=tuple(self._comments(fields.rows("comments"), source, place)),
        )

    def _comments(self, rows: list[object], source: Source, place: Place) -> Iterator[Comment]:
        for row in rows:
            here = Place(place.file, place.line, row)
            try:
                fields = _Fields(row)
                yield Comment(
                    key=source.key(fields.key("id")),
                    author=_author(fields, source),
                    text=Text(fields.text("body"), COMMENT_MAX),
                    created_at=fields.moment("created"),
                    place=here,
                )
            except BadRow as error:
                self.reject(here, f"the comment {error}")


def titles(typed: str) -> tuple[str, str]:
    """Return a title whole, and cut at a word so that it fits.

    Raises:
        BadRow: there is nothing to read in it.
    """
    full = text.one_line(typed)
    if not text.is_readable(full):
        raise BadRow("has no title")
    if len(full) <= TITLE_MAX:
        return full, full
    cut = full[: TITLE_MAX - 1]
    if " " in cut[TITLE_MAX // 2 :]:
        cut = cut.rsplit(" ", 1)[0]
    return full, f"{cut}…"


def normal_tags(typed: list[str]) -> tuple[str, ...]:
    """Return tags as slugs, each once, without those that are too long."""
    slugs = (slug(text.one_line(tag), default="") for tag in typed)
    return tuple(dict.fromkeys(tag for tag in slugs if 1 <= len(tag) <= TAG_MAX))


def language(typed: str) -> str | None:
    """Return a language tag (BCP 47); none if it is none."""
    fits = len(typed) <= LANGUAGE_MAX and _LANGUAGE.fullmatch(typed)
    return typed.replace("_", "-") if fits else None


def moment(typed: str, *, name: str) -> datetime:
    """Return a date and time in ISO 8601, with or without a space before the zone.

    Without a zone it is UTC.

    Raises:
        BadRow: it is none, or lies before 1970 or in the future.
    """
    try:
        found = datetime.fromisoformat(_ZONE.sub(r"\1", typed.strip()))
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadRow(
            f"has {typed[:40]!r} in “{name}”; write it like 2019-07-31T23:41:06Z"
        ) from error
    if not EARLIEST <= found <= clock.now() + AHEAD:
        raise BadRow(f"has {typed[:40]!r} in “{name}”, which is before 1970 or in the future")
    return found


def _kind(typed: str) -> TopicKind:
    try:
        return TopicKind(typed or TopicKind.QUESTION)
    except ValueError as error:
        raise BadRow(f"has the kind {typed[:40]!r}; there are {', '.join(TopicKind)}") from error


class _Fields:
    """The fields of a row. A field that is missing or null has its default."""

    def __init__(self, row: object) -> None:
        if not isinstance(row, dict):
            raise BadRow("is not an object in braces")
        self._row: dict[str, Any] = row

    def text(self, name: str) -> str:
        return str(self._of(name, str, "", "a text"))

    def key(self, name: str) -> str:
        key = text.one_line(str(self._of(name, (str, int), "", "a text or a number")))
        if not 1 <= len(key) <= KEY_MAX:
            raise BadRow(f"needs “{name}”, of at most {KEY_MAX} characters")
        return key

    def moment(self, name: str) -> datetime:
        if not self.text(name):
            raise BadRow(f"has no “{name}”, the date and time when it was written")
        return moment(self.text(name), name=name)

    def count(self, name: str) -> int:
        value = int(self._of(name, int, 0, "a whole number"))
        if not 0 <= value <= VOTES_MAX:
            raise BadRow(f"has {value} in “{name}”; it can be 0 to {VOTES_MAX:,}")
        return value

    def flag(self, name: str) -> bool:
        value = self._row.get(name)
        if value is not None and not isinstance(value, bool):
            raise BadRow(f"has something in “{name}” that is neither true nor false")
        return bool(value)

    def rows(self, name: str) -> list[object]:
        return list(self._of(name, list, [], "a list"))

    def texts(self, name: str) -> list[str]:
        found = self.rows(name)
        if not all(isinstance(each, str) for each in found):
            raise BadRow(f"has something in “{name}” that is no text")
        return [str(each) for each in found]

    def text_or_texts(self, name: str) -> list[str]:
        if isinstance(self._row.get(name), list):
            return [each for each in self.texts(name) if each]
        return [each for each in [self.text(name)] if each]

    def _of(self, name: str, kind: Any, default: Any, meant: str) -> Any:
        value = self._row.get(name)
        if value is None:
            return default
        if not isinstance(value, kind) or isinstance(value, bool):
            raise BadRow(f"has something in “{name}” that is not {meant}")
        return value


def _author(fields: _Fields, source: Source, *, asks: bool = False) -> Person:
    return source.person(
        fields.text("author"),
        fields.text("author_name"),
        email=fields.text("author_email"),
        asks=asks,
    )
