"""The register of legal requests: operators enter what comes and say what was done about it.

What is wrong in it is put right by a correction, which says why, and with which the register goes
on showing what it said before.
"""

import re
from collections.abc import Collection
from datetime import date
from typing import Any

from flask_babel import gettext as _

from community.accounts.models import User
from community.companies.models import Company
from community.companies.queries import stakes_of
from community.core import clock, outbox, text
from community.core.db import db
from community.core.errors import Conflict, Invalid
from community.core.policy import Decision
from community.core.sql import change
from community.moderation import policies
from community.moderation.models import (
    LegalCorrection,
    LegalOutcome,
    LegalRequest,
    LogAction,
    LogRole,
)
from community.moderation.models.legal import DONE_MAX, NAME_MAX, TEXT_MAX
from community.moderation.models.log import TARGET_MAX
from community.moderation.queries import judging
from community.moderation.queries import legal as queries
from community.moderation.services import log

# What the log calls what is put right in a column; texts of requests are not for the log.
_FIELD = {
    "received_on": "received_on",
    "requester": "requester",
    "country": "country",
    "law": "law",
    "company_id": "company",
    "target": "target",
    "outcome": "outcome",
    "done": "done",
    "is_text_public": "is_text_public",
}
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
        NotAllowed: the actor is no operator, or has a stake in a company concerned: the one that is
            named, or one that the target is about.
        Invalid: something is missing or too long, or the day has not come yet.
    """
    may_keep_register(actor, _concerned(company, target)).require()
    assert actor is not None  # the policy refuses None
    said = _checked(
        received_on=received_on,
        requester=requester,
        country=country,
        law=law,
        target=target,
        request_text=request_text,
    )
    request = LegalRequest(
        **said,
        company_id=company.id if company else None,
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
        NotAllowed: the actor is no operator, or has a stake in a company concerned.
        Conflict: it has been answered already.
        Invalid: ``done`` is empty or too long, or the outcome is none.
    """
    _take(actor, request)
    assert actor is not None  # the policy refuses None
    said = _checked_answer(outcome, done)
    if request.closed_at is not None:
        raise Conflict(_("This request has been answered already."))
    entry = log.append(
        LogAction.LEGAL,
        role=LogRole.OPERATOR,
        target=request.target or f"legal {request.id}",
        company=_slug_of(request.company_id),
        details={
            "request": request.id,
            "outcome": outcome.value,
            "country": request.country,
            "received": request.received_on.isoformat(),
        },
        texts={
            "requester": request.requester,
            "law": request.law,
            "reason": said["done"],
            "operator": actor.username,
        },
    )
    change(request, **said, is_text_public=is_text_public, closed_at=entry.at, log_seq=entry.seq)
    return request


def correct_request(
    actor: User | None,
    request: LegalRequest,
    *,
    received_on: date,
    requester: str,
    country: str,
    law: str,
    company: Company | None,
    target: str,
    request_text: str,
    is_text_public: bool,
    outcome: LegalOutcome | None = None,
    done: str = "",
    reason: str,
    seen: int,
) -> LegalCorrection:
    """Put right what the register says of a request; what it said before stays beside it.

    Args: as `enter_request` and `answer_request` take them, whether they change or not, and
        outcome: what was done, with ``done``; passed over while there is no answer.
        reason: why, 1 to `REASON_MAX` characters, for everybody to read.
        seen: the state of the entry that the actor looked at (`queries.legal.version_of`).

    Raises:
        NotAllowed: the actor is no operator, or has a stake in a company that the entry concerns,
            did concern, or concerns from now on.
        Conflict: it was answered or corrected since it was looked at.
        Invalid: something does not fit, nothing is changed by it, or there is no reason.
    """
    _take(actor, request)
    may_keep_register(actor, _concerned(company, target)).require()
    assert actor is not None  # the policy refuses None
    if queries.version_of(request) != seen:
        raise Conflict(_("This entry was changed meanwhile. Look at it, and send yours again."))
    right = _checked(
        received_on=received_on,
        requester=requester,
        country=country,
        law=law,
        target=target,
        request_text=request_text,
    )
    right |= {"company_id": company.id if company else None, "is_text_public": is_text_public}
    if request.closed_at is not None:
        right |= _checked_answer(outcome, done)
    before = {name: getattr(request, name) for name in right}
    wrong = sorted(name for name in right if right[name] != before[name])
    if not wrong:
        raise Invalid(_("Nothing here differs from what the register says."))
    change(request, **{name: right[name] for name in wrong})
    entry = log.append(
        LogAction.CORRECT,
        role=LogRole.OPERATOR,
        target=f"legal {request.id}",
        # Whoever follows the company that it is put away from reads of it; the other has the entry.
        company=_slug_of(before["company_id"] or request.company_id),
        details={"request": request.id},
        texts={
            "reason": log.reason_said(reason),
            "operator": actor.username,
            **_in_words(before, wrong, "before"),
            **_in_words(right, wrong, "after"),
        },
    )
    made = LegalCorrection(
        request_id=request.id,
        company_id=before["company_id"],
        target=before["target"],
        text=before["text"] if "text" in wrong else None,
        corrected_by_id=actor.id,
        log_seq=entry.seq,
        created_at=entry.at,
    )
    db.session.add(made)
    db.session.flush()
    return made


