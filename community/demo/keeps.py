"""Write what people follow, keep, began to write and chose, and how far they have read."""

from datetime import datetime

from sqlalchemy import select

from community.core.db import db
from community.demo import shapes
from community.demo.calendar import number
from community.demo.site import Site
from community.notifications.models import NotificationPreference
from community.topics.models import Follow, ReadMark, SavedSearch, Tag
from community.writing.models import ASKING, KEY_LENGTH, Draft


def write_keeps(site: Site) -> None:
    """Write follows of companies, products, tags and people, and what else `shapes.Keeps` has."""
    tags = {tag.slug: tag.id for tag in db.session.scalars(select(Tag))}
    for person in site.content.people:
        if person.keeps is not None:
            user_id = site.user_id(person.username)
            _write_follows(site, user_id, person.keeps, tags)
            _write_searches(site, user_id, person.keeps)
            _write_drafts(site, user_id, person.keeps)
            _write_choices(user_id, person.keeps)
            _write_marks(user_id, site.calendar.at(person.keeps.last_here))
    db.session.flush()


def _write_follows(site: Site, user_id: int, keeps: shapes.Keeps, tags: dict[str, int]) -> None:
    at = site.calendar.at(keeps.since)
    targets = [
        *({"company_id": site.companies[slug].id} for slug in keeps.companies),
        *({"product_id": site.product(name).id} for name in keeps.products),
        *({"tag_id": tags[slug]} for slug in keeps.tags),
        *({"person_id": site.user_id(name)} for name in keeps.people),
    ]
    db.session.add_all(Follow(user_id=user_id, created_at=at, **target) for target in targets)


def _write_searches(site: Site, user_id: int, keeps: shapes.Keeps) -> None:
    db.session.add_all(
        SavedSearch(
            user_id=user_id,
            name=search.name,
            text=search.text,
            company_id=site.companies[search.company].id if search.company else None,
            created_at=site.calendar.at(search.at),
        )
        for search in keeps.searches
    )


def _write_drafts(site: Site, user_id: int, keeps: shapes.Keeps) -> None:
    for draft in keeps.drafts:
        at = site.calendar.at(draft.at)
        fields = {"body": draft.body}
        if not draft.topic:
            company = site.companies[draft.company].name if draft.company else ""
            fields |= {"title": draft.title, "company": company}
        db.session.add(
            Draft(
                # One who is signed in finds it, and nobody else by knowing the key.
                key=f"{number('draft', user_id, draft.at):0{KEY_LENGTH}x}",
                user_id=user_id,
                place=f"topic:{site.topics[draft.topic].id}" if draft.topic else ASKING,
                fields=fields,
                created_at=at,
                saved_at=at,
            )
        )


def _write_choices(user_id: int, keeps: shapes.Keeps) -> None:
    db.session.add_all(
        NotificationPreference(user_id=user_id, kind=kind, delivery=delivery)
        for kind, delivery in keeps.mails.items()
    )


def _write_marks(user_id: int, last_here: datetime) -> None:
    """Let somebody have read, when they last looked in, every topic that they follow."""
    followed = db.session.scalars(
        select(Follow.topic_id).where(
            Follow.user_id == user_id, Follow.topic_id.is_not(None), Follow.created_at <= last_here
        )
    )
    db.session.add_all(
        ReadMark(user_id=user_id, topic_id=topic_id, read_until=last_here) for topic_id in followed
    )
