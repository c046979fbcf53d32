"""Where the permanent link of a reply or comment leads: the page of its conversation, now."""

from dataclasses import dataclass

from sqlalchemy import Integer, bindparam, func, select, tuple_
from sqlalchemy.orm import aliased

from community.core import paging
from community.topics.models import REPLY_IS_SEEN, Reply, Topic, slug_of
from community.topics.queries import tombstones
from community.topics.queries.comments import COMMENTS, FORWARDS
from community.topics.queries.conversation import (
    ANSWERS,
    BEST_IDS,
    FIRST,
    KEY,
    NEWEST,
    REPLIES,
)
from community.topics.queries.reading import rows


@dataclass(frozen=True, slots=True)
class ReplyPlace:
    """Where a reply or comment stands: its topic, and the page of the conversation."""

    topic_id: int
    title: str  # empty if the topic is out of sight
    after: str | None  # the cursor of the page; None: the first
    opened_id: int | None  # itself, if it is a comment that is folded

    @property
    def slug(self) -> str:
        """Return the readable end of the topic's address."""
        return slug_of(self.title)


_sibling = aliased(Reply, name="sibling")
_ASKED_FOR = (
    select(
        Reply.topic_id,
        Reply.parent_id,
        func.coalesce(Reply.parent_id, Reply.id).label("answer_id"),
        Topic.title,
        Topic.reply_count,
        select(func.count())
        .where(
            _sibling.parent_id == Reply.parent_id,
            _sibling.hidden_at.is_(None),
            tuple_(_sibling.created_at, _sibling.id) < KEY,
        )
        .scalar_subquery()
        .label("comments_before"),
    )
    .join(Topic, Topic.id == Reply.topic_id)
    .where(Reply.id == bindparam("reply_id"), REPLY_IS_SEEN, Topic.hidden_at.is_(None))
)
_numbered = (
    select(
        Reply.id,
        Reply.created_at,
        (func.row_number().over(order_by=FORWARDS) - 1).label("number"),
    )
    .where(*ANSWERS)
    .cte("numbered")
)
_number = (
    select(_numbered.c.number).where(_numbered.c.id == bindparam("answer_id")).scalar_subquery()
)
_count = select(func.count()).select_from(_numbered).scalar_subquery()
_first = bindparam("first", type_=Integer())  # replies on the first page
_newest = bindparam("newest", type_=Integer())
_LAST_BEFORE_ITS_PAGE = select(_numbered.c.created_at, _numbered.c.id).where(
    _number >= _first,
    _number < _count - _newest,
    _numbered.c.number == _number - (_number - _first) % REPLIES - 1,
)
_TITLE = select(Topic.title).where(Topic.id == bindparam("topic_id"))


def place_of(reply_id: int, *, viewer_id: int | None = None) -> ReplyPlace | None:
    """Return where a reply or comment is shown, or None if it cannot be seen.

    A reply that helps is shown on the first page, wherever in the conversation it stands. One
    that is out of sight is where its tombstone stands, if there is one that the viewer sees.
    """
    asked = next(iter(rows(_ASKED_FOR, reply_id=reply_id)), None)
    if asked is None:
        return _place_of_tombstone(reply_id, viewer_id)
    after = None
    best = {row.id for row in rows(BEST_IDS, topic_id=asked.topic_id)}
    if asked.answer_id not in best:
        first, newest = (FIRST, NEWEST) if asked.reply_count > REPLIES else (REPLIES, 0)
        for row in rows(
            _LAST_BEFORE_ITS_PAGE,
            topic_id=asked.topic_id,
            answer_id=asked.answer_id,
            first=first,
            newest=newest,
        ):
            after = paging.encode(row.created_at, row.id)
    is_folded = asked.parent_id is not None and asked.comments_before >= COMMENTS
    return ReplyPlace(asked.topic_id, asked.title, after, reply_id if is_folded else None)


def _place_of_tombstone(reply_id: int, viewer_id: int | None) -> ReplyPlace | None:
    """Return where something stands in place of a reply, or of the whole topic around it."""
    gone = tombstones.gone_reply(reply_id, viewer_id=viewer_id)
    if gone is None:
        topic_id = tombstones.gone_around(reply_id)
        return ReplyPlace(topic_id, "", None, None) if topic_id is not None else None
    topic_id, behind = gone
    if behind != tombstones.BEGINNING:
        return place_of(behind, viewer_id=viewer_id)
    (topic,) = rows(_TITLE, topic_id=topic_id)
    return ReplyPlace(topic_id, topic.title, None, None)