def may_keep_register(actor: User | None, company_ids: Collection[int] = ()) -> Decision:
    """Tell whether ``actor`` may keep entries that concern these companies."""
    now, stake = clock.now(), None
    if actor is not None and actor.is_admin and company_ids:
        bound = stakes_of(actor.id, now)
        stake = next((bound[one] for one in sorted(company_ids) if one in bound), None)
    return policies.can_keep_register(actor, stake=stake, at=now)


def may_change(actor: User | None, request: LegalRequest) -> Decision:
    """Tell whether ``actor`` may answer or correct a request, and read what is withheld of it.

    It is asked of each company that the entry has ever concerned, so that nobody is let in by a
    correction of the company, or of what it is about.
    """
    if actor is None or not actor.is_admin:
        return may_keep_register(actor)
    return may_keep_register(actor, queries.companies_of(request))


def _take(actor: User | None, request: LegalRequest) -> None:
    """Read ``request`` afresh for somebody who may change it, and for nobody else meanwhile.

    Raises:
        NotAllowed: they may not (`may_change`).
    """
    db.session.refresh(request, with_for_update={"key_share": True})
    may_change(actor, request).require()


def _concerned(company: Company | None, target: str) -> set[int]:
    """Return the companies that an entry concerns which names these from now on."""
    names = [target] if _TARGET.fullmatch(target) else []
    of = judging.concerned_by(names, since=clock.now() - judging.CONCERNS)
    return of | {company.id} if company is not None else of


def _checked(
    *, received_on: date, requester: str, country: str, law: str, target: str, request_text: str
) -> dict[str, Any]:
    """Return what is written down of a request, by column.

    Raises:
        Invalid: something is missing or too long, or the day has not come yet.
    """
    if received_on > clock.now().date():
        raise Invalid(_("This day has not come yet."), field="received_on")
    if not _COUNTRY.fullmatch(country):
        raise Invalid(_("Write its two letters, like DE or ID."), field="country")
    if target and not (_TARGET.fullmatch(target) and len(target) <= TARGET_MAX):
        raise Invalid(
            _("Write it like “topic 12” or “reply 7”, or leave it empty."), field="target"
        )
    return {
        "received_on": received_on,
        "requester": _filled(text.one_line(requester), NAME_MAX, "requester"),
        "country": country,
        "law": _filled(text.one_line(law), NAME_MAX, "law"),
        "target": target,
        "text": _fitting(text.lines(request_text), TEXT_MAX, "text"),
    }


def _checked_answer(outcome: LegalOutcome | None, done: str) -> dict[str, Any]:
    """Return what an answer says, by column.

    Raises:
        Invalid: there is none, or it says too little or too much.
    """
    if outcome is None or outcome is LegalOutcome.PENDING:
        raise Invalid(_("Say what was done."), field="outcome")
    return {"outcome": outcome, "done": _filled(text.lines(done), DONE_MAX, "done")}


def _in_words(values: dict[str, Any], names: Collection[str], when: str) -> dict[str, str]:
    """Return what columns say as texts beside a row of the log: "law_before"."""
    return {f"{_FIELD[name]}_{when}": _word(name, values[name]) for name in names if name in _FIELD}


def _word(name: str, value: Any) -> str:
    if name == "company_id":
        return _slug_of(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)  # of a day: "2026-11-22"


def _slug_of(company_id: int | None) -> str:
    return db.session.get_one(Company, company_id).slug if company_id is not None else ""


def _filled(said: str, most: int, field: str) -> str:
    if not said:
        raise Invalid(_("This is needed."), field=field)
    return _fitting(said, most, field)


def _fitting(said: str, most: int, field: str) -> str:
    if len(said) > most:
        raise Invalid(_("This may have %(most)s characters.", most=most), field=field)
    return said
