"""What somebody may not do just now, and what slows them down."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from community.accounts.models import PersonClaim, User
from community.core.db import db
from community.moderation.models import Restriction, RestrictionKind
from community.topics.models import Reply, Topic


def is_in_force(at: datetime) -> ColumnElement[bool]:
    """Return the condition for restrictions that bind somebody at that moment."""
    return and_(Restriction.lifted_at.is_(None), Restriction.until > at)


def in_force(user_id: int, at: datetime) -> dict[RestrictionKind, datetime]:
    """Return what one person may not do at that moment, and until when each lasts."""
    rows = db.session.execute(
        select(Restriction.kind, func.max(Restriction.until).label("until"))
        .where(Restriction.user_id == user_id, is_in_force(at))
        .group_by(Restriction.kind)
    )
    return {row.kind: row.until for row in rows}


def looked_at_first(user_id: int, at: datetime) -> Restriction | None:
    """Return the restriction by which whatever somebody posts is looked at first, if one does."""
    held = (Restriction.user_id == user_id, Restriction.kind == RestrictionKind.HELD)
    return db.session.scalar(
        select(Restriction)
        .where(*held, is_in_force(at))
        .order_by(Restriction.until.desc())
        .limit(1)
    )


def guests_of_address(guest: User) -> frozenset[int]:
    """Return the ids of the guests who gave the address that ``guest`` gave, that one included."""
    mine = select(PersonClaim.email).where(PersonClaim.user_id == guest.id)
    same = (
        select(PersonClaim.user_id)
        .join(User, User.id == PersonClaim.user_id)
        .where(PersonClaim.email.in_(mine), User.email.is_(None), User.source_key.is_(None))
    )
    return frozenset(db.session.scalars(same)) | {guest.id}


def member_of_address(guest: User) -> User | None:
    """Return the member whose address a guest gave, whether or not the guest is them."""
    mine = select(PersonClaim.email).where(PersonClaim.user_id == guest.id)
    return db.session.scalar(select(User).where(User.email.in_(mine)).limit(1))


def last_post_at(
    people: Collection[int], *, topic_id: int | None = None, company_id: int | None = None
) -> datetime | None:
    """Return when some people last posted in a topic, about a company or, without either, at all.

    Topics, answers and comments count alike, whether or not they are in sight: taking a post away
    must not let its author post the sooner.
    """
    asked = select(func.max(Topic.created_at)).where(Topic.author_id.in_(people))
    said = select(func.max(Reply.created_at)).where(Reply.author_id.in_(people))
    if topic_id is not None:
        asked, said = asked.where(Topic.id == topic_id), said.where(Reply.topic_id == topic_id)
    elif company_id is not None:
        asked = asked.where(Topic.company_id == company_id)
        said = said.join(Topic, Topic.id == Reply.topic_id).where(Topic.company_id == company_id)
    moments = [moment for each in (asked, said) if (moment := db.session.scalar(each)) is not None]
    return max(moments, default=None)
