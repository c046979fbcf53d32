"""What somebody has done, told from the rows before and after.

Whose rows they are decides what a change of them means: one's own vote is a verdict, somebody
else's vote that is gone is a verdict overruled. Every table is told of here, and a test holds that
list against the schema, so nothing can be changed that the proof does not look at.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from community.core.db import Base
from community.topics.models import DeflectionStep

Key = tuple[Any, ...]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """Every row of every table."""

    held: Mapping[str, Sequence[Any]]  # by table: what the database says, to be compared only
    read: Mapping[str, Mapping[Key, Row]]  # by table and primary key

    def __getitem__(self, table: str) -> Mapping[Key, Row]:
        return self.read[table]

    def differ_from(self, others: "Rows") -> set[str]:
        """Return the tables that hold something else than those of ``others``."""
        return {name for name in TABLES if self.read[name] != others.read[name]}


class Effect(enum.StrEnum):
    """What a request or a call did to what others read, said and keep."""

    # Things of one's own.
    OWN = "own"  # account, drafts, follows, searches: nobody else sees them change
    SPEAKS = "speaks"  # a post of one's own, or a change of its words
    VERDICT = "verdict"  # one's own vote, outcome, acceptance, "me too"
    FLAGS = "flags"
    APPEALS = "appeals"
    SERVES = "serves"  # on an appeal, when drawn
    OPENS = "opens"  # a page for a company or product
    # Things that several people hold together, each change with its author and history.
    PAGE = "page"  # what a company is called, and where its own help is
    STAKES = "stakes"  # which companies compete
    STATUS = "status"  # where a topic stands
    OFFICIAL = "official"  # what is said for the company, and which answer is the company's
    FILES = "files"  # kind, tags, products and company of a topic
    ORDER = "order"  # the place of customers' posts in lists, searches and conversations
    # Powers over others.
    WORDS = "words"  # what others wrote, or under whose name it stands
    SIGHT = "sight"  # whether others' posts are seen
    OVERRULES = "overrules"  # others' verdicts, and counts without a verdict behind them
    DECIDES = "decides"  # cases, flags, appeals and restrictions of others
    MODES = "modes"  # read-only and slow
    APPOINTS = "appoints"  # roles, mandates, stakes
    LEGAL = "legal"  # the register of requests by authorities
    LOGS = "logs"  # a row of the public log
    REDACTS = "redacts"  # a text of the public log
    PERSONS = "persons"  # accounts, drafts, follows of others


# What no role that a company holds may ever do (rule N5).
BARRED = frozenset(
    {
        Effect.WORDS,
        Effect.SIGHT,
        Effect.OVERRULES,
        Effect.FILES,
        Effect.DECIDES,
        Effect.MODES,
        Effect.APPOINTS,
        Effect.LEGAL,
        Effect.LOGS,
        Effect.REDACTS,
        Effect.PERSONS,
    }
)


@dataclass(frozen=True)
class Change:
    """One row that is new, gone or another."""

    table: str
    before: Row | None
    after: Row | None
    by: int | None  # who did it; None: a visitor
    was_there: Callable[[str, Key], bool]

    @property
    def row(self) -> Row:
        """The row as it was, or as it is if it is new."""
        found = self.before if self.before is not None else self.after
        assert found is not None  # there is no change of nothing
        return found

    @property
    def columns(self) -> frozenset[str]:
        """Those that hold something else now; all of a row that is new or gone."""
        if self.before is None or self.after is None:
            return frozenset(self.row)
        return frozenset(name for name in self.before if self.before[name] != self.after[name])

    def is_by(self, column: str) -> bool:
        """Tell whether the row is of whoever did it."""
        return self.by is not None and self.row[column] == self.by


Judge = Callable[[Change], Iterable[Effect]]

_POST_WORDS = {"title", "body", "body_html", "differs_from_id", "differs_reason", "author_id"}
_FILED = {"kind", "company_id"}
_SAYS = {DeflectionStep.SOLVED, DeflectionStep.ME_TOO, DeflectionStep.DIFFERS}
_POWERS = {"is_moderator", "is_admin", "trusted_since", "suspended_until"}


def _post(change: Change) -> Iterator[Effect]:
    """A topic, reply or comment."""
    if change.before is None:
        yield Effect.SPEAKS
        if change.row.get("speaks_for_company"):
            yield Effect.OFFICIAL
        return
    if change.after is None:
        yield Effect.WORDS
        return
    if change.columns & _POST_WORDS:
        own = change.is_by("author_id") and "author_id" not in change.columns
        yield Effect.SPEAKS if own else Effect.WORDS
    if "speaks_for_company" in change.columns:
        yield Effect.WORDS
    if "hidden_at" in change.columns:
        yield Effect.SIGHT
    if change.columns & _FILED:
        yield Effect.FILES
    if "status" in change.columns:
        yield Effect.STATUS


def _revision(change: Change) -> Iterator[Effect]:
    """How a post read before: kept under the name of whoever changed it; the post tells the rest."""
    if change.before is not None or not change.is_by("editor_id"):
        yield Effect.WORDS


def _verdict(column: str) -> Judge:
    def judge(change: Change) -> Iterator[Effect]:
        of_nobody = change.row[column] is None and change.before is None  # on a visit
        yield Effect.VERDICT if change.is_by(column) or of_nobody else Effect.OVERRULES

    return judge


def _step(change: Change) -> Iterator[Effect]:
    """A step on the way to asking: only some of them say what an answer is worth."""
    if change.before is None and change.row["step"] not in _SAYS:
        yield Effect.OWN
    else:
        yield from _verdict("user_id")(change)


def _history(change: Change) -> Iterator[Effect]:
    own = change.before is None and change.is_by("actor_id")
    yield Effect.STATUS if own else Effect.WORDS


def _filing(change: Change) -> Iterator[Effect]:
    """A tag or product of a topic; those of a new topic come with it."""
    if change.was_there("topics", (change.row["topic_id"],)):
        yield Effect.FILES


def _own(column: str) -> Judge:
    def judge(change: Change) -> Iterator[Effect]:
        moved = change.after is not None and change.after[column] != change.row[column]
        adopted = change.row[column] is None  # a draft of nobody goes to who opens it
        if change.row[column] is None and (change.after is None or change.after[column] is None):
            yield Effect.OWN  # on a visit: its key is in the visitor's hands
        elif moved and not (adopted and change.after and change.after[column] == change.by):
            yield Effect.PERSONS
        else:
            yield Effect.OWN if change.is_by(column) or adopted else Effect.PERSONS

    return judge


def _user(change: Change) -> Iterator[Effect]:
    if change.before is None:
        return  # a guest or newcomer: what they write tells the rest
    if change.after is not None and change.columns & _POWERS:
        yield Effect.APPOINTS
    if change.columns - _POWERS:
        yield Effect.OWN if change.is_by("id") else Effect.PERSONS


def _session(change: Change) -> Iterator[Effect]:
    """Whoever signs in begins one as a visitor."""
    if change.by is None and change.before is None:
        yield Effect.OWN
    else:
        yield from _own("user_id")(change)


def _page(change: Change) -> Iterator[Effect]:
    yield Effect.OPENS if change.before is None else Effect.PAGE


def _alias(change: Change) -> Iterator[Effect]:
    if change.was_there("companies", (change.row["company_id"],)):
        yield Effect.PAGE


def _news(change: Change) -> Iterator[Effect]:
    """Being told is what follows from everything; only what is there is anybody's."""
    if change.before is not None and change.columns != {"mailed_at"}:
        yield from _own("user_id")(change)


