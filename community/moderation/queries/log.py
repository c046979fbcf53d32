"""The public log as it is read: by filters, row by row, and whole."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy import Row as SqlRow

from community.accounts.models import User
from community.companies.models import Company
from community.core.db import db
from community.core.paging import Page, page_of, seek
from community.moderation import chain, months
from community.moderation.heads import noted as noted_heads
from community.moderation.models import (
    Appeal,
    Decision,
    LegalCorrection,
    LegalRequest,
    LogAction,
    LogEntry,
    LogRole,
    LogText,
    Mode,
)
from community.moderation.verifying import NOTHING, Broken, Fault, Head, Link, Verified, check
from community.topics.models import Rule, Tombstone

CHUNK = 1000  # rows read at once of the whole log


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of the log is narrowed to.

    Args:
        company: its slug.
        target: as rows name it: "reply 7".
        month: its first day; a row belongs to the month, in UTC, in which it was written.
    """

    action: LogAction | None = None
    role: LogRole | None = None
    rule: Rule | None = None
    company: str = ""
    target: str = ""
    month: date | None = None

    def __bool__(self) -> bool:
        return self != Filters()

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions for the rows of this list."""
        equal = (
            (LogEntry.action, self.action),
            (LogEntry.role, self.role),
            (LogEntry.rule, self.rule),
            (LogEntry.company, self.company),
            (LogEntry.target, self.target),
        )
        found = [column == value for column, value in equal if value]
        if self.month is not None:
            first, after = months.bounds(self.month)
            found += [LogEntry.at >= first, LogEntry.at < after]
        return found


@dataclass(frozen=True, slots=True)
class Text:
    """What a row is committed to. Both are None once it was redacted."""

    field: str
    salt: str | None
    text: str | None
    redacted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the log with what stands beside it.

    Args:
        company_name: None where no company is concerned, or none has this address any more.
        username: of a target that is a person and is still here.
        reversed_by: the row that took this one back, if one did.
    """

    entry: LogEntry
    details: Mapping[str, Any]
    texts: tuple[Text, ...]
    company_name: str | None = None
    username: str | None = None
    reversed_by: int | None = None

    @property
    def reverses(self) -> int | None:
        """The row that this one takes back, if it does."""
        seq = self.details.get("reverses")
        return seq if isinstance(seq, int) else None

    @property
    def kind(self) -> str:
        """What the target is: "topic", "reply", "person", "company", "log", "legal", "site"."""
        return self.entry.target.partition(" ")[0]

    @property
    def key(self) -> str:
        """Which one of its kind: a number or a slug; empty of the site."""
        return self.entry.target.partition(" ")[2]

    def said(self, field: str) -> str | None:
        """Return a text, or None if there is none or it was redacted."""
        return next((one.text for one in self.texts if one.field == field), None)


def head() -> Head:
    """Return the newest row and its digest."""
    newest = db.session.execute(
        select(LogEntry.seq, LogEntry.digest).order_by(LogEntry.seq.desc()).limit(1)
    ).one_or_none()
    return Head(newest.seq, newest.digest) if newest else NOTHING


def digest_of(seq: int) -> str | None:
    """Return the digest of a row, or None if there is no such row."""
    return db.session.scalar(select(LogEntry.digest).where(LogEntry.seq == seq))


def page_of_log(
    filters: Filters,
    *,
    limit: int,
    after: tuple[int, int] | None = None,
    before: tuple[int, int] | None = None,
) -> Page[Row]:
    """Return a page of the log, the newest first. Five statements at most.

    Args:
        after: the place of the last row of the page before; ``before``, of the first of the next.
    """
    rows = select(LogEntry).where(*filters.conditions())
    rows = seek(rows, LogEntry.seq, limit=limit, after=after, before=before)
    page = page_of(
        db.session.scalars(rows).all(),
        limit=limit,
        place=lambda entry: (entry.seq, entry.seq),
        after=after,
        before=before,
    )
    return Page(_with_names(page.rows), next=page.next, previous=page.previous)


def row(seq: int) -> Row | None:
    """Return one row, with what took it back; None if there is none. Six statements at most."""
    entry = db.session.get(LogEntry, seq)
    if entry is None:
        return None
    [found] = _with_names([entry])
    return replace(found, reversed_by=_reversed_by(entry))


def count(filters: Filters) -> int:
    """Return how many rows a list has."""
    rows = select(func.count()).select_from(LogEntry).where(*filters.conditions())
    return db.session.scalar(rows) or 0


def links(*, until: int, after: int = 0) -> Iterator[Link]:
    """Yield the rows behind ``after`` and up to ``until``, as they lie in the table.

    Reads some at a time, so that a log of any length can be sent or checked.

    Raises:
        Broken: a row cannot even be read.
    """
    while after < until:
        rows = db.session.execute(
            select(*LogEntry.__table__.columns)
            .where(LogEntry.seq > after, LogEntry.seq <= until)
            .order_by(LogEntry.seq)
            .limit(CHUNK)
        ).all()
        if not rows:
            return
        texts = _texts_of(first=rows[0].seq, last=rows[-1].seq)
        yield from (_link(row, texts.get(row.seq, {})) for row in rows)
        after = rows[-1].seq


