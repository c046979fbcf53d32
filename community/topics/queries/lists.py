"""Lists of topics, paged by key, one statement each."""

import enum
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, exists, func, select, tuple_

from community.accounts.models import User
from community.companies.models import Company
from community.core import markup, paging
from community.core.db import UtcDateTime
from community.topics.models import (
    COVERED,
    AcceptedAnswer,
    Follow,
    OfficialAnswer,
    Reply,
    Standing,
    StatusChange,
    StatusRole,
    Topic,
    TopicKind,
    TopicProduct,
    TopicStatus,
    TopicTag,
    slug_of,
)
from community.topics.queries.reading import rows
from community.topics.queries.shapes import TopicRow

ASKING = (TopicKind.PROBLEM, TopicKind.QUESTION)  # kinds that want an answer
# Nobody but the asker has replied, the asker has not found out alone, and there is something to
# read. That a company calls it solved takes nobody from the queue.
WAITS = (
    Topic.first_reply_at.is_(None)
    & (Topic.title != COVERED)
    & ~(
        (Topic.status == TopicStatus.SOLVED)
        & exists().where(
            StatusChange.topic_id == Topic.id,
            StatusChange.role == StatusRole.ASKER,
            StatusChange.new == TopicStatus.SOLVED,
        )
    )
)

EXCERPT = 160  # characters
OPENING = 480  # characters of HTML, in which the excerpt is found
_CUT_TAG = re.compile(r"<[^>]*$|&[^;\s]{0,10}$")


class ListOrder(enum.StrEnum):
    """What a list of topics is sorted by."""

    ACTIVITY = "activity"  # what happened last comes first
    NEWEST = "newest"  # the last asked comes first
    OLDEST = "oldest"  # who has waited longest comes first
    ME_TOO = "me_too"  # what most people have comes first

    @property
    def key(self) -> type[Any]:
        """What stands in the cursors of such a list."""
        return int if self is ListOrder.ME_TOO else datetime


_COLUMNS: tuple[Any, ...] = (
    Topic.id,
    Topic.title,
    Topic.language,
    Topic.kind,
    Topic.status,
    Topic.reply_count,
    Topic.me_too_count,
    Topic.created_at,
    Topic.last_activity_at,
    func.substr(Topic.body_html, 1, OPENING).label("opening"),
    Company.name.label("company_name"),
    Company.slug.label("company_slug"),
    User.username,
    User.display_name,
    exists()
    .where(
        OfficialAnswer.topic_id == Topic.id,
        Reply.id == OfficialAnswer.reply_id,
        Reply.hidden_at.is_(None),
    )
    .label("has_official"),
    select(func.count())
    .select_from(AcceptedAnswer)
    .join(Reply, Reply.id == AcceptedAnswer.reply_id)
    .where(AcceptedAnswer.topic_id == Topic.id, Reply.hidden_at.is_(None))
    .scalar_subquery()
    .label("accepted_count"),
)
_ROWS = (
    select(*_COLUMNS)
    .join(Company, Company.id == Topic.company_id)
    .join(User, User.id == Topic.author_id)
    .where(Topic.hidden_at.is_(None))
)
_ROWS_BY_ID = _ROWS.where(Topic.id.in_(bindparam("topic_ids", expanding=True)))

# What each filter of `page_of_topics` asks of a topic, by its name.
_FILTERS: dict[str, ColumnElement[bool]] = {
    "company_id": Topic.company_id == bindparam("company_id"),
    "author_id": Topic.author_id == bindparam("author_id"),
    "kind": Topic.kind == bindparam("kind"),
    "status": Topic.status == bindparam("status"),
    "statuses": Topic.status.in_(bindparam("statuses", expanding=True)),
    "product_id": Topic.id.in_(
        select(TopicProduct.topic_id).where(TopicProduct.product_id == bindparam("product_id"))
    ),
    "follower_id": Topic.id.in_(
        select(Follow.topic_id).where(Follow.user_id == bindparam("follower_id"))
    ),
    "tag_id": Topic.id.in_(select(TopicTag.topic_id).where(TopicTag.tag_id == bindparam("tag_id"))),
    "helper_id": (Topic.author_id != bindparam("helper_id"))
    & Topic.company_id.in_(
        select(Standing.company_id).where(
            Standing.user_id == bindparam("helper_id"), Standing.reply_count > 0
        )
    ),
    "unanswered": WAITS,
    "answered": Topic.first_reply_at.is_not(None),
    "asking": Topic.kind.in_(ASKING),
    "asked_after": Topic.created_at > bindparam("asked_after", type_=UtcDateTime()),
}


