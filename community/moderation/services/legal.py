"""The register of legal requests: operators enter what comes and say what was done about it."""

import re
from datetime import date

from flask_babel import gettext as _

from community.accounts.models import User
from community.companies.models import Company
from community.companies.queries import bar_of
from community.core import clock, outbox, text
from community.core.db import db
from community.core.errors import Conflict, Invalid
from community.core.policy import Decision
from community.core.sql import change, lock
from community.moderation import policies
from community.moderation.models import LegalOutcome, LegalRequest, LogAction, LogRole
from community.moderation.models.legal import DONE_MAX, NAME_MAX, TEXT_MAX
from community.moderation.models.log import TARGET_MAX
from community.moderation.services import log

_COUNTRY = re.compile(r"[A-Z]{2}")
_TARGET = re.compile(r"(?:topic|reply|person) [1-9]\d{0,9}|company [\w-]+")


def enter_request(
    actor: User | None,
    *,
    received_on: date,
    requester: str,
    country: str,
    law: str,
    company: Company | None = None,
    target: str = "",
    request_text: str = "",
    is_text_public: bool = False,
) -> LegalRequest:
    """Enter a request that has come. From then on it is in the public register.

    Args:
        requester: who asks, and ``law`` by which right: 1 to `NAME_MAX` characters.
        country: two letters of ISO 3166-1.
        target: what it is about, as the public log names it ("reply 7"); empty if that is many.
        request_text: up to `TEXT_MAX` characters, shown if ``is_text_public``.

    Raises:
        NotAllowed: the actor is no operator, or has a stake in the company.
        Invalid: something is missing or too long, or the day has not come yet.
    """
    may_keep_register(actor, company.id if company else None).require()
    assert actor is not None  # the policy refuses None
    if received_on > clock.now().date():
        raise Invalid(_("This day has not come yet."), field="received_on")
    if not _COUNTRY.fullmatch(country):
        raise Invalid(_("Write its two letters, like DE or ID."), field="country")
    if target and not (_TARGET.fullmatch(target) and len(target) <= TARGET_MAX):
        raise Invalid(
            _("Write it like “topic 12” or “reply 7”, or leave it empty."), field="target"
        )
    request = LegalRequest(
        received_on=received_on,
        requester=_filled(text.one_line(requester), NAME_MAX, "requester"),
        country=country,
        law=_filled(text.one_line(law), NAME_MAX, "law"),
        company_id=company.id if company else None,
        target=target,
        text=_fitting(text.lines(request_text), TEXT_MAX, "text"),
        is_text_public=is_text_public,
        entered_by_id=actor.id,
    )
    db.session.add(request)
    db.session.flush()
    outbox.publish("legal_request.entered", request_id=request.id)
    return request


def answer_request(
    actor: User | None,
    request: LegalRequest,
    *,
    outcome: LegalOutcome,
    done: str,
    is_text_public: bool,
) -> LegalRequest:
    """Say what was done about a request, once, in the register and in the public log.

    Args:
        done: in words, 1 to `DONE_MAX` characters.

    Raises:
        NotAllowed: the actor is no operator, or has a stake in the company concerned.
        Conflict: it has been answered already.
        Invalid: ``done`` is empty or too long, or the outcome is none.
    """
    may_keep_register(actor, request.company_id).require()
    assert actor is not None  # the policy refuses None
    if outcome is LegalOutcome.PENDING:
        raise Invalid(_("Say what was done."), field="outcome")
    done = _filled(text.lines(done), DONE_MAX, "done")
    lock(request)
    db.session.refresh(request)
    if request.closed_at is not None:
        raise Conflict(_("This request has been answered already."))
    company = db.session.get(Company, request.company_id) if request.company_id else None
    entry = log.append(
        LogAction.LEGAL,
        role=LogRole.OPERATOR,
        target=request.target or f"legal {request.id}",
        company=company.slug if company else "",
        details={
            "request": request.id,
            "outcome": outcome.value,
            "country": request.country,
            "received": request.received_on.isoformat(),
        },
        texts={
            "requester": request.requester,
            "law": request.law,
            "reason": done,
            "operator": actor.username,
        },
    )
    change(
        request,
        outcome=outcome,
        done=done,
        is_text_public=is_text_public,
        closed_at=entry.at,
        log_seq=entry.seq,
    )
    return request


def may_keep_register(actor: User | None, company_id: int | None) -> Decision:
    """Tell whether ``actor`` may enter and answer requests that concern this company, or none."""
    now = clock.now()
    return policies.can_keep_register(actor, stake=bar_of(actor, company_id, now), at=now)


def _filled(said: str, most: int, field: str) -> str:
    if not said:
        raise Invalid(_("This is needed."), field=field)
    return _fitting(said, most, field)


def _fitting(said: str, most: int, field: str) -> str:
    if len(said) > most:
        raise Invalid(_("This may have %(most)s characters.", most=most), field=field)
    return said