def _case(change: Change) -> Iterator[Effect]:
    """It opens, grows and closes with its flags and decisions, which tell of themselves."""
    if change.before is not None and change.columns & {"leased_by_id", "company_id"}:
        yield Effect.DECIDES


def _flag(change: Change) -> Iterator[Effect]:
    yield Effect.FLAGS if change.is_by("reporter_id") else Effect.DECIDES


def _appeal(change: Change) -> Iterator[Effect]:
    yield Effect.APPEALS if change.is_by("appellant_id") else Effect.DECIDES


def _juror(change: Change) -> Iterator[Effect]:
    """Who is drawn is chance; what they say is their own."""
    if change.before is not None:
        yield Effect.SERVES if change.is_by("user_id") else Effect.DECIDES


def _decision(change: Change) -> Iterator[Effect]:
    """What was decided stands; its reason goes with the one in the public log."""
    is_text = change.before is not None and change.columns == {"reason"}
    yield Effect.REDACTS if is_text else Effect.DECIDES


def _log_text(change: Change) -> Iterator[Effect]:
    yield Effect.LOGS if change.before is None else Effect.REDACTS


def _always(effect: Effect) -> Judge:
    return lambda _: (effect,)


def _machinery(_: Change) -> Iterator[Effect]:
    """Computed from other rows, or what the site owes itself: says nothing of its own."""
    return iter(())


