"""What moderation keeps about a person: what they flagged, judged and appealed, and what befell them.

The public log is no part of this: it names moderators and nobody else, and what it says of somebody
is redacted there (`services.redact`).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, delete, select, update

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.core.links import absolute
from community.core.sql import changed, hand_over
from community.moderation.models import (
    LET_GO,
    Appeal,
    Case,
    Decision,
    Flag,
    Juror,
    LegalCorrection,
    LegalRequest,
    Mode,
    Restriction,
)
from community.moderation.models.cases import name_in_log
from community.moderation.queries.judging import is_about_person
from community.moderation.services import restrictions

# Columns that say who did something. They hold a number, which names nobody once its row is empty.
_DONE_BY = (
    Flag.reporter_id,
    Case.leased_by_id,
    Decision.moderator_id,
    Appeal.appellant_id,
    Appeal.moderator_id,
    Juror.user_id,
    Restriction.user_id,
    Mode.set_by_id,
    LegalRequest.entered_by_id,
    LegalCorrection.corrected_by_id,
)


def export(user: User) -> Mapping[str, Any]:
    """Return flags, appeals and verdicts of the person, and what was decided about them."""
    flags = db.session.scalars(select(Flag).where(Flag.reporter_id == user.id).order_by(Flag.id))
    return {
        "flags": [
            {
                "about": name_in_log(flag),
                "rule": flag.rule.value,
                "words": flag.words,
                "at": flag.created_at,
                "outcome": flag.outcome.value if flag.outcome else None,
                "judged_at": flag.closed_at,
            }
            for flag in flags
        ],
        "decisions_about_you": _decisions_about(user),
        "appeals": _appeals(user),
        **{name: _rows(statement) for name, statement in _statements(user).items()},
    }


def forget(user: User) -> None:
    """Forget in what words the person flagged, what bound them, and what waits for them.

    What they decided and said of decisions stays, as the word of a former member: others rest on it.
    """
    now = clock.now()
    changed(update(Flag).where(Flag.reporter_id == user.id).values(words=""))
    changed(delete(Restriction).where(Restriction.user_id == user.id))
    changed(update(Case).where(Case.leased_by_id == user.id).values(**LET_GO))
    waiting = (Juror.user_id == user.id, Juror.vote.is_(None), Juror.declined_at.is_(None))
    changed(update(Juror).where(*waiting).values(declined_at=now))


def move(from_user: User, to_user: User) -> None:
    """Hand over what was done, what is said of the person, and what binds them.

    Whoever hands over has no account, and so has neither flagged nor judged beside the other.
    """
    hand_over(*_DONE_BY, from_id=from_user.id, to_id=to_user.id)
    _make_one_case(from_user, to_user)
    hand_over(Case.person_id, Flag.person_id, from_id=from_user.id, to_id=to_user.id)
    restrictions.follow_suspensions(to_user)


def _make_one_case(from_user: User, to_user: User) -> None:
    """Make one of two open cases that are about the one person and about the other."""
    db.session.flush()
    ours, theirs = (_open_case(user) for user in (from_user, to_user))
    if ours is not None and theirs is not None:
        said = select(Flag.reporter_id).where(Flag.case_id == theirs.id, Flag.outcome.is_(None))
        again = (Flag.case_id == ours.id, Flag.outcome.is_(None), Flag.reporter_id.in_(said))
        changed(delete(Flag).where(*again))
        changed(update(Flag).where(Flag.case_id == ours.id).values(case_id=theirs.id))
        changed(update(Case).where(Case.id == theirs.id).values(version=Case.version + 1))
        changed(delete(Case).where(Case.id == ours.id))


def _open_case(user: User) -> Case | None:
    return db.session.scalar(
        select(Case).where(Case.person_id == user.id, Case.decided_at.is_(None))
    )


def _decisions_about(user: User) -> list[dict[str, Any]]:
    """Return what was decided about the person and about what they wrote, and where it stands."""
    found = db.session.execute(
        select(Decision, Case)
        .join(Case, Case.id == Decision.case_id)
        .where(is_about_person(user.id))
        .order_by(Decision.id)
    )
    return [
        {
            "address": absolute("moderation.decision", decision_id=decision.id),
            "written_down_at": absolute("moderation.log_row", seq=decision.log_seq),
            "about": name_in_log(case),
            "action": decision.action,
            "rule": decision.rule,
            "reason": decision.reason,
            "at": decision.created_at,
            "until": decision.until,
            "taken_back_at": decision.overturned_at,
        }
        for decision, case in found
    ]


def _appeals(user: User) -> list[dict[str, Any]]:
    found = db.session.scalars(
        select(Appeal).where(Appeal.appellant_id == user.id).order_by(Appeal.id)
    )
    return [
        {
            "address": absolute("moderation.show_appeal", appeal_id=appeal.id),
            "against": absolute("moderation.decision", decision_id=appeal.decision_id),
            "words": appeal.words,
            "state": appeal.state,
            "at": appeal.created_at,
            "ended_at": appeal.closed_at,
        }
        for appeal in found
    ]


def _statements(user: User) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return what is asked for each part of an export that is rows as they are."""
    return {
        "restrictions": select(
            Restriction.kind, Restriction.created_at, Restriction.until, Decision.reason
        )
        .join(Decision, Decision.id == Restriction.decision_id)
        .where(Restriction.user_id == user.id)
        .order_by(Restriction.id),
        "verdicts_on_appeals": select(
            Juror.appeal_id, Juror.vote, Juror.reason, Juror.drawn_at, Juror.voted_at
        )
        .where(Juror.user_id == user.id)
        .order_by(Juror.appeal_id),
        "appeals_decided": select(Appeal.id, Appeal.state, Appeal.reason, Appeal.closed_at)
        .where(Appeal.moderator_id == user.id)
        .order_by(Appeal.id),
        "decisions": select(
            Decision.id, Decision.action, Decision.rule, Decision.reason, Decision.created_at
        )
        .where(Decision.moderator_id == user.id)
        .order_by(Decision.id),
        "modes_set": select(Mode.kind, Mode.reason, Mode.since, Mode.until)
        .where(Mode.set_by_id == user.id)
        .order_by(Mode.id),
        "legal_requests_entered": select(LegalRequest.id, LegalRequest.created_at)
        .where(LegalRequest.entered_by_id == user.id)
        .order_by(LegalRequest.id),
        "legal_requests_corrected": select(
            LegalCorrection.request_id, LegalCorrection.log_seq, LegalCorrection.created_at
        )
        .where(LegalCorrection.corrected_by_id == user.id)
        .order_by(LegalCorrection.id),
    }


def _rows(statement: Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(row) for row in db.session.execute(statement).mappings()]
