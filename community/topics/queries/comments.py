"""The comments below replies: the first ones, and of one reply a stretch of those that are folded."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from markupsafe import Markup  # noqa: TID251 (wraps what was sanitised at write time)
from sqlalchemy import Integer, bindparam, func, or_, select

from community.topics.models import Reply
from community.topics.queries import speakers, tombstones
from community.topics.queries.reading import rows
from community.topics.queries.shapes import Comments, CommentView
from community.topics.queries.tombstones import Gaps

COMMENTS = 5  # below a reply; further ones are folded
OPENED = 30  # of those, at once

FORWARDS = (Reply.created_at.asc(), Reply.id.asc())

# The comments below some replies, counted from 0 below each.
_numbered = (
    select(
        Reply.id,
        Reply.parent_id,
        (func.row_number().over(partition_by=Reply.parent_id, order_by=FORWARDS) - 1).label(
            "number"
        ),
        func.count().over(partition_by=Reply.parent_id).label("count"),
    )
    .where(Reply.parent_id.in_(bindparam("reply_ids", expanding=True)), Reply.hidden_at.is_(None))
    .cte("numbered")
)
# Where the stretch begins that holds the comment asked for, unless it is one of the first.
_opened = (
    select(
        _numbered.c.parent_id,
        (_numbered.c.number - (_numbered.c.number - COMMENTS) % OPENED).label("start"),
    )
    .where(
        _numbered.c.id == bindparam("opened_id", type_=Integer()), _numbered.c.number >= COMMENTS
    )
    .cte("opened")
    .prefix_with("MATERIALIZED")  # or SQLite looks for it anew for each comment
)
# With the one before a stretch and the one after it, which lead on.
_shown = (
    select(_numbered, _opened.c.start)
    .outerjoin(_opened, _opened.c.parent_id == _numbered.c.parent_id)
    .where(
        or_(
            _numbered.c.number <= COMMENTS,
            _numbered.c.number.between(_opened.c.start - 1, _opened.c.start + OPENED),
        )
    )
    .cte("shown")
    .prefix_with("MATERIALIZED")  # or it looks up the words of those that are not
)
_COMMENTS = tombstones.with_cover(
    speakers.with_speaker(
        select(
            Reply.id,
            Reply.parent_id,
            Reply.body_html,
            Reply.created_at,
            Reply.edited_at,
            Reply.speaks_for_company,
            _shown.c.number,
            _shown.c.count,
            _shown.c.start,
            *speakers.COLUMNS,
        ).join(_shown, _shown.c.id == Reply.id),
        Reply.author_id,
        bindparam("company_id", type_=Integer()),
    ),
    Reply.id,
).order_by(_shown.c.parent_id, _shown.c.number)


def rows_below(
    reply_ids: Sequence[int], opened_id: int | None, company_id: int
) -> dict[int, Sequence[Any]]:
    """Return the rows of the comments to show below each reply that has any in sight."""
    if not reply_ids:
        return {}
    found = rows(_COMMENTS, reply_ids=reply_ids, opened_id=opened_id, company_id=company_id)
    return {reply_id: list(some) for reply_id, some in groupby(found, attrgetter("parent_id"))}


def below(reply_id: int, found: Sequence[Any], topic: Any, gaps: Gaps, now: datetime) -> Comments:
    """Return the comments below one reply.

    Args:
        found: rows of `_COMMENTS`.
    """
    gone_first = gaps.comments_behind(reply_id)
    if not found:
        return Comments(gone_first=gone_first)
    count, start = found[0].count, found[0].start
    comments = {row.number: _view(row, topic, gaps, now) for row in found}
    end = min(COMMENTS if start is None else start + OPENED, count)
    return Comments(
        first=tuple(comments[number] for number in range(min(COMMENTS, count))),
        opened=() if start is None else tuple(comments[number] for number in range(start, end)),
        earlier_id=comments[start - 1].id if start is not None and start > COMMENTS else None,
        later_id=comments[end].id if end < count else None,
        later_count=count - end,
        gone_first=gone_first,
    )


def _view(row: Any, topic: Any, gaps: Gaps, now: datetime) -> CommentView:
    return CommentView(
        id=row.id,
        speaker=speakers.speaker(row, topic, now),
        body_html=Markup(row.body_html),  # noqa: S704 (sanitised at write time)
        created_at=row.created_at,
        edited_at=row.edited_at,
        cover=tombstones.cover_of(row),
        gone_behind=gaps.comments_behind(row.id),
    )
