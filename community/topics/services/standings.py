"""What each person has done at each company, counted from the rows.

Replies are the visible ones to somebody else's topic, without comments. Solved are topics in which somebody
*else* accepted an answer of theirs, however many people or answers. A topic that was taken out of
sight takes nothing from those who answered it.

The index knows how much of an expert the author of a topic's answer is (`ranking.doublings`).
Whenever that changes, which it does at most five times for a person at a company, all topics
that they have answered there are owed to it.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Select, case, delete, distinct, func, or_, select, tuple_

from community.core import outbox
from community.core.db import db
from community.core.sql import changed, chunks, insert
from community.search import ranking
from community.topics.models import AcceptedAnswer, Reply, Standing, Topic

EVENT = "expertise.changed"
AT_ONCE = 500  # topics of an event, or people of a statement

Pair = tuple[int, int]  # ids of a company and a person


def refresh_authors(reply_ids: Collection[int]) -> None:
    """Count again for the authors of these replies, at the companies these are about."""
    pairs = db.session.execute(
        select(Topic.company_id, Reply.author_id)
        .join(Topic, Topic.id == Reply.topic_id)
        .where(Reply.id.in_(list(reply_ids)))
        .distinct()
    ).all()
    if pairs:
        wanted = [tuple(pair) for pair in pairs]
        _tell(
            _refresh_some(
                tuple_(Topic.company_id, Reply.author_id).in_(wanted),
                tuple_(Standing.company_id, Standing.user_id).in_(wanted),
            )
        )


def refresh_people(user_ids: Collection[int]) -> None:
    """Count again for these people, at every company."""
    wanted = list(user_ids)
    _tell(_refresh_some(Reply.author_id.in_(wanted), Standing.user_id.in_(wanted)))


def refresh_companies(company_ids: Collection[int]) -> set[int]:
    """Count again for everybody at these companies. Return the topics to index anew."""
    wanted = list(company_ids)
    return _refresh_some(Topic.company_id.in_(wanted), Standing.company_id.in_(wanted))


def refresh_all() -> int:
    """Count everything again. Return how many standings were wrong."""
    before = _expertise()
    wrong = _refresh(None, None)
    if wrong:
        _tell(_answered_otherwise(before, _expertise()))
    return wrong


def _refresh_some(replies: ColumnElement[bool], standings: ColumnElement[bool]) -> set[int]:
    """Count again. Return the topics answered by people who are more or less expert since."""
    before = _expertise(standings)
    _refresh(replies, standings)
    return _answered_otherwise(before, _expertise(standings))


def _expertise(*standings: ColumnElement[bool]) -> dict[Pair, int]:
    """Return the `ranking.doublings` of those who have solved something."""
    found = db.session.execute(
        select(Standing.company_id, Standing.user_id, Standing.solved_count).where(
            Standing.solved_count > 0, *standings
        )
    )
    return {
        (company_id, user_id): ranking.doublings(solved_count)
        for company_id, user_id, solved_count in found
    }


def _answered_otherwise(before: Mapping[Pair, int], after: Mapping[Pair, int]) -> set[int]:
    """Return the topics in which people have replied whose expertise there has changed."""
    pairs = {
        pair for pair in before.keys() | after.keys() if before.get(pair, 0) != after.get(pair, 0)
    }
    found: set[int] = set()
    for some in chunks(sorted(pairs), AT_ONCE):
        found.update(
            db.session.scalars(
                select(Reply.topic_id)
                .join(Topic, Topic.id == Reply.topic_id)
                .where(tuple_(Topic.company_id, Reply.author_id).in_(some), *_counted())
                .distinct()
            )
        )
    return found


def _tell(topic_ids: Collection[int]) -> None:
    """Owe topics to the index."""
    for some in chunks(sorted(topic_ids), AT_ONCE):
        outbox.publish(EVENT, topic_ids=some)


def _refresh(replies: ColumnElement[bool] | None, standings: ColumnElement[bool] | None) -> int:
    """Write what the rows say, where it differs. Return how many standings did."""
    stale = delete(Standing).where(
        ~select(Reply.id)
        .join(Topic, Topic.id == Reply.topic_id)
        .where(
            Topic.company_id == Standing.company_id,
            Reply.author_id == Standing.user_id,
            *_counted(),
        )
        .exists()
    )
    if standings is not None:
        stale = stale.where(standings)
    fresh = insert(Standing).from_select(
        ["company_id", "user_id", "reply_count", "solved_count"], _standings(replies)
    )
    new = fresh.excluded
    return changed(stale) + changed(
        fresh.on_conflict_do_update(
            index_elements=["company_id", "user_id"],
            set_={"reply_count": new.reply_count, "solved_count": new.solved_count},
            where=or_(
                Standing.reply_count != new.reply_count, Standing.solved_count != new.solved_count
            ),
        )
    )


def _standings(which: ColumnElement[bool] | None) -> Select[int, int, int, int]:
    accepted_by_another = (
        select(AcceptedAnswer.reply_id)
        .where(
            AcceptedAnswer.topic_id == Reply.topic_id,
            AcceptedAnswer.reply_id == Reply.id,
            AcceptedAnswer.accepted_by_id != Reply.author_id,
        )
        .exists()
    )
    counts = (
        select(
            Topic.company_id,
            Reply.author_id,
            func.count(Reply.id),
            func.count(distinct(case((accepted_by_another, Reply.topic_id)))),
        )
        .join(Topic, Topic.id == Reply.topic_id)
        .where(*_counted())
        .group_by(Topic.company_id, Reply.author_id)
    )
    return counts if which is None else counts.where(which)


def _counted() -> tuple[ColumnElement[bool], ...]:
    return (
        Reply.parent_id.is_(None),
        Reply.hidden_at.is_(None),
        Reply.author_id != Topic.author_id,
    )
