"""Who is to be told of something, and by which way: one statement, however many they are."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from community.accounts.models import User
from community.core.db import db
from community.core.names import folded
from community.notifications.models import (
    DEFAULTS,
    Delivery,
    NotificationKind,
    NotificationPreference,
)
from community.topics.models import Follow, MeToo, SavedSearch, Topic, TopicProduct, TopicTag

# Guests and imported people have no address, one that was never confirmed may be another's, and
# one that mail comes back from is left alone.
CAN_BE_MAILED = and_(
    User.deleted_at.is_(None),
    User.email.is_not(None),
    User.email_verified_at.is_not(None),
    User.email_bounced_at.is_(None),
)

People = Select[*tuple[Any, ...]]


class Reason(NamedTuple):
    """Why some people are told. ``people`` selects ``user_id`` and, of searches, ``search_id``."""

    kind: NotificationKind
    people: People


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told, for the first of the reasons that they have."""

    user_id: int
    kind: NotificationKind
    search_id: int | None
    delivery: Delivery  # never, too, for who cannot be mailed


def audience(reasons: Sequence[Reason], *, but: Collection[int] = ()) -> list[Recipient]:
    """Return everybody who has one of ``reasons``, by id, each once.

    Members who left and imported people whom nobody has claimed hear of nothing.

    Args:
        reasons: the weightiest first; it counts for who has several.
        but: people who are not told: those who did it.
    """
    having = union_all(
        *(
            select(
                people.c.user_id,
                literal(rank).label("rank"),
                people.c.get("search_id", cast(null(), Integer)).label("search_id"),
            )
            for rank, people in enumerate(reason.people.subquery() for reason in reasons)
        )
    ).subquery()
    first = (
        select(
            having.c.user_id,
            func.min(having.c.rank).label("rank"),
            func.min(having.c.search_id).label("search_id"),
        )
        .group_by(having.c.user_id)
        .subquery()
    )
    of_this_kind = or_(
        *(
            and_(first.c.rank == rank, NotificationPreference.kind == reason.kind)
            for rank, reason in enumerate(reasons)
        )
    )
    found = db.session.execute(
        select(
            first.c.user_id,
            first.c.rank,
            first.c.search_id,
            NotificationPreference.delivery,
            CAN_BE_MAILED.label("can_be_mailed"),
        )
        .join(User, User.id == first.c.user_id)
        .outerjoin(
            NotificationPreference,
            and_(NotificationPreference.user_id == first.c.user_id, of_this_kind),
        )
        .where(
            User.deleted_at.is_(None),
            or_(User.source_key.is_(None), User.email.is_not(None)),
            first.c.user_id.not_in(list(but)),
        )
        .order_by(first.c.user_id)
    )
    return [_recipient(row, reasons[row.rank].kind) for row in found]


def _recipient(row: Any, kind: NotificationKind) -> Recipient:
    delivery = (row.delivery or DEFAULTS[kind]) if row.can_be_mailed else Delivery.NEVER
    search_id = row.search_id if kind is NotificationKind.MATCHED else None
    return Recipient(row.user_id, kind, search_id, delivery)


def following_topic(topic_id: int) -> People:
    """Select who follows a topic."""
    return select(Follow.user_id).where(Follow.topic_id == topic_id)


def having_too(topic_id: int) -> People:
    """Select who said "I have this too"."""
    return select(MeToo.user_id).where(MeToo.topic_id == topic_id)


def following_person(person_id: int) -> People:
    """Select who follows somebody."""
    return select(Follow.user_id).where(Follow.person_id == person_id)


def following_around(topic: Topic) -> list[People]:
    """Select who follows the company, a product, a tag or the author of ``topic``."""
    products = select(TopicProduct.product_id).where(TopicProduct.topic_id == topic.id)
    tags = select(TopicTag.tag_id).where(TopicTag.topic_id == topic.id)
    return [
        select(Follow.user_id).where(Follow.company_id == topic.company_id),
        select(Follow.user_id).where(Follow.product_id.in_(products)),
        select(Follow.user_id).where(Follow.tag_id.in_(tags)),
        following_person(topic.author_id),
    ]


def owning_searches(search_ids: Iterable[int]) -> People:
    """Select whose saved searches these are, with the search."""
    # Written into the statement, for there may be more of them than it takes parameters.
    these: BindParameter[list[int]] = bindparam(
        "search_ids", list(search_ids), expanding=True, literal_execute=True, unique=True
    )
    return select(SavedSearch.user_id, SavedSearch.id.label("search_id")).where(
        SavedSearch.id.in_(these)
    )


def named(usernames: Collection[str]) -> People:
    """Select the people who have these user names, in any capitals."""
    keys = [folded(name) for name in usernames]
    return select(User.id.label("user_id")).where(User.username_key.in_(keys))


def just(user_id: int) -> People:
    """Select one person."""
    return select(User.id.label("user_id")).where(User.id == user_id)
