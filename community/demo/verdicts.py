"""Write what people said about topics and answers, and where each topic stands."""

from collections.abc import Iterator
from datetime import datetime

from community.core.db import db
from community.demo import checks, shapes
from community.demo.shapes import Role
from community.demo.site import Site
from community.topics.models import (
    AcceptedAnswer,
    Follow,
    FollowCause,
    MeToo,
    OfficialAnswer,
    Outcome,
    StatusChange,
    StatusRole,
    TopicStatus,
    Vote,
)


def write_verdicts(site: Site) -> None:
    """Write me-toos, follows, votes, outcomes, accepted and official answers and histories."""
    for company, topic in site.content.topics():
        me_toos = {name: _me_too_at(site, topic, name) for name in topic.me_too}
        db.session.add_all(
            MeToo(topic_id=site.topics[topic.key].id, user_id=site.user_id(name), created_at=at)
            for name, at in me_toos.items()
        )
        _write_follows(site, topic, me_toos)
        for reply in topic.replies:
            _write_votes(site, reply)
            _write_outcomes(site, topic, reply)
            _write_acceptances(site, topic, reply, me_toos)
        _write_official(site, topic)
        _write_history(site, company, topic)
    db.session.flush()


def _me_too_at(site: Site, topic: shapes.Topic, username: str) -> datetime:
    return site.judged_at(username, f"me too {topic.key}", site.calendar.at(topic.at))


def _write_follows(site: Site, topic: shapes.Topic, me_toos: dict[str, datetime]) -> None:
    """Let everybody follow who took part, for the first reason they had."""
    row = site.topics[topic.key]
    reasons = [(row.created_at, topic.author, FollowCause.ASKED)]
    reasons += [(at, name, FollowCause.ME_TOO) for name, at in me_toos.items()]
    reasons += [(at, name, FollowCause.REPLIED) for name, at in _written(site, topic)]
    reasons += [
        (site.judged_at(name, f"follow {topic.key}", row.created_at), name, FollowCause.CHOSEN)
        for name in topic.follows
    ]
    first: dict[str, tuple[datetime, FollowCause]] = {}
    for at, name, cause in sorted(reasons):
        if site.people[name].role is not Role.IMPORTED:  # who has never been here
            first.setdefault(name, (at, cause))
    row.follower_count = len(first)
    db.session.add_all(
        Follow(topic_id=row.id, user_id=site.user_id(name), cause=cause, created_at=at)
        for name, (at, cause) in first.items()
    )


def _written(site: Site, topic: shapes.Topic) -> Iterator[tuple[str, datetime]]:
    """Yield who wrote below a topic, and when."""
    for reply in topic.replies:
        yield reply.author, site.calendar.at(reply.at)
        for comment in reply.comments:
            yield comment.author, site.calendar.at(comment.at)


def _write_votes(site: Site, reply: shapes.Reply) -> None:
    row = site.replies[reply.key]
    values = dict.fromkeys(reply.helpful, 1) | dict.fromkeys(reply.unhelpful, -1)
    db.session.add_all(
        Vote(
            reply_id=row.id,
            user_id=site.user_id(name),
            value=value,
            created_at=site.judged_at(name, f"vote {reply.key}", row.created_at),
        )
        for name, value in values.items()
    )


def _write_outcomes(site: Site, topic: shapes.Topic, reply: shapes.Reply) -> None:
    """Write for whom it worked; of the asker alone it is known in which version."""
    row = site.replies[reply.key]
    worked = dict.fromkeys(reply.worked, True) | dict.fromkeys(reply.failed, False)
    for name, it_worked in worked.items():
        at = site.judged_at(name, f"outcome {reply.key}", row.created_at)
        version = topic.version if name == topic.author else ""
        db.session.add(
            Outcome(
                reply_id=row.id,
                user_id=site.user_id(name),
                worked=it_worked,
                version=version,
                created_at=at,
            )
        )
        if it_worked:
            row.worked_count += 1
            row.last_worked_at = max(row.last_worked_at or at, at)


def _write_acceptances(
    site: Site, topic: shapes.Topic, reply: shapes.Reply, me_toos: dict[str, datetime]
) -> None:
    row = site.replies[reply.key]
    solved_at = next((site.calendar.at(step.at) for step in _solving(topic, reply)), None)
    for name in reply.accepted_by:
        at = site.judged_at(
            name, f"accept {reply.key}", row.created_at, me_toos.get(name, row.created_at)
        )
        if name == topic.author and solved_at is not None:
            at = solved_at
        db.session.add(
            AcceptedAnswer(
                topic_id=row.topic_id,
                reply_id=row.id,
                accepted_by_id=site.user_id(name),
                accepted_at=at,
            )
        )


def _solving(topic: shapes.Topic, reply: shapes.Reply) -> list[shapes.Step]:
    """Return the asker's steps to solved that may be due to ``reply``."""
    if topic.author not in reply.accepted_by:
        return []
    return [
        step
        for step in topic.history
        if step.to is TopicStatus.SOLVED and step.by == topic.author and step.at >= reply.at
    ]


def _write_official(site: Site, topic: shapes.Topic) -> None:
    """Mark the last of the official answers: it took the place of those before."""
    official = [reply for reply in topic.replies if reply.is_official]
    if not official:
        return
    row = site.replies[max(official, key=lambda reply: reply.at).key]
    db.session.add(
        OfficialAnswer(
            topic_id=row.topic_id,
            reply_id=row.id,
            marked_by_id=row.author_id,
            marked_at=site.calendar.soon_after([row.created_at], "official", row.id),
        )
    )


def _write_history(site: Site, company: shapes.Company, topic: shapes.Topic) -> None:
    old = TopicStatus.OPEN
    for step in topic.history:
        role = checks.role_in(company, topic, step, site.people)
        accepted = [reply for reply in topic.replies if step in _solving(topic, reply)]
        by_acceptance = accepted[-1] if accepted and role is StatusRole.ASKER else None
        db.session.add(
            StatusChange(
                topic_id=site.topics[topic.key].id,
                actor_id=site.user_id(step.by),
                role=role,
                old=old,
                new=step.to,
                note=step.note,
                reply_id=None if by_acceptance is None else site.replies[by_acceptance.key].id,
                created_at=site.calendar.at(step.at),
            )
        )
        db.session.flush()  # histories are read in the order of their ids
        old = step.to
