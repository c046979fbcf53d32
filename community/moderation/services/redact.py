"""Taking personal data out of the public log. The chain holds: rows are committed to digests."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import Text, cast, select, update

from community.accounts.models import User
from community.companies.models import Company
from community.companies.queries import bar_of
from community.core import clock
from community.core.db import db
from community.core.erasing import Traces
from community.core.errors import Invalid, NotFound
from community.core.policy import Decision
from community.core.sql import changed, find, lock_word
from community.moderation import policies
from community.moderation.models import LogAction, LogEntry, LogRole, LogText
from community.moderation.services import log
from community.topics.models import Rule


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


def may_redact(actor: User | None, entry: LogEntry) -> Decision:
    """Tell whether ``actor`` may take texts out of this row."""
    now, stake = clock.now(), None
    if actor is not None and entry.company:
        company_id = db.session.scalar(select(Company.id).where(Company.slug == entry.company))
        stake = bar_of(actor, company_id, now)
    return policies.can_redact(actor, stake=stake, at=now)


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
    is_worth_a_look = traces.may_be_in(cast(LogText.text, Text)) | (LogText.text == traces.username)
    rows = select(LogText).where(LogText.redacted_at.is_(None), is_worth_a_look)
    for one in db.session.scalars(rows.order_by(LogText.seq)):
        said = one.text or ""
        if said == traces.username or traces.erased(said) != said:
            found.setdefault(one.seq, []).append(one.field)
    for seq, fields in found.items():
        _redact(_row(seq), fields, "Somebody named here has left.", LogRole.AUTOMATIC)
    return len(found)


def _row(seq: int) -> LogEntry:
    entry = find(LogEntry, seq)
    if entry is None:
        raise NotFound(_("The public log has no row %(seq)s.", seq=seq))
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
        raise Invalid(_("Choose a text that is still there."), field="fields")
    changed(
        update(LogText)
        .where(LogText.seq == entry.seq, LogText.field.in_(going))
        .values(text=None, salt=None, redacted_at=clock.now())
    )
    return log.append(
        LogAction.REDACT,
        role=role,
        rule=Rule.PERSONAL_DATA,
        target=f"log {entry.seq}",
        company=entry.company,
        details={"fields": going},
        texts={"reason": reason} | ({"operator": by} if by else {}),
    )