def page_of_topics(
    *,
    company_id: int | None = None,
    product_id: int | None = None,
    tag_id: int | None = None,
    author_id: int | None = None,
    follower_id: int | None = None,
    kind: TopicKind | None = None,
    statuses: Sequence[TopicStatus] = (),
    unanswered: bool = False,
    answered: bool = False,
    helper_id: int | None = None,
    asked_after: datetime | None = None,
    order: ListOrder | None = None,
    after: tuple[datetime | int, int] | None = None,
    before: tuple[datetime | int, int] | None = None,
    limit: int = 20,
) -> paging.Page[TopicRow]:
    """Return a page of the topics that fit every filter given.

    Args:
        statuses: one of these; empty: any.
        unanswered: only questions and problems, or topics of ``kind``, whose askers wait.
        answered: only those that somebody else replied to.
        helper_id: only topics of others at companies where this person has answered before.
        asked_after: only topics that were asked later.
        order: by activity if nothing is said; for one author, the newest first.
        after: the place to go on from; ``before``, the place to go back from. Their keys are
            of the order's kind.
    """
    order = order or (ListOrder.ACTIVITY if author_id is None else ListOrder.NEWEST)
    wanted: dict[str, object] = {
        "company_id": company_id,
        "product_id": product_id,
        "tag_id": tag_id,
        "author_id": author_id,
        "follower_id": follower_id,
        "kind": kind,
        "helper_id": helper_id,
        "asked_after": asked_after,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    if len(statuses) == 1:
        given["status"] = statuses[0]
    elif statuses:
        given["statuses"] = list(statuses)
    place = after or before
    switches = {
        "unanswered": unanswered,
        "answered": answered,
        "asking": unanswered and kind is None,
    }
    statement = _listing(
        frozenset(given) | {name for name, is_on in switches.items() if is_on},
        order,
        place is not None,
        before is not None and after is None,
    )
    if place is not None:
        given |= {"key": place[0], "row_id": place[1]}
    found = [_row(row) for row in rows(statement, limit=limit + 1, **given)]
    return paging.page_of(
        found,
        limit=limit,
        place=_PLACES[order],
        after=after,
        before=None if after else before,
    )


def rows_for(topic_ids: Sequence[int]) -> list[TopicRow]:
    """Return the visible topics among ``topic_ids``, in that order, in one statement."""
    if not topic_ids:
        return []
    found = {row.id: _row(row) for row in rows(_ROWS_BY_ID, topic_ids=list(topic_ids))}
    return [found[topic_id] for topic_id in topic_ids if topic_id in found]


@lru_cache(maxsize=256)
def _listing(
    filters: frozenset[str], order: ListOrder, has_place: bool, backwards: bool
) -> Select[*tuple[Any, ...]]:
    """Build the statement of a list once for each set of filters."""
    chosen = select(Topic.id).where(
        Topic.hidden_at.is_(None), *(_FILTERS[name] for name in sorted(filters))
    )
    column = _SORTED_BY[order]
    key = tuple_(column, Topic.id)
    rises = backwards is not (order is ListOrder.OLDEST)
    if has_place:
        place = tuple_(bindparam("key", type_=column.type), bindparam("row_id", type_=BigInteger()))
        chosen = chosen.where(key > place if rises else key < place)
    sorting = (column.asc(), Topic.id.asc()) if rises else (column.desc(), Topic.id.desc())
    # First the keys, then the columns: a product's or tag's topics have to be sorted, and
    # a database that sorts whole rows works out the columns of those it drops as well.
    page = chosen.order_by(*sorting).limit(bindparam("limit")).subquery("page")
    return _ROWS.join(page, page.c.id == Topic.id).order_by(*sorting)


def _row(row: Any) -> TopicRow:
    return TopicRow(
        id=row.id,
        title=row.title,
        slug=slug_of(row.title),
        language=row.language,
        kind=row.kind,
        status=row.status,
        company_name=row.company_name,
        company_slug=row.company_slug,
        author_name=row.display_name or row.username,
        author_username=row.username,
        reply_count=row.reply_count,
        me_too_count=row.me_too_count,
        created_at=row.created_at,
        last_activity_at=row.last_activity_at,
        has_official=bool(row.has_official),
        accepted_count=row.accepted_count,
        excerpt=excerpt(row.opening),
    )


def excerpt(opening: str, limit: int = EXCERPT) -> str:
    """Return the first words of HTML that may be cut off anywhere."""
    return markup.plain_text(_CUT_TAG.sub("", opening), limit=limit)


_SORTED_BY: dict[ListOrder, Any] = {
    ListOrder.ACTIVITY: Topic.last_activity_at,
    ListOrder.NEWEST: Topic.created_at,
    ListOrder.OLDEST: Topic.created_at,
    ListOrder.ME_TOO: Topic.me_too_count,
}
_PLACES: dict[ListOrder, Callable[[TopicRow], tuple[Any, int]]] = {
    ListOrder.ACTIVITY: lambda row: (row.last_activity_at, row.id),
    ListOrder.NEWEST: lambda row: (row.created_at, row.id),
    ListOrder.OLDEST: lambda row: (row.created_at, row.id),
    ListOrder.ME_TOO: lambda row: (row.me_too_count, row.id),
}
