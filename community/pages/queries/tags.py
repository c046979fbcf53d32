"""Tags: how often they are used, where, and with which others."""

from dataclasses import dataclass

from sqlalchemy import case, func, select, tuple_
from sqlalchemy.orm import aliased

from community.companies.models import Company
from community.core.db import db
from community.core.paging import Page, page_of
from community.topics.models import SOLVED_STATUSES, Tag, Topic, TopicTag

TAGS_SHOWN = 100
RELATED_SHOWN = 10  # other tags, and companies


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag with the number of topics that have it."""

    id: int
    slug: str
    topic_count: int


@dataclass(frozen=True, slots=True)
class CompanyUse:
    """How many topics of a company have a tag."""

    slug: str
    name: str
    topic_count: int


@dataclass(frozen=True, slots=True)
class TagFacts:
    """What can be said of a tag by counting."""

    topic_count: int
    answered_count: int
    solved_count: int
    companies: tuple[CompanyUse, ...]
    related: tuple[TagRow, ...]  # on the same topics, the most frequent first


def tags_page(
    *,
    like: str = "",
    after: tuple[int, int] | None = None,
    before: tuple[int, int] | None = None,
) -> Page[TagRow]:
    """Return a page of tags, the most used first.

    Args:
        like: keep tags that hold these characters.
    """
    before = None if after else before
    used = func.count()
    key = tuple_(used, Tag.id)
    statement = (
        select(Tag.id, Tag.slug, used)
        .join(TopicTag, TopicTag.tag_id == Tag.id)
        .join(Topic, Topic.id == TopicTag.topic_id)
        .where(Topic.hidden_at.is_(None))
        .group_by(Tag.id)
        .limit(TAGS_SHOWN + 1)
    )
    if like:
        statement = statement.where(Tag.slug.contains(like, autoescape=True))
    if place := after or before:
        statement = statement.having(key > tuple_(*place) if before else key < tuple_(*place))
    order = (used.asc(), Tag.id.asc()) if before else (used.desc(), Tag.id.desc())
    found = [TagRow(*row) for row in db.session.execute(statement.order_by(*order))]
    return page_of(
        found,
        limit=TAGS_SHOWN,
        place=lambda row: (row.topic_count, row.id),
        after=after,
        before=before,
    )


def facts_of_tag(tag_id: int) -> TagFacts:
    """Return what can be said of a tag by counting, in three statements."""
    tagged = TopicTag.tag_id == tag_id
    counts = db.session.execute(
        select(
            func.count(),
            func.count(Topic.first_reply_at),
            func.count(case((Topic.status.in_(SOLVED_STATUSES), 1))),
        )
        .join(TopicTag, TopicTag.topic_id == Topic.id)
        .where(tagged, Topic.hidden_at.is_(None))
    ).one()
    return TagFacts(*counts, companies=_companies_with(tag_id), related=_related_to(tag_id))


def _companies_with(tag_id: int) -> tuple[CompanyUse, ...]:
    used = func.count()
    rows = db.session.execute(
        select(Company.slug, Company.name, used)
        .join(Topic, Topic.company_id == Company.id)
        .join(TopicTag, TopicTag.topic_id == Topic.id)
        .where(TopicTag.tag_id == tag_id, Topic.hidden_at.is_(None))
        .group_by(Company.id)
        .order_by(used.desc(), Company.id)
        .limit(RELATED_SHOWN)
    )
    return tuple(CompanyUse(*row) for row in rows)


def _related_to(tag_id: int) -> tuple[TagRow, ...]:
    other, together = aliased(TopicTag), func.count()
    rows = db.session.execute(
        select(Tag.id, Tag.slug, together)
        .select_from(TopicTag)
        .join(other, other.topic_id == TopicTag.topic_id)
        .join(Tag, Tag.id == other.tag_id)
        .join(Topic, Topic.id == TopicTag.topic_id)
        .where(TopicTag.tag_id == tag_id, other.tag_id != tag_id, Topic.hidden_at.is_(None))
        .group_by(Tag.id)
        .order_by(together.desc(), Tag.slug)
        .limit(RELATED_SHOWN)
    )
    return tuple(TagRow(*row) for row in rows)
