"""The register of legal requests as it is read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import select

from community.companies.models import Company
from community.core.db import db
from community.core.paging import Page, page_of, seek
from community.core.sql import find
from community.moderation.models import LegalOutcome, LegalRequest


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


def by_id(request_id: int) -> LegalRequest | None:
    """Return a request, or None if there is none."""
    return find(LegalRequest, request_id)


def entry_of(request: LegalRequest) -> Entry:
    """Return a request as everybody sees it."""
    return _entries([request])[0]


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
