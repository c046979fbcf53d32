"""Taking personal data out of the public log. The chain holds: rows are committed to digests."""

import json
from collections.abc import Collection

from flask_babel import gettext
from sqlalchemy import Text, cast, select, update
from sqlalchemy.orm import InstrumentedAttribute

from community.accounts.models import User
from community.companies.queries import stakes_of
from community.core import clock
from community.core.db import db
from community.core.erasing import REMOVED, Traces
from community.core.errors import Invalid, NotFound
from community.core.policy import Decision as Answer
from community.core.sql import changed, find, lock_word
from community.moderation import policies
from community.moderation.models import (
    Appeal,
    Decision,
    Juror,
    LegalRequest,
    LogAction,
    LogEntry,
    LogRole,
    LogText,
    Mode,
)
from community.moderation.queries import judging, legal
from community.moderation.services import log
from community.topics.models import Rule

_NAMES = ("moderator", "operator", "person")  # fields that hold nothing but a user name
_COPIES: tuple[InstrumentedAttribute[str], ...] = (  # where else the words of a row may stand
    Decision.reason,
    Appeal.words,
    Appeal.reason,
    Juror.reason,
    Mode.reason,
    LegalRequest.requester,
    LegalRequest.law,
    LegalRequest.done,
)


def redact(actor: User | None, seq: int, *, fields: Collection[str], reason: str) -> LogEntry:
    """Take texts out of a row of the public log, for good. Return the row that says so.

    Args:
        fields: which of its texts.
        reason: why, for everybody to read; it names nobody.

    Raises:
        NotFound: there is no such row.
        NotAllowed: the actor is no operator, or has a stake in the company concerned.
        Invalid: the reason is empty or too long, or none of the texts is there.
    """
    entry = _row(seq)
    may_redact(actor, entry).require()
    assert actor is not None  # can_redact refuses None
    return _redact(entry, fields, reason, LogRole.OPERATOR, by=actor.username)


def may_redact(actor: User | None, entry: LogEntry) -> Answer:
    """Tell whether ``actor`` may take texts out of this row."""
    now, stake = clock.now(), None
    if actor is not None and actor.is_admin:
        bound = stakes_of(actor.id, now)
        stake = next((bound[one] for one in _concerned(entry) if one in bound), None)
    return policies.can_redact(actor, stake=stake, at=now)


def _concerned(entry: LogEntry) -> Collection[int]:
    """Return the companies that a row of the log concerns.

    The one that it names, both of a move, and those that its target concerns.
    """
    details, (kind, _, key) = json.loads(entry.details), entry.target.partition(" ")
    if kind == "legal" and (request := find(LegalRequest, int(key))) is not None:
        return legal.companies_of(request)
    slugs = {entry.company, details.get("from"), details.get("to")} - {"", None}
    names = {entry.target, *(f"company {slug}" for slug in slugs)}
    return judging.concerned_by(names, since=entry.at - judging.CONCERNS)


def redact_at_console(seq: int, *, fields: Collection[str], reason: str) -> LogEntry:
    """Do the same for whoever runs the server, and so could do anything.

    Raises:
        NotFound: there is no such row.
        Invalid: the reason is empty or too long, or none of the texts is there.
    """
    return _redact(_row(seq), fields, reason, LogRole.OPERATOR)


def redact_person(traces: Traces) -> int:
    """Take every text out of the log that names somebody who has left. Return how many rows.

    A text goes as a whole: one that is changed would not be what its row is committed to.
    """
    found: dict[int, list[str]] = {}
    is_name = LogText.field.in_(_NAMES) & (LogText.text == traces.username)
    rows = select(LogText, is_name.label("is_name")).where(
        LogText.redacted_at.is_(None), traces.may_be_in(cast(LogText.text, Text)) | is_name
    )
    for one, is_theirs in db.session.execute(rows.order_by(LogText.seq)):
        said = one.text or ""
        if is_theirs or traces.erased(said) != said:
            found.setdefault(one.seq, []).append(one.field)
    for seq, fields in found.items():
        _redact(_row(seq), fields, "Somebody named here has left.", LogRole.AUTOMATIC)
    return len(found)


def _forget_copies(seq: int, words: Collection[str | None]) -> None:
    """Take these words out of whatever was done by a row of the log, and says them as well."""
    ended_by_it = select(Appeal.id).where(Appeal.log_seq == seq)
    for column in _COPIES:
        table = column.class_
        by_it = table.appeal_id.in_(ended_by_it) if table is Juror else table.log_seq == seq
        changed(update(table).where(by_it, column.in_(words)).values({column.key: REMOVED}))


def _row(seq: int) -> LogEntry:
    entry = find(LogEntry, seq)
    if entry is None:
        raise NotFound(gettext("The public log has no row %(seq)s.", seq=seq))
    return entry


def _redact(
    entry: LogEntry, fields: Collection[str], reason: str, role: LogRole, *, by: str = ""
) -> LogEntry:
    reason = log.reason_said(reason)
    lock_word(f"log {entry.seq}")
    going = sorted(
        db.session.scalars(
            select(LogText.field).where(
                LogText.seq == entry.seq,
                LogText.field.in_(fields),
                LogText.redacted_at.is_(None),
            )
        )
    )
    if not going:
        raise Invalid(gettext("Choose a text that is still there."), field="fields")
    mine = LogText.seq == entry.seq, LogText.field.in_(going)
    _forget_copies(entry.seq, db.session.scalars(select(LogText.text).where(*mine)).all())
    changed(update(LogText).where(*mine).values(text=None, salt=None, redacted_at=clock.now()))
    return log.append(
        LogAction.REDACT,
        role=role,
        rule=Rule.PERSONAL_DATA,
        target=f"log {entry.seq}",
        company=entry.company,
        details={"fields": going},
        texts={"reason": reason} | ({"operator": by} if by else {}),
    )
