"""The trail of every answer found: what happened to what was shown to somebody about to ask.

A visit counts once for a topic and a step, however often it presses; a member counts
once whatever the visit. Own clicks are not kept at all: neither the asker's on an own
topic nor the author's on an own answer. So ``helped_count``, of topics and of answers, is
the number of rows.

Who presses without an account is a visit and no more. Two things are known of it: who
has taken other steps on it, signed in; and who signs in on it afterwards. Then what had
been counted is put right (`settle_visit`), in doubt to less. Whoever helps themselves in a
browser in which they never sign in counts once for the topic, like a stranger.
"""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import delete, select

from community.accounts.models import User
from community.accounts.policies import can_take_part
from community.core import clock, outbox, text
from community.core.db import db
from community.core.errors import NotFound
from community.core.sql import add_once, change, changed, find, insert
from community.topics.models import (
    REASON_MAX,
    TITLE_MAX,
    DeflectionEvent,
    DeflectionStep,
    Outcome,
    Reply,
    Topic,
)
from community.topics.services import following, verdicts
from community.topics.services.visits import require_visit

RANK_MAX = 1_000
# How many an answer has helped when its author hears of it: 1, 3, 10, 30, 100 and so on.
TOLD_OF = frozenset(first * 10**zeros for first in (1, 3) for zeros in range(7))
# Steps that are kept of whoever takes them: all others help somebody, which nobody does oneself.
OWN_COUNTS = frozenset({DeflectionStep.POSTED, DeflectionStep.SHOWN, DeflectionStep.OPENED})


def record_step(
    *,
    visit: str,
    step: DeflectionStep,
    user: User | None = None,
    company_id: int | None = None,
    topic_id: int | None = None,
    reply_id: int | None = None,
    rank: int | None = None,
    query: str = "",
    reason: str = "",
) -> bool:
    """Keep one step of somebody about to ask, and what follows from it.

    ``solved`` counts as help given by the topic and by the answer that was shown, for
    which it is "worked for me" as well; ``me_too`` counts a member as having the issue. A member who may not
    take part is a visit like any other.

    Args:
        company_id: of the company asked; the topic's if there is a topic.
        topic_id: the topic that was shown or, with ``posted``, the new one.
        reply_id: the answer that was shown.
        rank: its place in the list, from 1 to `RANK_MAX`; dropped if it is another.
        query: what was typed; the first `TITLE_MAX` characters are kept.
        reason: "mine differs because …"; the first `REASON_MAX` characters are kept.

    Returns:
        False if the step was known, is an own click, or the topic cannot be seen.

    Raises:
        Invalid: the visit is not `VISIT_LENGTH` hexadecimal digits.
    """
    require_visit(visit)
    db.session.flush()
    if user is not None and not can_take_part(user, clock.now()):
        user = None
    topic = _seen(topic_id)
    reply = _shown(topic, reply_id)
    if topic is None and topic_id is not None:
        return False
    if topic is not None and _does_not_count(step, topic, reply, user=user, visit=visit):
        return False
    if not add_once(
        DeflectionEvent,
        visit=visit,
        step=step,
        company_id=topic.company_id if topic is not None else company_id,
        user_id=user.id if user is not None else None,
        topic_id=topic.id if topic is not None else None,
        reply_id=reply.id if reply is not None else None,
        rank=rank if rank is not None and 1 <= rank <= RANK_MAX else None,
        query=text.one_line(query)[:TITLE_MAX],
        reason=text.one_line(reason)[:REASON_MAX],
    ):
        return False
    if topic is not None:
        _follow_up(step, topic, reply, user, visit)
    return True


def record_shown(
    *,
    visit: str,
    topic_ids: Sequence[int],
    query: str,
    user: User | None = None,
    company_id: int | None = None,
) -> int:
    """Keep that topics were shown, in one statement. Return how many were new to the visit.

    Args:
        topic_ids: existing ones, in the order in which they were shown.
        query: what was typed; the first `TITLE_MAX` characters are kept.
        company_id: of the company asked, if there is one.

    Raises:
        Invalid: the visit is not `VISIT_LENGTH` hexadecimal digits.
    """
    require_visit(visit)
    if not topic_ids:
        return 0
    db.session.flush()
    typed = text.one_line(query)[:TITLE_MAX]
    rows = [
        {
            "visit": visit,
            "step": DeflectionStep.SHOWN,
            "company_id": company_id,
            "user_id": user.id if user is not None else None,
            "topic_id": topic_id,
            "rank": rank,
            "query": typed,
        }
        for rank, topic_id in enumerate(topic_ids, start=1)
    ]
    return changed(insert(DeflectionEvent).values(rows).on_conflict_do_nothing())


