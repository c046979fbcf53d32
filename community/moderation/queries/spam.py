"""What is known when a post is judged to be spam or not, and how it was judged."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, union_all

from community.accounts.models import User
from community.companies.models import Company, Product
from community.core.db import db
from community.moderation.models import SpamCount, SpamJudgement
from community.moderation.queries.targets import Target, keys_of
from community.moderation.spam import (
    Counts,
    Learnt,
    Outcome,
    Part,
    Seen,
    Text,
    Writer,
    is_near,
    learnable,
    weigh_words,
)
from community.topics.models import (
    Post,
    Reply,
    Sight,
    Tag,
    Tombstone,
    Topic,
    TopicProduct,
    TopicTag,
)

REPEATED_WITHIN = timedelta(days=2)
COMPARED_MAX = 5_000  # posts, the newest
COPIED_WITHIN = timedelta(days=90)  # how far back the first post of a text is looked for
COMPARED_FOR_FIRST_MAX = 20_000  # posts, the newest; only where a near-same text was spam
AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)
A_YEAR = timedelta(days=365)


class _Earlier(NamedTuple):
    """An earlier post of a near-same text."""

    writer_id: int
    is_spam: bool | None  # as somebody decided
    is_in_sight: bool


def learnt(keys: Collection[str]) -> Learnt:
    """Return what was learnt of some keys."""
    rows = db.session.execute(
        select(SpamCount.token, SpamCount.spam, SpamCount.honest).where(SpamCount.token.in_(keys))
    )
    return Learnt({row.token: Counts(row.spam, row.honest) for row in rows})


def writer_of(author: User, post: Post) -> Writer:
    """Return what is known of the author of ``post``, just before they posted it."""
    at = post.created_at
    standing, last_hour, removed = [], [], []
    for table, post_id in ((Topic, Tombstone.topic_id), (Reply, Tombstone.reply_id)):
        mine = select(func.count()).where(table.author_id == author.id, table.created_at <= at)
        if isinstance(post, table):
            mine = mine.where(table.id != post.id)
        stands = (table.hidden_at.is_(None), table.created_at <= at - A_DAY)
        standing.append(mine.where(*stands).scalar_subquery())
        last_hour.append(mine.where(table.created_at > at - AN_HOUR).scalar_subquery())
        gone = (
            Tombstone.sight == Sight.REMOVED,
            Tombstone.lifted_at.is_(None),
            Tombstone.at > at - A_YEAR,
        )
        mine = mine.select_from(table).join(Tombstone, post_id == table.id)
        removed.append(mine.where(*gone).scalar_subquery())
    row = db.session.execute(
        select(
            (standing[0] + standing[1]).label("all"),
            (last_hour[0] + last_hour[1]).label("hour"),
            (removed[0] + removed[1]).label("removed"),
        )
    ).one()
    days = max(at - author.created_at, timedelta()) / timedelta(days=1)
    return Writer(days=days, standing=row.all, last_hour=row.hour, removed=row.removed)


def seen(fingerprint: int | None, author_id: int, at: datetime) -> Seen:
    """Return how often a near-same text was posted in the two days before.

    Copies of what somebody wrote do not make it spam, whatever becomes of them: none counts as
    spam where the first post of the text stands, or where one was found to be honest; and whoever
    wrote the first is not charged with those of others.
    """
    if fingerprint is None:
        return Seen()
    near = _near(fingerprint, at - REPEATED_WITHIN, at, limit=COMPARED_MAX)
    if not near:
        return Seen()
    mine = sum(each.writer_id == author_id for each in near)
    spam = sum(each.is_spam is True for each in near)
    known = list(near)
    if spam:
        known += _near(
            fingerprint, at - COPIED_WITHIN, at - REPEATED_WITHIN, limit=COMPARED_FOR_FIRST_MAX
        )
    first, is_honest = known[-1], any(each.is_spam is False for each in known)
    if first.is_in_sight or is_honest:
        spam = 0
    is_copied = first.writer_id == author_id and first.is_in_sight
    return Seen(by_author=mine, by_others=0 if is_copied else len(near) - mine, spam=spam)


def _near(fingerprint: int, after: datetime, until: datetime, *, limit: int) -> list[_Earlier]:
    """Return near-same posts of a time, the newest first, out of the ``limit`` newest posts."""
    rows = db.session.execute(
        select(
            SpamJudgement.fingerprint,
            SpamJudgement.is_spam,
            func.coalesce(Topic.author_id, Reply.author_id).label("writer_id"),
            func.coalesce(Topic.hidden_at, Reply.hidden_at).label("hidden_at"),
        )
        .outerjoin(Topic, Topic.id == SpamJudgement.topic_id)
        .outerjoin(Reply, Reply.id == SpamJudgement.reply_id)
        .where(
            SpamJudgement.created_at > after,
            SpamJudgement.created_at <= until,
            SpamJudgement.fingerprint.is_not(None),
        )
        .order_by(SpamJudgement.created_at.desc(), SpamJudgement.id.desc())
        .limit(limit)
    )
    return [
        _Earlier(row.writer_id, row.is_spam, row.hidden_at is None)
        for row in rows
        if is_near(fingerprint, row.fingerprint)
    ]


def judgement_of(post: Post) -> SpamJudgement | None:
    """Return how a post was judged; None if nobody has looked at it yet."""
    return db.session.scalar(select(SpamJudgement).filter_by(**keys_of(post)))


def text_of(post: Post) -> Text:
    """Return what a post says that nobody has covered."""
    if isinstance(post, Reply):
        return Text("", post.body)
    return Text(post.title, post.body, names_of(post))


def names_of(topic: Topic) -> tuple[str, ...]:
    """Return the tags of a topic, and the names of pages that opened with it and nobody has seen."""
    tags = (
        select(Tag.slug)
        .join(TopicTag, TopicTag.tag_id == Tag.id)
        .where(TopicTag.topic_id == topic.id)
    )
    products = (
        select(Product.name)
        .join(TopicProduct, TopicProduct.product_id == Product.id)
        .where(TopicProduct.topic_id == topic.id, Product.held_at.is_not(None))
    )
    pages = select(Company.name).where(Company.id == topic.company_id, Company.held_at.is_not(None))
    return tuple(db.session.scalars(union_all(tags, products, pages)))


def parts_of(judgement: SpamJudgement) -> tuple[Part, ...]:
    """Return what was weighed."""
    return tuple(Part(name, weight) for name, weight in json.loads(judgement.parts))


def suspicion(target: Target) -> float:
    """Return the chance that a post is spam, from 0 to 1; 0 once somebody has looked, and of people.

    Below the chance from which somebody is to look it is 0 as well: it is no reason for anything.
    """
    judgement = judgement_of(target) if not isinstance(target, User) else None
    if judgement is None or judgement.is_spam is not None:
        return 0.0
    return judgement.score if judgement.outcome is not Outcome.SHOWN else 0.0


@dataclass(frozen=True, slots=True)
class Explained:
    """Why an automatic rule is not sure of a post, for the moderator who looks."""

    score: float  # the chance that it is spam, from 0 to 1
    towards: tuple[str, ...]  # names of what spoke for spam, the weightiest first
    against: tuple[str, ...]
    words: tuple[str, ...]  # of the text, that stood in spam


def explained(post: Post) -> Explained | None:
    """Return why a post was not simply shown; None if it was, or nobody has judged it."""
    judgement = judgement_of(post)
    if judgement is None or judgement.outcome is Outcome.SHOWN:
        return None
    parts = sorted(parts_of(judgement), key=lambda part: -abs(part.weight))
    text = text_of(post)
    now = weigh_words(text, learnt(learnable(text, (), None)))
    return Explained(
        score=judgement.score,
        towards=tuple(part.name for part in parts if part.weight > 0),
        against=tuple(part.name for part in parts if part.weight < 0 and part.name != "prior"),
        words=now.words if now.weight > 0 else (),
    )


def unjudged(limit: int) -> Sequence[Post]:
    """Return some posts that can be seen and that nobody has judged, the oldest first."""
    found: list[Post] = []
    for table, column in ((Topic, SpamJudgement.topic_id), (Reply, SpamJudgement.reply_id)):
        rows = select(table).outerjoin(SpamJudgement, column == table.id)
        found += db.session.scalars(
            rows.where(SpamJudgement.id.is_(None), table.hidden_at.is_(None))
            .order_by(table.id)
            .limit(limit - len(found))
        )
    return found
