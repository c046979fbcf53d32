"""What stands in place of posts, or of their words, that were taken out of sight."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from markupsafe import Markup  # noqa: TID251 (wraps what was sanitised at write time)
from sqlalchemy import Integer, Select, and_, bindparam, case, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, aliased

from community.companies.models import Company
from community.topics.models import Reply, Sight, Tombstone, Topic
from community.topics.queries.reading import rows
from community.topics.queries.shapes import GoneReply, GoneTopic, OwnReply, TombstoneView

GONE_MAX = 100  # on one page of a conversation
OWN_MAX = 50  # replies of the reader to a topic that is out of sight
BEGINNING = 0  # what the first stand behind

COLUMNS: tuple[Any, ...] = (
    Tombstone.sight,
    Tombstone.rule,
    Tombstone.asked_by,
    Tombstone.log_seq,
    Tombstone.at.label("gone_at"),
)
_IN_FORCE = Tombstone.lifted_at.is_(None)

_sibling = aliased(Reply, name="sibling")
_before = (
    select(_sibling.id)
    .where(
        _sibling.topic_id == Reply.topic_id,
        _sibling.parent_id.is_not_distinct_from(Reply.parent_id),
        _sibling.hidden_at.is_(None),
        tuple_(_sibling.created_at, _sibling.id) < tuple_(Reply.created_at, Reply.id),
    )
    .order_by(_sibling.created_at.desc(), _sibling.id.desc())
    .limit(1)
    .scalar_subquery()
)
_viewer = bindparam("viewer_id", type_=Integer())
_OWN_WORDS = and_(Reply.author_id == _viewer, Tombstone.sealed.is_(None))
_gone = (
    select(
        Reply.id,
        Reply.topic_id,
        Reply.parent_id,
        Reply.created_at,
        case((_OWN_WORDS, Reply.body_html)).label("own_html"),
        func.coalesce(_before, Reply.parent_id, BEGINNING).label("behind"),
        *COLUMNS,
    )
    .join(Tombstone, and_(Tombstone.reply_id == Reply.id, _IN_FORCE))
    .where(
        Reply.hidden_at.is_not(None),
        or_(Tombstone.sight == Sight.REMOVED, Reply.author_id == _viewer),
    )
)
_gone_there = _gone.where(Reply.topic_id == bindparam("topic_id")).subquery("gone")
_GONE = (
    select(_gone_there)
    .where(_gone_there.c.behind.in_(bindparam("shown_ids", expanding=True)))
    .order_by(_gone_there.c.created_at, _gone_there.c.id)
    .limit(GONE_MAX + 1)
)
_ONE_GONE = _gone.join(Topic, Topic.id == Reply.topic_id).where(
    Reply.id == bindparam("reply_id"), Topic.hidden_at.is_(None)
)
_GONE_AROUND = (
    select(Reply.topic_id)
    .join(Topic, Topic.id == Reply.topic_id)
    .join(Tombstone, and_(Tombstone.topic_id == Topic.id, _IN_FORCE))
    .where(Reply.id == bindparam("reply_id"), Topic.hidden_at.is_not(None))
)

_GONE_TOPIC = (
    select(
        Topic.author_id,
        # Of a page that opened with a topic that nobody has seen, there is nothing to say.
        case((Company.held_at.is_(None), Company.name), else_="").label("company_name"),
        case((Company.held_at.is_(None), Company.slug), else_="").label("company_slug"),
        case((Tombstone.sealed.is_(None), Topic.title)).label("title"),
        case((Tombstone.sealed.is_(None), Topic.body_html)).label("body_html"),
        *COLUMNS,
    )
    .join(Company, Company.id == Topic.company_id)
    .join(Tombstone, and_(Tombstone.topic_id == Topic.id, _IN_FORCE))
    .where(Topic.id == bindparam("topic_id"), Topic.hidden_at.is_not(None))
)
_OWN_REPLIES = (
    select(Reply.created_at, Reply.body_html)
    .where(
        Reply.topic_id == bindparam("topic_id"),
        Reply.author_id == _viewer,
        Reply.hidden_at.is_(None),
    )
    .order_by(Reply.created_at, Reply.id)
    .limit(OWN_MAX)
)


class Gaps:
    """The replies and comments of a page that are out of sight, by what they stand behind."""

    def __init__(self, found: Collection[Any] = ()) -> None:
        shown = list(found)[:GONE_MAX]
        self.is_cut = len(found) > len(shown)
        self._behind: Mapping[tuple[int, bool], list[GoneReply]] = defaultdict(list)
        for row in shown:
            self._behind[row.behind, row.parent_id is not None].append(_gone_reply(row))

    def behind(self, post_id: int = BEGINNING) -> tuple[GoneReply, ...]:
        """Return the replies behind this one, or before all others."""
        return tuple(self._behind.get((post_id, False), ()))

    def comments_behind(self, post_id: int) -> tuple[GoneReply, ...]:
        """Return the comments behind this one, or the first ones below this reply."""
        return tuple(self._behind.get((post_id, True), ()))


def gaps(topic_id: int, shown_ids: Collection[int], *, viewer_id: int | None) -> Gaps:
    """Return what is out of sight behind these replies and comments, in one statement.

    What is held is shown to its author alone.
    """
    ids = [BEGINNING, *shown_ids]
    return Gaps(rows(_GONE, topic_id=topic_id, shown_ids=ids, viewer_id=viewer_id))


def gone_reply(reply_id: int, *, viewer_id: int | None) -> tuple[int, int] | None:
    """Return the topic of a reply that is out of sight, and the post that it stands behind.

    None if nothing stands in its place that this viewer sees.
    """
    found = next(iter(rows(_ONE_GONE, reply_id=reply_id, viewer_id=viewer_id)), None)
    return (found.topic_id, found.behind) if found is not None else None


def gone_around(reply_id: int) -> int | None:
    """Return the topic of a reply, if something stands in place of that."""
    found = next(iter(rows(_GONE_AROUND, reply_id=reply_id)), None)
    return found.topic_id if found is not None else None


def gone_topic(topic_id: int, *, viewer_id: int | None) -> GoneTopic | None:
    """Return what stands in place of a topic, or None if nothing does.

    With it comes what the viewer has written there, if they have: nobody else's words.
    """
    found = next(iter(rows(_GONE_TOPIC, topic_id=topic_id)), None)
    if found is None:
        return None
    is_mine = viewer_id is not None and viewer_id == found.author_id
    has_words = is_mine and found.title is not None
    own = rows(_OWN_REPLIES, topic_id=topic_id, viewer_id=viewer_id) if viewer_id else ()
    return GoneTopic(
        company_name=found.company_name,
        company_slug=found.company_slug,
        tombstone=_tombstone(found),
        is_mine=is_mine,
        own_title=found.title if has_words else "",
        own_html=Markup(found.body_html) if has_words else None,  # noqa: S704 (sanitised)
        own_replies=tuple(
            OwnReply(row.created_at, Markup(row.body_html))  # noqa: S704 (sanitised)
            for row in own
        ),
    )


def with_cover(
    statement: Select[*tuple[Any, ...]], post_id: InstrumentedAttribute[int]
) -> Select[*tuple[Any, ...]]:
    """Join each topic, or reply, that can be seen with what covers its words (`cover_of`)."""
    column = Tombstone.topic_id if post_id.class_ is Topic else Tombstone.reply_id
    return statement.add_columns(*COLUMNS).outerjoin(Tombstone, and_(column == post_id, _IN_FORCE))


def cover_of(row: Any) -> TombstoneView | None:
    """Return what covers the words of a row of `with_cover`, if anything does."""
    return _tombstone(row) if row.log_seq is not None else None


def _tombstone(row: Any) -> TombstoneView:
    return TombstoneView(
        sight=row.sight,
        rule=row.rule,
        asked_by=row.asked_by,
        log_seq=row.log_seq,
        at=row.gone_at,
    )


def _gone_reply(row: Any) -> GoneReply:
    return GoneReply(
        id=row.id,
        tombstone=_tombstone(row),
        own_html=None if row.own_html is None else Markup(row.own_html),  # noqa: S704 (sanitised)
    )