def settle_visit(user: User, visit: str) -> int:
    """Put right what was counted on a visit, now that it turns out to be ``user``'s.

    Help that they gave themselves is taken back, and so is help that they had said they
    got on another visit already. The rest is theirs, so that they count once from now on.

    Returns:
        how much was taken back.

    Raises:
        Invalid: the visit is not `VISIT_LENGTH` hexadecimal digits.
    """
    require_visit(visit)
    on_visit = select(DeflectionEvent).where(
        DeflectionEvent.visit == visit,
        DeflectionEvent.step == DeflectionStep.SOLVED,
        DeflectionEvent.user_id.is_(None),
    )
    taken_back = 0
    for event in db.session.scalars(on_visit.order_by(DeflectionEvent.topic_id)).all():
        topic, reply = find(Topic, event.topic_id), find(Reply, event.reply_id)
        assert topic is not None  # that is what it was that helped
        if _is_own(topic, reply, user.id) or _said_before(event.step, topic, user):
            taken_back += _take_back(event, topic, reply)
        else:
            change(event, user_id=user.id)
    own = (
        select(Reply)
        .join(Outcome, Outcome.reply_id == Reply.id)
        .where(Outcome.visit == visit, Reply.author_id == user.id)
    )
    for reply in db.session.scalars(own.order_by(Reply.id)).all():
        _unsay(reply, visit)
    return taken_back


def _seen(topic_id: int | None) -> Topic | None:
    topic = find(Topic, topic_id)
    return topic if topic is not None and topic.hidden_at is None else None


def _shown(topic: Topic | None, reply_id: int | None) -> Reply | None:
    """Return the answer that was shown, if it is one of the topic's that can be seen."""
    reply = find(Reply, reply_id) if topic is not None else None
    if reply is None or topic is None or reply.topic_id != topic.id:
        return None
    return reply if reply.hidden_at is None and reply.parent_id is None else None


def _does_not_count(
    step: DeflectionStep, topic: Topic, reply: Reply | None, *, user: User | None, visit: str
) -> bool:
    """Tell whether this is the click of somebody with a stake, or of somebody counted before."""
    if step in OWN_COUNTS:
        return False
    if user is None:
        return any(_is_own(topic, reply, user_id) for user_id in _known_on(visit))
    return _is_own(topic, reply, user.id) or _said_before(step, topic, user)


def _is_own(topic: Topic, reply: Reply | None, user_id: int) -> bool:
    return user_id in {topic.author_id, reply.author_id if reply is not None else None}


def _said_before(step: DeflectionStep, topic: Topic, user: User) -> bool:
    earlier = select(DeflectionEvent.id).where(
        DeflectionEvent.topic_id == topic.id,
        DeflectionEvent.step == step,
        DeflectionEvent.user_id == user.id,
    )
    return db.session.scalar(earlier.limit(1)) is not None


def _known_on(visit: str) -> Sequence[int]:
    """Return who has taken steps on this visit while they were signed in."""
    people = select(DeflectionEvent.user_id).where(
        DeflectionEvent.visit == visit, DeflectionEvent.user_id.is_not(None)
    )
    return [user_id for user_id in db.session.scalars(people.distinct()) if user_id is not None]


def _follow_up(
    step: DeflectionStep, topic: Topic, reply: Reply | None, user: User | None, visit: str
) -> None:
    if step is DeflectionStep.ME_TOO and user is not None:
        following.add_me_too(user, topic)
    if step is not DeflectionStep.SOLVED:
        return
    if reply is not None:
        verdicts.record_outcome(reply, user=user, visit=visit, worked=True)
        change(reply, helped_count=Reply.helped_count + 1)
    change(topic, helped_count=Topic.helped_count + 1)
    outbox.publish(
        "topic.helped",
        topic_id=topic.id,
        company_id=topic.company_id,
        reply_id=reply.id if reply is not None else None,
    )
    if reply is not None and reply.helped_count in TOLD_OF:
        outbox.publish(
            "answer.helped",
            topic_id=topic.id,
            company_id=topic.company_id,
            reply_id=reply.id,
            helped_count=reply.helped_count,
        )


def _take_back(event: DeflectionEvent, topic: Topic, reply: Reply | None) -> int:
    """Forget that a visit was helped. Return 0 if somebody else has done so just now."""
    visit = event.visit
    if not changed(delete(DeflectionEvent).where(DeflectionEvent.id == event.id)):
        return 0
    db.session.expunge(event)
    if reply is not None:
        _unsay(reply, visit)
        change(reply, helped_count=Reply.helped_count - 1)
    change(topic, helped_count=Topic.helped_count - 1)
    outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)
    return 1


def _unsay(reply: Reply, visit: str) -> None:
    """Take back that an answer worked on a visit, while it can still be judged."""
    with suppress(NotFound):
        verdicts.record_outcome(reply, visit=visit, worked=None)
