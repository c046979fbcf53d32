"""Write the trail of readers who looked before they asked: whom an answer helped silently."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import blake2b

from community.core.db import db
from community.demo import shapes
from community.demo.calendar import number
from community.demo.shapes import Role
from community.demo.site import Site
from community.topics.models import (
    VISIT_LENGTH,
    DeflectionEvent,
    DeflectionStep,
    Outcome,
    Reply,
    Topic,
)

SUGGESTIONS = 5  # rows that the ask box shows
HELPED_MAX = 60  # readers of one topic


def write_visits(site: Site) -> None:
    """Write for every topic how it was asked, and for answered ones who was helped."""
    for _company, topic in site.content.topics():
        if site.people[topic.author].role is not Role.IMPORTED:  # who asked elsewhere
            _write_asking(site, topic)
        answer = _best(topic)
        if answer is not None:
            _write_helping(site, topic, answer)
    db.session.flush()


def _write_asking(site: Site, topic: shapes.Topic) -> None:
    row = site.topics[topic.key]
    visit = _visit(topic.key, "asked")
    asked = [(DeflectionStep.POSTED, row, timedelta(), "")]
    if topic.differs_from:
        shown = site.topics[topic.differs_from]
        asked[:0] = [
            (DeflectionStep.SHOWN, shown, timedelta(minutes=-4), ""),
            (DeflectionStep.DIFFERS, shown, timedelta(minutes=-3), topic.differs_reason),
        ]
    db.session.add_all(
        DeflectionEvent(
            visit=visit,
            step=step,
            company_id=row.company_id,
            user_id=row.author_id,
            topic_id=about.id,
            rank=1 if step is DeflectionStep.SHOWN else None,
            query=topic.title,
            reason=reason,
            created_at=row.created_at + after,
        )
        for step, about, after, reason in asked
    )


def _best(topic: shapes.Topic) -> shapes.Reply | None:
    """Return the answer that worked best by what members said, if there is one."""
    good = [
        reply
        for reply in topic.replies
        if reply.author != topic.author
        and (reply.accepted_by or reply.worked)
        and len(reply.failed) <= len(reply.worked)
    ]
    return max(good, key=_trust, default=None)


def _trust(reply: shapes.Reply) -> int:
    return len(reply.accepted_by) + len(reply.worked) - len(reply.failed)


def _write_helping(site: Site, topic: shapes.Topic, answer: shapes.Reply) -> None:
    """Let more readers find an answer the more members it has helped, and some look on."""
    row, reply = site.topics[topic.key], site.replies[answer.key]
    trust = max(_trust(answer), 0)
    helped = min(trust * (1 + len(topic.me_too)) // 2 + number(topic.key) % 3, HELPED_MAX)
    looked_on = number("looked on", topic.key) % (helped + 2)
    row.helped_count = reply.helped_count = helped
    for which in range(helped + looked_on):
        visit = _visit(topic.key, which)
        at = site.calendar.some_time_after(reply.created_at, topic.key, which)
        db.session.add_all(_steps(row, reply, visit, at, solved=which < helped))
        if which < helped:
            db.session.add(Outcome(reply_id=reply.id, visit=visit, worked=True, created_at=at))
            reply.worked_count += 1
            reply.last_worked_at = max(reply.last_worked_at or at, at)


def _steps(
    topic: Topic, reply: Reply, visit: str, at: datetime, *, solved: bool
) -> Iterator[DeflectionEvent]:
    """Yield the steps of one reader, who is done at the moment ``at``."""
    steps = {DeflectionStep.SHOWN: timedelta(minutes=-3)}
    if not solved or number("opened", visit) % 3 == 0:  # most find it without opening the topic
        steps[DeflectionStep.OPENED] = timedelta(minutes=-2)
    if solved:
        steps[DeflectionStep.SOLVED] = timedelta()
    for step, before in steps.items():
        yield DeflectionEvent(
            visit=visit,
            step=step,
            company_id=topic.company_id,
            topic_id=topic.id,
            reply_id=reply.id,
            rank=1 + number("rank", visit) % SUGGESTIONS,
            query=topic.title,
            created_at=max(at + before, reply.created_at),
        )


def _visit(*names: object) -> str:
    """Return what stands for one visit, the same for the same names."""
    text = "\0".join(str(name) for name in names)
    return blake2b(text.encode(), digest_size=VISIT_LENGTH // 2).hexdigest()
