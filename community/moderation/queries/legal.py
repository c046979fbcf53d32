"""The register of legal requests as it is read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import func, select

from community.companies.models import Company
from community.core.db import db
from community.core.paging import Page, page_of, seek
from community.moderation.models import LegalCorrection, LegalOutcome, LegalRequest, LogText
from community.moderation.queries import judging

BEFORE = "_before"  # ends the field of a text beside a row of the log that says what was wrong


@dataclass(frozen=True, slots=True)
class Entry:
    """A request, as everybody sees it. ``text`` is None where it is not public."""

    id: int
    received_on: date
    requester: str
    country: str
    law: str
    target: str
    outcome: LegalOutcome
    done: str
    text: str | None
    log_seq: int | None
    closed_at: datetime | None
    company_slug: str | None
    company_name: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a field of an entry said before and says since; None where that was redacted."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Correction:
    """What was put right in an entry at some time. ``reason`` is None where it was redacted."""

    id: int
    at: datetime
    log_seq: int
    reason: str | None
    changes: tuple[Change, ...]
    text: str | None  # of the request before, for operators; None if that was not changed


def page_of_requests(
    *,
    limit: int,
    company_id: int | None = None,
    after: tuple[datetime, int] | None = None,
    before: tuple[datetime, int] | None = None,
) -> Page[Entry]:
    """Return a page of the register, the newest first. Two statements at most."""
    rows = select(LegalRequest)
    if company_id is not None:
        rows = rows.where(LegalRequest.company_id == company_id)
    rows = seek(
        rows,
        LegalRequest.received_on,
        LegalRequest.id,
        limit=limit,
        after=(after[0].date(), after[1]) if after else None,
        before=(before[0].date(), before[1]) if before else None,
    )
    return page_of(
        _entries(db.session.scalars(rows).all()),
        limit=limit,
        place=lambda one: (datetime.combine(one.received_on, time(), UTC), one.id),
        after=after,
        before=before,
    )


def entry_of(request: LegalRequest) -> Entry:
    """Return a request as everybody sees it."""
    return _entries([request])[0]


def corrections_of(request: LegalRequest) -> Sequence[Correction]:
    """Return what was put right in an entry, the newest first. Two statements at most."""
    rows = db.session.scalars(
        select(LegalCorrection)
        .where(LegalCorrection.request_id == request.id)
        .order_by(LegalCorrection.id.desc())
    ).all()
    said: dict[int, dict[str, str | None]] = {}
    if rows:
        texts = select(LogText.seq, LogText.field, LogText.text).order_by(LogText.field)
        of_them = LogText.seq.in_([row.log_seq for row in rows])
        for seq, field, text in db.session.execute(texts.where(of_them)):
            said.setdefault(seq, {})[field] = text
    return [_correction(row, said.get(row.log_seq, {})) for row in rows]


def _correction(row: LegalCorrection, said: Mapping[str, str | None]) -> Correction:
    names = [field.removesuffix(BEFORE) for field in said if field.endswith(BEFORE)]
    return Correction(
        id=row.id,
        at=row.created_at,
        log_seq=row.log_seq,
        reason=said.get("reason"),
        changes=tuple(
            Change(name, said[name + BEFORE], said.get(f"{name}_after")) for name in names
        ),
        text=row.text,
    )


def version_of(request: LegalRequest) -> int:
    """Return a number that grows whenever an entry is answered or corrected."""
    corrections = select(func.count()).where(LegalCorrection.request_id == request.id)
    return (db.session.scalar(corrections) or 0) + (request.closed_at is not None)


def companies_of(request: LegalRequest) -> Collection[int]:
    """Return the companies that an entry concerns or has concerned before it was corrected."""
    before = select(LegalCorrection.company_id, LegalCorrection.target).where(
        LegalCorrection.request_id == request.id
    )
    said = [(request.company_id, request.target), *db.session.execute(before)]
    named = {company_id for company_id, _ in said if company_id is not None}
    return named | judging.concerned_by(
        {target for _, target in said}, since=request.created_at - judging.CONCERNS
    )


def _entries(requests: Collection[LegalRequest]) -> list[Entry]:
    ids = {one.company_id for one in requests if one.company_id is not None}
    named = select(Company).where(Company.id.in_(ids))
    companies = {one.id: one for one in db.session.scalars(named)} if ids else {}
    return [_entry(one, companies.get(one.company_id or 0)) for one in requests]


def _entry(one: LegalRequest, company: Company | None) -> Entry:
    return Entry(
        id=one.id,
        received_on=one.received_on,
        requester=one.requester,
        country=one.country,
        law=one.law,
        target=one.target,
        outcome=one.outcome,
        done=one.done,
        text=one.text if one.is_text_public and one.text else None,
        log_seq=one.log_seq,
        closed_at=one.closed_at,
        company_slug=company.slug if company else None,
        company_name=company.name if company else None,
    )