def verified(heads: Iterable[Head] = ()) -> Verified:
    """Check the whole log, also against the heads noted in the data folder.

    To be called at `core.db.one_moment`, or a text that is redacted meanwhile seems to be gone
    without a row that says so.

    Args:
        heads: noted anywhere else.

    Raises:
        Broken: the first row that does not hold.
    """
    # Read before the rows, of which there are never fewer than were noted and referred to then.
    noted, newest = [*noted_heads(), *heads], newest_referred_to()
    found = check(links(until=head().seq), noted)
    if newest > found.head.seq:
        why = f"Something was done by row {newest}, and the log ends with row {found.head.seq}."
        raise Broken(Fault.CUT_OFF, found.head.seq + 1, why)
    return found


def canonical(entry: LogEntry | SqlRow[Any]) -> dict[str, Any]:
    """Return what a row says, which its digest is of (`community.moderation.chain`)."""
    return {
        "seq": entry.seq,
        "at": chain.moment(entry.at),
        "role": entry.role.value,
        "action": entry.action.value,
        "rule": entry.rule.value if entry.rule else None,
        "target": entry.target,
        "company": entry.company,
        "details": json.loads(entry.details),
        "commitments": json.loads(entry.commitments),
        "previous": entry.previous,
    }


def newest_referred_to() -> int:
    """Return the newest row that something outside the log is tied to, 0 if nothing is."""
    columns = (Tombstone, Decision, Appeal, Mode, LegalRequest, LegalCorrection)
    newest = (db.session.scalar(select(func.max(table.log_seq))) for table in columns)
    return max((seq or 0 for seq in newest), default=0)


def _link(row: SqlRow[Any], texts: Mapping[str, Mapping[str, Any] | None]) -> Link:
    try:
        return Link(canonical(row), row.digest, texts)
    except ValueError as error:
        why = f"Row {row.seq} is not written as rows are."
        raise Broken(Fault.CHANGED, row.seq, why) from error


def _texts_of(*, first: int, last: int) -> dict[int, dict[str, Mapping[str, Any] | None]]:
    """Return what stands beside these rows, as `Link` has it."""
    found: dict[int, dict[str, Mapping[str, Any] | None]] = {}
    rows = select(LogText.seq, LogText.field, LogText.salt, LogText.text)
    for seq, field, salt, text in db.session.execute(rows.where(LogText.seq.between(first, last))):
        is_there = salt is not None and text is not None
        found.setdefault(seq, {})[field] = {"salt": salt, "text": text} if is_there else None
    return found


def _with_names(entries: Collection[LogEntry]) -> list[Row]:
    """Return rows with their texts and the names of what they are about."""
    if not entries:
        return []
    seqs = [entry.seq for entry in entries]
    texts: dict[int, list[Text]] = {}
    said = select(LogText.seq, LogText.field, LogText.salt, LogText.text, LogText.redacted_at)
    for one in db.session.execute(said.where(LogText.seq.in_(seqs)).order_by(LogText.field)):
        text = Text(one.field, one.salt, one.text, one.redacted_at)
        texts.setdefault(one.seq, []).append(text)
    companies, people = _companies(entries), _people(entries)
    return [
        Row(
            entry,
            json.loads(entry.details),
            tuple(texts.get(entry.seq, ())),
            company_name=companies.get(entry.company),
            username=people.get(entry.target),
        )
        for entry in entries
    ]


def _companies(entries: Collection[LogEntry]) -> dict[str, str]:
    slugs = {entry.company for entry in entries if entry.company}
    if not slugs:
        return {}
    named = select(Company.slug, Company.name).where(Company.slug.in_(slugs))
    return {one.slug: one.name for one in db.session.execute(named)}


def _people(entries: Collection[LogEntry]) -> dict[str, str]:
    """Return the user names of targets that are people and have not left."""
    ids = [
        int(entry.target.removeprefix("person "))
        for entry in entries
        if entry.target.startswith("person ") and entry.target[7:].isdecimal()
    ]
    if not ids:
        return {}
    named = select(User.id, User.username).where(User.id.in_(ids), User.deleted_at.is_(None))
    return {f"person {one.id}": one.username for one in db.session.execute(named)}


def _reversed_by(entry: LogEntry) -> int | None:
    """Return the row that took ``entry`` back: a later one about the same that says so."""
    later = db.session.execute(
        select(LogEntry.seq, LogEntry.details)
        .where(
            LogEntry.target == entry.target,
            LogEntry.seq > entry.seq,
            LogEntry.details.contains('"reverses": ', autoescape=True),
        )
        .order_by(LogEntry.seq)
    )
    return next(
        (one.seq for one in later if json.loads(one.details)["reverses"] == entry.seq), None
    )
