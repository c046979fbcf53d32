"""A topic's page: the topic itself, and a stretch of its conversation.

At most seven statements for a reader without an account, however long the conversation
is, and two more for somebody who is signed in: the topic with its company, its asker
and the topic it differs from; its products and tags; the history of its status; the
topics like it; the replies and their comments (`conversation`); what the viewer said of
those, and what the viewer has to do with the topic. What there is none of is not asked
for. Of moderators it is asked besides whether they have a stake in the company.
"""

from datetime import datetime
from typing import Any

from markupsafe import Markup  # noqa: TID251 (wraps what was sanitised at write time)
from sqlalchemy import and_, bindparam, exists, false, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from community.accounts.models import User
from community.companies.models import Company, Mandate, Product
from community.companies.queries import bar_of
from community.core import clock, paging
from community.core.db import UtcDateTime
from community.topics.models import (
    Follow,
    MeToo,
    ReadMark,
    RelatedTopic,
    Reply,
    StatusChange,
    Tag,
    Topic,
    TopicProduct,
    TopicTag,
    slug_of,
)
from community.topics.queries import speakers, tombstones
from community.topics.queries.conversation import conversation
from community.topics.queries.lists import OPENING, excerpt
from community.topics.queries.reading import rows
from community.topics.queries.shapes import (
    Label,
    Mine,
    RelatedRow,
    StatusStep,
    TopicLink,
    TopicPage,
)

_differs = aliased(Topic, name="differs")

_TOPIC = (
    tombstones.with_cover(
        speakers.with_speaker(
            select(
                Topic.id,
                Topic.company_id,
                Topic.author_id,
                Topic.kind,
                Topic.status,
                Topic.title,
                Topic.language,
                Topic.body_html,
                Topic.created_at,
                Topic.edited_at,
                Topic.last_activity_at,
                Topic.reply_count,
                Topic.me_too_count,
                Topic.follower_count,
                Topic.helped_count,
                Topic.differs_reason,
                false().label("speaks_for_company"),  # an asker asks for themselves
                Company.name.label("company_name"),
                Company.slug.label("company_slug"),
                Company.state.label("company_state"),
                _differs.id.label("differs_id"),
                _differs.title.label("differs_title"),
                _differs.language.label("differs_language"),
                or_(
                    exists().where(TopicProduct.topic_id == Topic.id),
                    exists().where(TopicTag.topic_id == Topic.id),
                ).label("has_labels"),
                exists().where(StatusChange.topic_id == Topic.id).label("has_history"),
                exists().where(RelatedTopic.topic_id == Topic.id).label("has_related"),
                exists()
                .where(Reply.topic_id == Topic.id, Reply.hidden_at.is_not(None))
                .label("has_gone"),
                *speakers.COLUMNS,
            ).join(Company, Company.id == Topic.company_id),
            Topic.author_id,
            Topic.company_id,
        ),
        Topic.id,
    )
    .outerjoin(_differs, and_(_differs.id == Topic.differs_from_id, _differs.hidden_at.is_(None)))
    .where(Topic.id == bindparam("topic_id"), Topic.hidden_at.is_(None))
)

_LABELS = union_all(
    select(literal("product").label("what"), Product.slug, Product.name)
    .join(TopicProduct, TopicProduct.product_id == Product.id)
    .where(TopicProduct.topic_id == bindparam("topic_id")),
    select(literal("tag"), Tag.slug, Tag.slug)
    .join(TopicTag, TopicTag.tag_id == Tag.id)
    .where(TopicTag.topic_id == bindparam("topic_id")),
).order_by("what", "name")

_HISTORY = (
    select(
        StatusChange.role,
        StatusChange.old,
        StatusChange.new,
        StatusChange.note,
        StatusChange.created_at,
        User.username,
        User.display_name,
        User.deleted_at,
    )
    .join(User, User.id == StatusChange.actor_id)
    .where(StatusChange.topic_id == bindparam("topic_id"))
    .order_by(StatusChange.created_at, StatusChange.id)
)

_RELATED = (
    select(Topic.id, Topic.title, Topic.language, Topic.kind, Topic.status)
    .join(RelatedTopic, RelatedTopic.related_id == Topic.id)
    .where(RelatedTopic.topic_id == bindparam("topic_id"), Topic.hidden_at.is_(None))
    .order_by(RelatedTopic.rank)
)

_read_until = (
    select(ReadMark.read_until)
    .where(ReadMark.topic_id == bindparam("topic_id"), ReadMark.user_id == bindparam("user_id"))
    .scalar_subquery()
)
_is_new = and_(
    Reply.topic_id == bindparam("topic_id"),
    Reply.created_at > _read_until,
    Reply.author_id != bindparam("user_id"),
    Reply.hidden_at.is_(None),
)

