"""Writing the public log: the one place that adds a row to it."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, text

from community.core import clock, outbox
from community.core.db import db
from community.moderation import chain
from community.moderation.models import LogAction, LogEntry, LogRole, LogText
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
    before = _last()
    salts = {field: chain.new_salt() for field in texts or {}}
    row: dict[str, Any] = {
        "seq": before.seq + 1 if before else 1,
        "at": chain.moment(at := clock.now()),
        "role": role.value,
        "action": action.value,
        "rule": rule.value if rule else None,
        "target": target,
        "company": company,
        "details": dict(details or {}),
        "commitments": {
            field: chain.commitment(salts[field], said) for field, said in (texts or {}).items()
        },
        "previous": before.digest if before else chain.BEGINNING,
    }
    entry = LogEntry(
        seq=row["seq"],
        at=at,
        role=role,
        action=action,
        rule=rule,
        target=target,
        company=company,
        details=json.dumps(row["details"], ensure_ascii=False, sort_keys=True),
        commitments=json.dumps(row["commitments"], sort_keys=True),
        previous=row["previous"],
        digest=chain.digest(row),
    )
    db.session.add(entry)
    db.session.flush()
    db.session.add_all(
        LogText(seq=entry.seq, field=field, salt=salts[field], text=said)
        for field, said in (texts or {}).items()
    )
    db.session.flush()
    outbox.publish("log.written", seq=entry.seq)
    return entry


def _last() -> LogEntry | None:
    """Return the newest row, once nobody else can add one before this transaction ends.

    SQLite has one writer anyway.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    return db.session.scalar(select(LogEntry).order_by(LogEntry.seq.desc()).limit(1))