TABLES: dict[str, Judge] = {
    "topics": _post,
    "replies": _post,
    "revisions": _revision,
    "votes": _verdict("user_id"),
    "outcomes": _verdict("user_id"),
    "accepted_answers": _verdict("accepted_by_id"),
    "me_toos": _verdict("user_id"),
    "deflection_events": _step,
    "official_answers": _always(Effect.OFFICIAL),
    "status_changes": _history,
    "topic_tags": _filing,
    "topic_products": _filing,
    "tombstones": _always(Effect.SIGHT),
    "withheld_pictures": _always(Effect.SIGHT),
    "companies": _page,
    "company_aliases": _alias,
    "products": _page,
    "champions": _always(Effect.APPOINTS),
    "mandates": _always(Effect.APPOINTS),
    "rivalries": _always(Effect.STAKES),
    "employments": _own("user_id"),
    "users": _user,
    "sessions": _session,
    "drafts": _own("user_id"),
    "follows": _own("user_id"),
    "saved_searches": _own("user_id"),
    "read_marks": _own("user_id"),
    "notification_preferences": _own("user_id"),
    "pictures": _own("uploaded_by_id"),
    "notifications": _news,
    "cases": _case,
    "flags": _flag,
    "decisions": _decision,
    "restrictions": _always(Effect.DECIDES),
    "appeals": _appeal,
    "jurors": _juror,
    "modes": _always(Effect.MODES),
    "legal_corrections": _always(Effect.LEGAL),
    "legal_requests": _always(Effect.LEGAL),
    "public_log": _always(Effect.LOGS),
    "public_log_texts": _log_text,
    "company_figures": _machinery,
    "company_grams": _machinery,
    "notification_mails": _machinery,
    "outbox": _machinery,
    "person_claims": _machinery,
    "related_topics": _machinery,
    "sign_ups": _machinery,
    "spam_counts": _machinery,
    "spam_judgements": _machinery,
    "standings": _machinery,
    "tags": _machinery,
}

# A count moves only with the row that justifies it.
COUNTS: dict[str, frozenset[str]] = {
    "topics": frozenset({"reply_count", "me_too_count", "helped_count"}),
    "replies": frozenset(
        {
            "helpful_count",
            "unhelpful_count",
            "worked_count",
            "failed_count",
            "accepted_count",
            "helped_count",
            "imported_helpful_count",
            "imported_unhelpful_count",
            "last_worked_at",
        }
    ),
}
_JUSTIFY = {Effect.VERDICT, Effect.SPEAKS, Effect.SIGHT}


def rows_of(connection: Connection, known: Rows | None = None) -> Rows:
    """Return every row of every table.

    Args:
        known: from before. Tables that hold what they held then are not read again, which is most
            of them and most of the time that it takes.
    """
    held, read = {}, {}
    for name, table in Base.metadata.tables.items():
        held[name] = connection.exec_driver_sql(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 (ours)
        if known is not None and held[name] == known.held[name]:
            read[name] = known.read[name]
        else:
            read[name] = {
                tuple(row[column.name] for column in table.primary_key): dict(row)
                for row in connection.execute(select(table)).mappings()
            }
    return Rows(held, read)


def effects(before: Rows, after: Rows, *, by: int | None) -> frozenset[Effect]:
    """Return what was done between two looks at the rows.

    Args:
        by: the id of the person who did it; None for a visitor.
    """
    found: set[Effect] = set()
    counted = False

    def was_there(table: str, key: Key) -> bool:
        return key in before[table]

    for table, judge in TABLES.items():
        old, new = before[table], after[table]
        if old is new or old == new:
            continue
        for key in old.keys() | new.keys():
            if old.get(key) != new.get(key):
                change = Change(table, old.get(key), new.get(key), by, was_there)
                found.update(judge(change))
                counted |= key in old and bool(change.columns & COUNTS.get(table, frozenset()))
    if counted and not found & _JUSTIFY:
        found.add(Effect.OVERRULES)
    return frozenset(found)
