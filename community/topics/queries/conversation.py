"""The conversation of a topic: a stretch of replies, those that help, and their comments.

A long conversation opens with its first replies and its newest; those between them are
one press away, and from there on it is read stretch by stretch.

At most four statements, however long it is:

1. the replies of the stretch, and those that help wherever they stand, with their
   authors and verdicts;
2. the first comments below those replies, if there are any, and of one of them a stretch
   of those that are folded;
3. what the viewer said of them, by account or by visit; none for a stranger;
4. what stands in place of those that are out of sight, if any are (`tombstones`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup  # noqa: TID251 (wraps what was sanitised at write time)
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    exists,
    literal,
    or_,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from community.accounts.models import User
from community.core import clock, paging
from community.core.db import UtcDateTime
from community.topics.models import (
    AcceptedAnswer,
    OfficialAnswer,
    Outcome,
    Reply,
    Topic,
    Vote,
)
from community.topics.queries import comments, speakers, tombstones
from community.topics.queries.answers import BEST_FIRST, BY_ASKER, IS_OFFICIAL, with_verdicts
from community.topics.queries.comments import FORWARDS
from community.topics.queries.reading import rows
from community.topics.queries.shapes import (
    HELPFUL_FROM,
    Comments,
    ReplyView,
)
from community.topics.queries.tombstones import Gaps

REPLIES = 20  # a page
FIRST, NEWEST = 10, 5  # of a conversation of more than `REPLIES`, on its first page
BEST_MAX = 3  # replies named under "What helps"

_comment = aliased(Reply, name="comment")
KEY = tuple_(Reply.created_at, Reply.id)
_PLACE = tuple_(bindparam("moment", type_=UtcDateTime()), bindparam("reply_id", type_=BigInteger()))
ANSWERS = (
    Reply.topic_id == bindparam("topic_id"),
    Reply.parent_id.is_(None),
    Reply.hidden_at.is_(None),
)
_BACKWARDS = (Reply.created_at.desc(), Reply.id.desc())

BEST_IDS = (
    with_verdicts(select(Reply.id).join(Topic, Topic.id == Reply.topic_id))
    .where(
        *ANSWERS,
        or_(
            IS_OFFICIAL,
            Reply.accepted_count > 0,
            Reply.worked_count > Reply.failed_count,
            and_(
                Reply.worked_count == Reply.failed_count,
                Reply.helpful_count - Reply.unhelpful_count >= HELPFUL_FROM,
            ),
        ),
    )
    .order_by(*BEST_FIRST)
    .limit(BEST_MAX)
)


# What was changed after somebody had vouched for it.
_EDITED_SINCE_MARKED = and_(IS_OFFICIAL, Reply.edited_at > OfficialAnswer.marked_at)
_EDITED_SINCE_ACCEPTED = and_(
    Reply.edited_at.is_not(None),
    exists().where(
        AcceptedAnswer.topic_id == Reply.topic_id,
        AcceptedAnswer.reply_id == Reply.id,
        AcceptedAnswer.accepted_at < Reply.edited_at,
    ),
)


def _replies(*stretches: Select[Any]) -> Select[*tuple[Any, ...]]:
    """Return the statement of some stretches and of the replies that help."""
    shown = union(
        *(select(one.subquery().c.id) for one in stretches),
        select(BEST_IDS.subquery("best").c.id),
    )
    statement: Select[*tuple[Any, ...]] = with_verdicts(
        speakers.with_speaker(
            select(
                Reply.id,
                Reply.topic_id,
                Reply.body_html,
                Reply.created_at,
                Reply.edited_at,
                Reply.speaks_for_company,
                Reply.helpful_count,
                Reply.unhelpful_count,
                Reply.worked_count,
                Reply.failed_count,
                Reply.helped_count,
                Reply.last_worked_at,
                Reply.accepted_count,
                IS_OFFICIAL.label("is_official"),
                BY_ASKER.label("by_asker"),
                _EDITED_SINCE_MARKED.label("edited_since_marked"),
                _EDITED_SINCE_ACCEPTED.label("edited_since_accepted"),
                exists().where(_comment.parent_id == Reply.id).label("has_comments"),
                *speakers.COLUMNS,
            ).join(Topic, Topic.id == Reply.topic_id),
            Reply.author_id,
            Topic.company_id,
        )
    )
    statement = tombstones.with_cover(statement, Reply.id)
    return statement.where(Reply.id.in_(shown)).order_by(*FORWARDS)


_ALL = select(Reply.id).where(*ANSWERS)
_ONE_MORE = REPLIES + 1  # which tells of others
_FIRST_REPLIES = _replies(_ALL.order_by(*FORWARDS).limit(_ONE_MORE))
_OPENING = _replies(_ALL.order_by(*FORWARDS).limit(FIRST), _ALL.order_by(*_BACKWARDS).limit(NEWEST))
_REPLIES_AFTER = _replies(_ALL.where(KEY > _PLACE).order_by(*FORWARDS).limit(_ONE_MORE))
_REPLIES_BEFORE = _replies(_ALL.where(KEY < _PLACE).order_by(*_BACKWARDS).limit(_ONE_MORE))

_IDS: BindParameter[Any] = bindparam("reply_ids", expanding=True)
_SAID = union_all(
    select(literal("vote").label("what"), Vote.reply_id, Vote.value.label("value")).where(
        Vote.user_id == bindparam("user_id"), Vote.reply_id.in_(_IDS)
    ),
    select(literal("outcome"), Outcome.reply_id, cast(Outcome.worked, Integer)).where(
        Outcome.user_id == bindparam("user_id"), Outcome.reply_id.in_(_IDS)
    ),
    select(literal("accepted"), AcceptedAnswer.reply_id, literal(1)).where(
        AcceptedAnswer.accepted_by_id == bindparam("user_id"), AcceptedAnswer.reply_id.in_(_IDS)
    ),
)
_SAID_ON_VISIT = select(
    literal("outcome").label("what"), Outcome.reply_id, cast(Outcome.worked, Integer).label("value")
).where(Outcome.visit == bindparam("visit"), Outcome.reply_id.in_(_IDS))


@dataclass(frozen=True, slots=True)
class Conversation:
    """A stretch of replies by time, and the replies that help, best first.

    ``newest`` are the last replies where the stretch is the beginning of a long
    conversation, and ``skipped_count`` how many stand between the two. ``gaps`` knows what is
    out of sight before and behind all of them.
    """

    stretch: paging.Page[ReplyView]
    best: tuple[ReplyView, ...]
    newest: tuple[ReplyView, ...] = ()
    skipped_count: int = 0
    gaps: Gaps = field(default_factory=Gaps)


def conversation(
    topic: Any,
    *,
    viewer: User | None,
    visit: str | None,
    after: paging.Place | None,
    before: paging.Place | None,
    opened_id: int | None = None,
) -> Conversation:
    """Return the stretch after or before a place, or the first.

    Args:
        topic: has ``id``, ``company_id``, ``company_name``, ``author_id``, ``reply_count`` and
            ``has_gone``, whether a reply or comment is out of sight.
        opened_id: a comment that is to be seen, though it be folded.
    """
    now = clock.now()
    opens = after is None and before is None and topic.reply_count > REPLIES
    found, own = _replies_around(topic.id, opens=opens, after=after, before=before)
    reply_ids = [row.id for row in found]
    commented = [row.id for row in found if row.has_comments]
    found_below = comments.rows_below(commented, opened_id, topic.company_id)
    gaps = _gaps(topic, reply_ids, found_below, viewer)
    below = {
        id_: comments.below(id_, found_below.get(id_, ()), topic, gaps, now) for id_ in commented
    }
    said = _said(reply_ids, viewer, visit)
    views = {
        row.id: _reply(row, topic, below=below, gaps=gaps, said=said, now=now) for row in found
    }
    best = tuple(sorted((view for view in views.values() if view.helps), key=_best_first))
    if opens:
        # What helps and stands between the two is no part of either.
        first = [views[row.id] for row in own[:FIRST]]
        newest = tuple(views[row.id] for row in own[FIRST:][-NEWEST:])
        return Conversation(
            paging.Page(first, next=paging.encode(*_place(first[-1])) if first else None),
            best[:BEST_MAX],
            newest,
            skipped_count=topic.reply_count - len(first) - len(newest),
            gaps=gaps,
        )
    stretch = paging.page_of(
        [views[row.id] for row in own],
        limit=REPLIES,
        place=_place,
        after=after,
        before=None if after else before,
    )
    return Conversation(stretch, best[:BEST_MAX], gaps=gaps)


def _replies_around(
    topic_id: int, *, opens: bool, after: paging.Place | None, before: paging.Place | None
) -> tuple[Sequence[Any], Sequence[Any]]:
    """Return all the rows to show, and those of the stretch with one more, which tells of others.

    They are read in one statement and told apart by their place: whatever helps and lies
    beyond the stretch comes after the row that is one too many.

    Args:
        opens: a long conversation: its first replies and its newest.
    """
    own: Sequence[Any]
    if opens:
        own = found = rows(_OPENING, topic_id=topic_id)
        return found, own
    if after is not None:
        found = rows(_REPLIES_AFTER, topic_id=topic_id, moment=after[0], reply_id=after[1])
        own = [row for row in found if _place(row) > after]
    elif before is not None:
        found = rows(_REPLIES_BEFORE, topic_id=topic_id, moment=before[0], reply_id=before[1])
        own = [row for row in reversed(found) if _place(row) < before]
    else:
        own = found = rows(_FIRST_REPLIES, topic_id=topic_id)
    return found, own[:_ONE_MORE]


def _place(row: Any) -> paging.Place:
    return row.created_at, row.id


def _gaps(
    topic: Any, reply_ids: Sequence[int], below: dict[int, Sequence[Any]], viewer: User | None
) -> Gaps:
    if not topic.has_gone:
        return Gaps()
    comment_ids = [row.id for some in below.values() for row in some]
    viewer_id = viewer.id if viewer is not None else None
    return tombstones.gaps(topic.id, [*reply_ids, *comment_ids], viewer_id=viewer_id)


def _said(
    reply_ids: Sequence[int], viewer: User | None, visit: str | None
) -> dict[tuple[str, int], int]:
    """Return what the viewer said of each reply: by kind of verdict and id, its value."""
    found: Sequence[Any] = ()
    if reply_ids and viewer is not None:
        found = rows(_SAID, reply_ids=reply_ids, user_id=viewer.id)
    elif reply_ids and visit is not None:
        found = rows(_SAID_ON_VISIT, reply_ids=reply_ids, visit=visit)
    return {(row.what, row.reply_id): row.value for row in found}


def _reply(
    row: Any,
    topic: Any,
    *,
    below: dict[int, Comments],
    gaps: Gaps,
    said: dict[tuple[str, int], int],
    now: datetime,
) -> ReplyView:
    outcome = said.get(("outcome", row.id))
    return ReplyView(
        id=row.id,
        topic_id=row.topic_id,
        speaker=speakers.speaker(row, topic, now),
        body_html=Markup(row.body_html),  # noqa: S704 (sanitised at write time)
        created_at=row.created_at,
        edited_at=row.edited_at,
        edited_since_marked=bool(row.edited_since_marked),
        edited_since_accepted=bool(row.edited_since_accepted),
        helpful_count=row.helpful_count,
        unhelpful_count=row.unhelpful_count,
        worked_count=row.worked_count,
        failed_count=row.failed_count,
        helped_count=row.helped_count,
        last_worked_at=row.last_worked_at,
        accepted_count=row.accepted_count,
        accepted_by_asker=bool(row.by_asker),
        is_official=bool(row.is_official),
        my_vote=said.get(("vote", row.id), 0),
        my_outcome=None if outcome is None else bool(outcome),
        i_accepted=("accepted", row.id) in said,
        comments=below.get(row.id, Comments()),
        cover=tombstones.cover_of(row),
        gone_behind=gaps.behind(row.id),
    )


def _best_first(view: ReplyView) -> tuple[Any, ...]:
    """Sort as `BEST_FIRST` does."""
    rank = (
        0 if view.is_official else 1 if view.accepted_by_asker else 2 if view.accepted_count else 3
    )
    return (
        rank,
        -view.accepted_count,
        view.failed_count - view.worked_count,
        view.unhelpful_count - view.helpful_count,
        view.created_at,
        view.id,
    )
