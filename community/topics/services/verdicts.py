"""Verdicts on answers: helpful or not, worked or not, accepted, official.

Locks are taken in one order everywhere (the verdict's row, the reply, the topic), so
that two people who press at the same moment wait for each other and never for ever.
"""

from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, case, delete, func, select, update

from community.accounts.models import User
from community.accounts.policies import can_take_part
from community.core import clock, outbox, text
from community.core.db import db
from community.core.errors import Invalid
from community.core.sql import add_once, change, changed, insert
from community.topics import policies
from community.topics.models import (
    VERSION_MAX,
    AcceptedAnswer,
    MeToo,
    OfficialAnswer,
    Outcome,
    Reply,
    Topic,
    Vote,
)
from community.topics.services import places, statuses
from community.topics.services.visits import require_visit


def vote(user: User | None, reply: Reply, value: int) -> bool:
    """Say that an answer is helpful (+1) or not (-1), or take it back (0).

    Returns:
        False if the person had said the same before.

    Raises:
        NotAllowed: the person may not take part or wrote the answer, or it is a comment.
        NotFound: the answer or its topic is hidden.
        Invalid: the value is another.
    """
    if value not in {-1, 0, 1}:
        raise Invalid(gettext("A vote is +1, -1, or 0 to take it back."))
    now = clock.now()
    policies.can_judge(user, reply, at=now).require()
    assert user is not None  # can_judge refuses None
    topic = places.topic_of(reply)
    db.session.flush()
    helpful, unhelpful = _change_vote(user, reply, value, now)
    if not (helpful or unhelpful):
        return False
    change(
        reply,
        helpful_count=Reply.helpful_count + helpful,
        unhelpful_count=Reply.unhelpful_count + unhelpful,
    )
    _tell("verdict.given", topic, reply, user)
    return True


def record_outcome(
    reply: Reply,
    *,
    user: User | None = None,
    visit: str | None = None,
    worked: bool | None,
    version: str = "",
) -> bool:
    """Keep whether an answer worked for somebody; None takes it back.

    A member has one word on an answer, and so has a visit without an account. When
    both are given it is the member's word, and takes the place of what the same visit
    had said before signing in. Saying the same again renews it: the version and the
    moment are kept, the count stays.

    Args:
        visit: `VISIT_LENGTH` hexadecimal digits.
        version: of the product, at most `VERSION_MAX` characters are kept.

    Returns:
        False if nothing was said anew: the same word as before, or nothing to take back.

    Raises:
        NotAllowed: the member may not take part or wrote the answer, or it is a comment.
        NotFound: the answer or its topic is hidden.
        Invalid: neither a member nor a proper visit is given.
    """
    now = clock.now()
    visit = require_visit(visit) if visit is not None or user is None else None
    if user is None:
        policies.can_judge_unknown(reply).require()
    else:
        policies.can_judge(user, reply, at=now).require()
    topic = places.topic_of(reply)
    db.session.flush()

    who: dict[str, object] = {"user_id": user.id} if user is not None else {"visit": visit}
    worked_by, failed_by = 0, 0
    if user is not None and visit is not None:
        worked_by, failed_by = _forget(reply, visit=visit)
    note = text.one_line(version)[:VERSION_MAX]
    more_worked, more_failed = (
        _forget(reply, **who) if worked is None else _say(reply, who, worked, note, now)
    )
    worked_by, failed_by = worked_by + more_worked, failed_by + more_failed
    if worked is None and not (worked_by or failed_by):
        return False
    _count_outcomes(reply, worked_by, failed_by, renewed_at=now if worked else None)
    _tell("verdict.given", topic, reply, user)
    return bool(worked_by or failed_by)


def accept(user: User | None, topic: Topic, reply: Reply) -> bool:
    """Say "this solved it for me". Return False if it was said before.

    The asker and those with the same issue may, for as many answers as helped them.
    The asker's word makes the topic solved.

    Raises:
        NotAllowed: the person neither asked nor said "I have this too", or wrote the answer.
        NotFound: the topic or the answer is hidden, or the answer is in another topic.
    """
    now = clock.now()
    places.reply_in(topic, reply)
    db.session.flush()
    is_asker = user is not None and user.id == topic.author_id
    has_me_too = user is not None and not is_asker and _has_me_too(user, topic)
    policies.can_accept(user, topic, reply, has_me_too=has_me_too, at=now).require()
    assert user is not None  # can_accept refuses None
    row = {"topic_id": topic.id, "reply_id": reply.id, "accepted_by_id": user.id}
    if not add_once(AcceptedAnswer, **row, accepted_at=now):
        return False
    change(reply, accepted_count=Reply.accepted_count + 1)
    if is_asker:
        statuses.solve(user, topic, reply)
    _tell("answer.accepted", topic, reply, user)
    return True


