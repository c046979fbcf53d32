"""Tags: how often they are used, where, and with which others."""

from dataclasses import dataclass

from sqlalchemy import Select, case, func, select

from community.companies.models import Company
from community.core.db import db
from community.core.paging import Page, page_of, seek
from community.topics.models import SOLVED_STATUSES, Tag, Topic, TopicTag

TAGS_SHOWN = 100
RELATED_SHOWN = 10  # other tags, and companies
COUNTED = 1_000  # topics that something is said of a tag by: its latest


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
    """What can be said of a tag by counting its latest topics."""

    counted: int  # topics that the rest is counted over
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
    statement = select(Tag.id, Tag.slug, Tag.topic_count).where(Tag.topic_count > 0)
    if like:
        statement = statement.where(Tag.slug.contains(like, autoescape=True))
    key = (Tag.topic_count, Tag.id)
    statement = seek(statement, *key, limit=TAGS_SHOWN, after=after, before=before)
    return page_of(
        [TagRow(*row) for row in db.session.execute(statement)],
        limit=TAGS_SHOWN,
        place=lambda row: (row.topic_count, row.id),
        after=after,
        before=before,
    )


def facts_of_tag(tag_id: int) -> TagFacts:
    """Return what can be said of a tag by counting its latest topics, in three statements."""
    counts = db.session.execute(
        select(
            func.count(),
            func.count(Topic.first_reply_at),
            func.count(case((Topic.status.in_(SOLVED_STATUSES), 1))),
        ).where(Topic.id.in_(_latest(tag_id)))
    ).one()
    return TagFacts(*counts, companies=_companies_with(tag_id), related=_related_to(tag_id))


def _latest(tag_id: int) -> Select[int]:
    """Return the statement of the visible topics among the latest that have a tag."""
    tagged = (
        select(TopicTag.topic_id)
        .where(TopicTag.tag_id == tag_id)
        .order_by(TopicTag.topic_id.desc())
        .limit(COUNTED)
        .subquery("tagged")
    )
    visible = Topic.hidden_at.is_(None)
    return select(Topic.id).join(tagged, tagged.c.topic_id == Topic.id).where(visible)


def _companies_with(tag_id: int) -> tuple[CompanyUse, ...]:
    used = func.count()
    rows = db.session.execute(
        select(Company.slug, Company.name, used)
        .join(Topic, Topic.company_id == Company.id)
        .where(Topic.id.in_(_latest(tag_id)))
        .group_by(Company.id)
        .order_by(used.desc(), Company.id)
        .limit(RELATED_SHOWN)
    )
    return tuple(CompanyUse(*row) for row in rows)


def _related_to(tag_id: int) -> tuple[TagRow, ...]:
    together = func.count()
    rows = db.session.execute(
        select(Tag.id, Tag.slug, together)
        .join(TopicTag, TopicTag.tag_id == Tag.id)
        .where(TopicTag.topic_id.in_(_latest(tag_id)), Tag.id != tag_id)
        .group_by(Tag.id)
        .order_by(together.desc(), Tag.slug)
        .limit(RELATED_SHOWN)
    )
    return tuple(TagRow(*row) for row in rows)
