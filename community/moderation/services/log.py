"""Writing the public log: the one place that adds a row to it."""

import json
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from sqlalchemy import select, text

from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Invalid
from community.core.text import lines
from community.moderation import chain
from community.moderation.models import REASON_MAX, LogAction, LogEntry, LogRole, LogText
from community.moderation.queries.log import canonical
from community.topics.models import Rule

_LOCK = 0x6C6F67  # of PostgreSQL: "log"


def append(
    action: LogAction,
    *,
    role: LogRole,
    target: str,
    rule: Rule | None = None,
    company: str = "",
    details: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
) -> LogEntry:
    """Add a row to the public log, in the transaction of what it tells of.

    Args:
        target: "topic 12", "reply 7", "person 3", "company acme", "site".
        company: the slug of the company concerned.
        details: public and without personal data: numbers, dates, slugs, other rows ("reverses").
        texts: what somebody wrote, by field ("reason", "moderator"); it can be redacted later.

    Raises:
        ValueError: a number in ``details`` is not whole.
    """
    before, texts = _last(), texts or {}
    salts = {field: chain.new_salt() for field in texts}
    commitments = {field: chain.commitment(salts[field], said) for field, said in texts.items()}
    entry = LogEntry(
        seq=before.seq + 1 if before else 1,
        at=clock.now(),
        role=role,
        action=action,
        rule=rule,
        target=target,
        company=company,
        details=json.dumps(dict(details or {}), ensure_ascii=False, sort_keys=True),
        commitments=json.dumps(commitments, sort_keys=True),
        previous=before.digest if before else chain.BEGINNING,
    )
    entry.digest = chain.digest(canonical(entry))
    db.session.add(entry)
    db.session.flush()
    db.session.add_all(
        LogText(seq=entry.seq, field=field, salt=salts[field], text=said)
        for field, said in texts.items()
    )
    db.session.flush()
    outbox.publish("log.written", seq=entry.seq)
    return entry


def role_of(actor: User) -> LogRole:
    """Return in what role somebody moderates: an operator who is no moderator does so as operator."""
    return LogRole.MODERATOR if actor.is_moderator else LogRole.OPERATOR


def reason_said(typed: str) -> str:
    """Return a reason as it stands in the log, for everybody to read.

    Raises:
        Invalid: there is none, or it has more than `REASON_MAX` characters.
    """
    reason = lines(typed).strip()
    if not 1 <= len(reason) <= REASON_MAX:
        raise Invalid(
            gettext("Give a reason, in at most %(n)s characters.", n=REASON_MAX), field="reason"
        )
    return reason


def _last() -> LogEntry | None:
    """Return the newest row, once nobody else can add one before this transaction ends.

    SQLite has one writer anyway.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    return db.session.scalar(select(LogEntry).order_by(LogEntry.seq.desc()).limit(1))
