"""Where a topic stands. Every change leaves a row that says who, in what role and why."""

from datetime import datetime

from sqlalchemy import or_, select

from community.accounts.models import User
from community.companies.models import Mandate
from community.companies.policies import can_moderate
from community.core import clock, outbox
from community.core.db import db
from community.core.policy import Decision
from community.core.sql import change
from community.topics import policies
from community.topics.models import (
    STATUSES,
    AcceptedAnswer,
    Reply,
    StatusChange,
    StatusRole,
    Topic,
    TopicKind,
    TopicStatus,
)
from community.topics.services import places, words


def set_status(actor: User | None, topic: Topic, status: TopicStatus, *, note: str = "") -> bool:
    """Say where ``topic`` stands. Return False if it stood there already.

    `policies.can_set_status` says who may, and what the asker's word is worth.

    Args:
        note: why, at most `NOTE_MAX` characters; shown in the history.

    Raises:
        NotAllowed: the actor has no such say.
        NotFound: the topic is hidden.
        Invalid: the note is too long.
    """
    note = words.note(note)
    mandate = places.mandate_of(actor, topic)
    places.lock(topic, "kind", "status")
    places.seen(topic)
    role, decision = _role(actor, topic, status, mandate)
    decision.require()
    assert actor is not None  # can_set_status refuses None
    assert role is not None  # and no role
    return _change(actor, topic, status, role=role, note=note)


def turn_into(actor: User, topic: Topic, kind: TopicKind, *, at: datetime) -> None:
    """Make ``topic``, which is locked, another kind of topic.

    A status that the new kind does not know becomes open.
    """
    old, new = topic.status, topic.status
    if old not in STATUSES[kind]:
        new = TopicStatus.OPEN
        is_asker = actor.id == topic.author_id
        role = StatusRole.ASKER if is_asker else StatusRole.MODERATOR
        _note_change(actor, topic, old, new, role=role, at=at)
    change(topic, kind=kind, status=new)


def solve(asker: User, topic: Topic, reply: Reply) -> None:
    """Make ``topic`` solved, because its asker accepted ``reply``."""
    places.lock(topic, "kind", "status")
    _change(asker, topic, TopicStatus.SOLVED, role=StatusRole.ASKER, reply=reply)


def reopen_unless_accepted(asker: User, topic: Topic) -> None:
    """Open ``topic`` again if an acceptance had solved it and its asker has taken back the last."""
    places.lock(topic, "kind", "status")
    if topic.status is not TopicStatus.SOLVED or _accepted_by_asker(topic):
        return
    last = db.session.scalar(
        select(StatusChange)
        .where(StatusChange.topic_id == topic.id)
        .order_by(StatusChange.id.desc())
        .limit(1)
    )
    # Imported topics come solved, without a history.
    if last is None or last.reply_id is not None:
        _change(asker, topic, TopicStatus.OPEN, role=StatusRole.ASKER)


def _role(
    actor: User | None, topic: Topic, status: TopicStatus, mandate: Mandate | None
) -> tuple[StatusRole | None, Decision]:
    """Return the first of the actor's roles in which the change is allowed, or the refusal.

    Nobody moderates an own topic, nor with a stake in the company (rule N12).
    """
    is_asker = actor is not None and actor.id == topic.author_id
    roles: list[StatusRole | None] = [StatusRole.ASKER] if is_asker else []
    if mandate is not None:
        roles.append(StatusRole.COMPANY)
    now = clock.now()
    if not is_asker and can_moderate(actor, places.bar_of(actor, topic, now), now):
        roles.append(StatusRole.MODERATOR)
    said = _asker_said(topic)
    tried = [
        (
            role,
            policies.can_set_status(actor, topic, status, role=role, asker_said=said, at=now),
        )
        for role in roles or [None]
    ]
    return next((one for one in tried if one[1]), tried[0])


def _asker_said(topic: Topic) -> TopicStatus | None:
    """Return the asker's last word: solved, or open again; None if they have not said.

    Accepting an answer says solved. Open counts where it contradicts a closed status,
    not where it says that missing information was given.
    """
    said = db.session.scalar(
        select(StatusChange.new)
        .where(
            StatusChange.topic_id == topic.id,
            StatusChange.role == StatusRole.ASKER,
            or_(
                StatusChange.new == TopicStatus.SOLVED,
                StatusChange.old.in_(policies.CLOSED),
            ),
        )
        .order_by(StatusChange.id.desc())
        .limit(1)
    )
    if said is None and _accepted_by_asker(topic):  # an imported topic has no history
        return TopicStatus.SOLVED
    return said


def _accepted_by_asker(topic: Topic) -> bool:
    return (
        db.session.scalar(
            select(AcceptedAnswer.reply_id)
            .where(
                AcceptedAnswer.topic_id == topic.id,
                AcceptedAnswer.accepted_by_id == topic.author_id,
            )
            .limit(1)
        )
        is not None
    )


def _change(
    actor: User,
    topic: Topic,
    new: TopicStatus,
    *,
    role: StatusRole,
    note: str = "",
    reply: Reply | None = None,
) -> bool:
    old = topic.status
    if old is new:
        return False
    step = _note_change(actor, topic, old, new, role=role, note=note, reply=reply, at=clock.now())
    change(topic, status=new)
    outbox.publish(
        "status.changed",
        topic_id=topic.id,
        company_id=topic.company_id,
        actor_id=actor.id,
        old=old.value,
        new=new.value,
        change_id=step.id,
    )
    return True


def _note_change(
    actor: User,
    topic: Topic,
    old: TopicStatus,
    new: TopicStatus,
    *,
    role: StatusRole,
    at: datetime,
    note: str = "",
    reply: Reply | None = None,
) -> StatusChange:
    step = StatusChange(
        topic_id=topic.id,
        actor_id=actor.id,
        role=role,
        old=old,
        new=new,
        note=note,
        reply_id=reply.id if reply is not None else None,
        created_at=at,
    )
    db.session.add(step)
    db.session.flush()
    return step