_MINE = select(
    _read_until.label("read_until"),
    select(func.count()).select_from(Reply).where(_is_new).scalar_subquery().label("new_count"),
    select(Reply.id)
    .where(_is_new)
    .order_by(Reply.created_at, Reply.id)
    .limit(1)
    .scalar_subquery()
    .label("first_new_id"),
    exists()
    .where(MeToo.topic_id == bindparam("topic_id"), MeToo.user_id == bindparam("user_id"))
    .label("has_this_too"),
    exists()
    .where(Follow.topic_id == bindparam("topic_id"), Follow.user_id == bindparam("user_id"))
    .label("follows"),
    exists()
    .where(
        Mandate.company_id == bindparam("company_id"),
        Mandate.user_id == bindparam("user_id"),
        Mandate.since <= bindparam("now", type_=UtcDateTime()),
        or_(
            Mandate.valid_until.is_(None),
            Mandate.valid_until > bindparam("now", type_=UtcDateTime()),
        ),
    )
    .label("speaks_for_company"),
)


def topic_page(
    topic_id: int,
    *,
    viewer: User | None = None,
    visit: str | None = None,
    after: paging.Place | None = None,
    before: paging.Place | None = None,
    opened_id: int | None = None,
) -> TopicPage | None:
    """Return a page of a topic as the viewer sees it, or None if it cannot be seen.

    Args:
        viewer: who is signed in.
        visit: the visit of somebody who is not.
        after: the place in the conversation to go on from; ``before``, to go back from.
        opened_id: a comment that is to be seen, though it be folded.
    """
    head = next(iter(rows(_TOPIC, topic_id=topic_id)), None)
    if head is None:
        return None
    now = clock.now()
    talk = conversation(
        head, viewer=viewer, visit=visit, after=after, before=before, opened_id=opened_id
    )
    labels = rows(_LABELS, topic_id=topic_id) if head.has_labels else ()
    steps = rows(_HISTORY, topic_id=topic_id) if head.has_history else ()
    related = rows(_RELATED, topic_id=topic_id) if head.has_related else ()
    return TopicPage(
        id=head.id,
        company_id=head.company_id,
        company_name=head.company_name,
        company_slug=head.company_slug,
        company_state=head.company_state,
        author=speakers.speaker(head, head, now),
        kind=head.kind,
        status=head.status,
        title=head.title,
        slug=slug_of(head.title),
        language=head.language,
        summary=excerpt(head.body_html[:OPENING]),
        body_html=Markup(head.body_html),  # noqa: S704 (sanitised at write time)
        created_at=head.created_at,
        edited_at=head.edited_at,
        last_activity_at=head.last_activity_at,
        reply_count=head.reply_count,
        me_too_count=head.me_too_count,
        follower_count=head.follower_count,
        helped_count=head.helped_count,
        differs_from=_differs_from(head),
        differs_reason=head.differs_reason or "",
        products=tuple(Label(row.slug, row.name) for row in labels if row.what == "product"),
        tags=tuple(Label(row.slug, row.name) for row in labels if row.what == "tag"),
        history=tuple(_step(row) for row in steps),
        best=talk.best,
        replies=tuple(talk.stretch.rows),
        newest=talk.newest,
        skipped_count=talk.skipped_count,
        related=tuple(
            RelatedRow(row.id, row.title, slug_of(row.title), row.language, row.kind, row.status)
            for row in related
        ),
        earlier=talk.stretch.previous,
        later=talk.stretch.next,
        mine=_mine(head, viewer, now),
        cover=tombstones.cover_of(head),
        gone_first=talk.gaps.behind() if talk.stretch.previous is None else (),
        gone_is_cut=talk.gaps.is_cut,
    )


def _differs_from(head: Any) -> TopicLink | None:
    if head.differs_id is None:
        return None
    return TopicLink(
        head.differs_id, head.differs_title, slug_of(head.differs_title), head.differs_language
    )


def _step(row: Any) -> StatusStep:
    return StatusStep(
        actor_name=row.display_name or row.username,
        actor_is_former=row.deleted_at is not None,
        role=row.role,
        old=row.old,
        new=row.new,
        note=row.note,
        at=row.created_at,
    )


def _mine(head: Any, viewer: User | None, now: datetime) -> Mine:
    if viewer is None:
        return Mine()
    (row,) = rows(_MINE, topic_id=head.id, company_id=head.company_id, user_id=viewer.id, now=now)
    return Mine(
        user_id=viewer.id,
        is_asker=viewer.id == head.author_id,
        has_this_too=bool(row.has_this_too),
        follows=bool(row.follows),
        speaks_for_company=bool(row.speaks_for_company),
        stake=bar_of(viewer, head.company_id, now),
        read_until=row.read_until,
        new_count=row.new_count,
        first_new_id=row.first_new_id,
    )