def unaccept(user: User | None, topic: Topic, reply: Reply) -> bool:
    """Take "this solved it for me" back. Return False if it was not said.

    When the asker takes back the last of them, a topic that they had solved is open again.

    Raises:
        NotAllowed: the person may not take part.
        NotFound: the topic or the answer is hidden, or the answer is in another topic.
    """
    now = clock.now()
    places.reply_in(topic, reply)
    can_take_part(user, now).require()
    assert user is not None  # can_take_part refuses None
    db.session.flush()
    said = delete(AcceptedAnswer).where(
        AcceptedAnswer.topic_id == topic.id,
        AcceptedAnswer.reply_id == reply.id,
        AcceptedAnswer.accepted_by_id == user.id,
    )
    if not changed(said):
        return False
    change(reply, accepted_count=Reply.accepted_count - 1)
    if user.id == topic.author_id:
        statuses.reopen_unless_accepted(user, topic)
    _tell("answer.unaccepted", topic, reply, user)
    return True


def mark_official(actor: User | None, topic: Topic, reply: Reply) -> bool:
    """Make ``reply`` the company's answer, in place of any earlier. Return False if it was.

    Raises:
        NotAllowed: the actor does not speak for the company, or it is a comment.
        NotFound: the topic or the answer is hidden, or the answer is in another topic.
    """
    now = clock.now()
    places.reply_in(topic, reply)
    mandate = places.mandate_of(actor, topic)
    policies.can_mark_official(actor, mandate, reply, at=now).require()
    assert actor is not None  # can_mark_official refuses None
    db.session.flush()
    row = {"reply_id": reply.id, "marked_by_id": actor.id, "marked_at": now}
    marked = (
        insert(OfficialAnswer)
        .values(topic_id=topic.id, **row)
        .on_conflict_do_update(
            index_elements=["topic_id"], set_=row, where=OfficialAnswer.reply_id != reply.id
        )
    )
    if not changed(marked):
        return False
    _tell("answer.marked_official", topic, reply, actor)
    return True


def unmark_official(actor: User | None, topic: Topic) -> bool:
    """Take the company's mark back. Return False if there was none.

    Raises:
        NotAllowed: the actor does not speak for the company.
        NotFound: the topic is hidden.
    """
    places.seen(topic)
    mandate = places.mandate_of(actor, topic)
    policies.can_mark_official(actor, mandate, None, at=clock.now()).require()
    if not changed(delete(OfficialAnswer).where(OfficialAnswer.topic_id == topic.id)):
        return False
    outbox.publish("answer.unmarked_official", topic_id=topic.id, company_id=topic.company_id)
    return True


def _change_vote(user: User, reply: Reply, value: int, now: datetime) -> tuple[int, int]:
    """Write the vote; return by how much the helpful and the unhelpful ones change."""
    mine = (Vote.reply_id == reply.id, Vote.user_id == user.id)
    if value == 0:
        taken = [changed(delete(Vote).where(*mine, Vote.value == old)) for old in (1, -1)]
        return -taken[0], -taken[1]
    row = {"reply_id": reply.id, "user_id": user.id, "value": value, "created_at": now}
    if add_once(Vote, **row):
        return (1, 0) if value == 1 else (0, 1)
    # There are two values, so whatever is not the new one was the other.
    turned = update(Vote).where(*mine, Vote.value != value).values(value=value, created_at=now)
    by = changed(turned) * value
    return by, -by


def _say(
    reply: Reply, who: dict[str, object], worked: bool, version: str, now: datetime
) -> tuple[int, int]:
    """Write the outcome; return by how much the worked and the failed ones change."""
    said = {"worked": worked, "version": version, "created_at": now}
    if add_once(Outcome, reply_id=reply.id, **who, **said):
        return int(worked), int(not worked)
    mine = update(Outcome).filter_by(reply_id=reply.id, **who).values(**said)
    if changed(mine.where(Outcome.worked != worked)):
        return (1, -1) if worked else (-1, 1)
    changed(mine.where(Outcome.created_at < now))  # or the same person was faster elsewhere
    return 0, 0


def _forget(reply: Reply, **who: object) -> tuple[int, int]:
    """Delete an outcome; return by how much the worked and the failed ones change."""
    mine = delete(Outcome).filter_by(reply_id=reply.id, **who)
    return -changed(mine.where(Outcome.worked)), -changed(mine.where(~Outcome.worked))


def _count_outcomes(reply: Reply, worked: int, failed: int, *, renewed_at: datetime | None) -> None:
    counts = {
        "worked_count": Reply.worked_count + worked,
        "failed_count": Reply.failed_count + failed,
    }
    newest: ColumnElement[Any]
    if renewed_at is not None:
        newest = case((Reply.last_worked_at >= renewed_at, Reply.last_worked_at), else_=renewed_at)
    else:
        # Whoever counts beside us must have finished before the newest that is left is sought.
        db.session.execute(
            select(Reply.id).where(Reply.id == reply.id).with_for_update(key_share=True)
        )
        newest = (
            select(func.max(Outcome.created_at))
            .where(Outcome.reply_id == reply.id, Outcome.worked)
            .scalar_subquery()
        )
    change(reply, last_worked_at=newest, **counts)


def _has_me_too(user: User, topic: Topic) -> bool:
    return (
        db.session.scalar(
            select(MeToo.user_id).where(MeToo.topic_id == topic.id, MeToo.user_id == user.id)
        )
        is not None
    )


def _tell(event: str, topic: Topic, reply: Reply, user: User | None) -> None:
    outbox.publish(
        event,
        topic_id=topic.id,
        company_id=topic.company_id,
        reply_id=reply.id,
        user_id=user.id if user is not None else None,
    )
