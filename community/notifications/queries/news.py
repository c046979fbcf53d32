"""What somebody was told: for the bell, the page and the mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from community.accounts.models import User
from community.companies.models import Company
from community.core import paging
from community.core.db import db
from community.notifications.models import (
    DEFAULTS,
    Delivery,
    Notification,
    NotificationKind,
    NotificationMail,
    NotificationPreference,
    Outcome,
)
from community.notifications.queries.audience import CAN_BE_MAILED, People
from community.topics.models import (
    REPLY_IS_SEEN,
    Follow,
    OfficialAnswer,
    Reply,
    SavedSearch,
    StatusChange,
    Topic,
    TopicKind,
    TopicStatus,
    slug_of,
)
from community.topics.queries.lists import excerpt

UNREAD_SHOWN = 99  # above it the bell says "99+"
EXCERPT = 160  # characters, on the page
MAILED_TEXT = 700  # characters of a post that a mail brings
OPENING = 3 * MAILED_TEXT  # characters of HTML in which they are found
MAILED_MAX = 500  # notifications in one mail
DAILY_KEY = "daily-"  # how the keys of daily mails begin

_actor = aliased(User, name="actor")

# What is hidden by now is no news any more.
# But what was decided and appealed is told of what is out of sight, to whom it concerns.
_CAN_BE_SEEN = or_(
    Notification.outcome.is_not(None),
    and_(Topic.hidden_at.is_(None), or_(Notification.reply_id.is_(None), REPLY_IS_SEEN)),
)
_text = case(
    (
        Notification.outcome.is_(None),
        func.coalesce(
            Reply.body_html,
            case((Notification.kind.in_(("posted", "matched", "mentioned")), Topic.body_html)),
        ),
    )
)
_of_this_kind = and_(
    NotificationPreference.user_id == Notification.user_id,
    NotificationPreference.kind == Notification.kind,
)
_as_delivery = NotificationPreference.delivery.type
DELIVERY = func.coalesce(
    NotificationPreference.delivery,
    case(
        (
            Notification.kind.in_([kind for kind, way in DEFAULTS.items() if way == "at_once"]),
            literal(Delivery.AT_ONCE, _as_delivery),
        ),
        else_=literal(Delivery.DAILY, _as_delivery),
    ),
)


@dataclass(frozen=True, slots=True)
class News:
    """One thing that somebody was told, with everything that its sentence needs."""

    id: int
    kind: NotificationKind
    topic_id: int | None  # None: it is about a person
    topic_kind: TopicKind | None
    topic_title: str
    company_name: str
    reply_id: int | None
    actor_name: str  # "" where nobody did it, or they have left
    actor_is_guest: bool  # whose name says nothing
    speaks_for_company: bool
    is_official: bool  # what was written is the company's answer by now
    search_name: str
    status: TopicStatus | None
    note: str  # to a change of status
    number: int
    decision_id: int | None
    appeal_id: int | None
    outcome: Outcome | None  # what moderators decided
    text: str  # the first words of what was written
    created_at: datetime
    is_unread: bool

    @property
    def topic_slug(self) -> str:
        """The readable end of the topic's address."""
        return slug_of(self.topic_title)


@dataclass(frozen=True, slots=True)
class TopicNews:
    """What happened in one topic, newest first; or, without one, what moderators decided."""

    topic_id: int | None
    title: str
    slug: str
    company_name: str
    news: tuple[News, ...]
    follows: bool = False

    @property
    def unread(self) -> int:
        """How many are unread."""
        return sum(one.is_unread for one in self.news)


def unread_count(user_id: int) -> int:
    """Return how many unread notifications somebody has, or one more than `UNREAD_SHOWN`."""
    some = (
        select(Notification.id)
        .outerjoin(Topic, Topic.id == Notification.topic_id)
        .outerjoin(Reply, Reply.id == Notification.reply_id)
        .where(Notification.user_id == user_id, Notification.read_at.is_(None), _CAN_BE_SEEN)
        .limit(UNREAD_SHOWN + 1)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def page_of_news(
    user_id: int,
    *,
    unread: bool = False,
    after: paging.Place | None = None,
    before: paging.Place | None = None,
    limit: int = 30,
) -> paging.Page[News]:
    """Return a page of what somebody was told, newest first.

    Args:
        unread: only what they have not opened.
        after: the place to go on from; ``before``, the place to go back from.
    """
    statement = _NEWS.where(Notification.user_id == user_id)
    if unread:
        statement = statement.where(Notification.read_at.is_(None))
    statement = paging.seek(statement, Notification.id, limit=limit, after=after, before=before)
    found = [_news(row, EXCERPT) for row in db.session.execute(statement)]
    return paging.page_of(
        found,
        limit=limit,
        place=lambda one: (one.created_at, one.id),
        after=after,
        before=before,
    )


def by_topic(news: Sequence[News], *, reader_id: int | None = None) -> list[TopicNews]:
    """Group news by topic, the topic with the first of them first.

    Args:
        reader_id: whose following is looked up, in one statement.
    """
    groups: dict[int | None, list[News]] = {}
    for one in news:
        groups.setdefault(one.topic_id, []).append(one)
    followed: set[int | None] = set()
    if reader_id is not None and groups:
        followed = set(
            db.session.scalars(
                select(Follow.topic_id).where(
                    Follow.user_id == reader_id, Follow.topic_id.in_(list(groups))
                )
            )
        )
    return [
        TopicNews(
            topic_id=topic_id,
            title=some[0].topic_title,
            slug=some[0].topic_slug,
            company_name=some[0].company_name,
            news=tuple(some),
            follows=topic_id in followed,
        )
        for topic_id, some in groups.items()
    ]


def one_of(user_id: int, notification_id: int) -> News | None:
    """Return one thing that somebody was told, unless it is another's or hidden by now."""
    statement = _NEWS.where(Notification.user_id == user_id, Notification.id == notification_id)
    row = db.session.execute(statement).first()
    return _news(row, EXCERPT) if row is not None else None


def to_mail_at_once(user_id: int, topic_id: int | None) -> list[News]:
    """Return what of a topic, or of none, somebody is to be mailed at once, oldest first."""
    return _to_mail(
        Notification.user_id == user_id,
        Notification.topic_id == topic_id,
        DELIVERY == Delivery.AT_ONCE,
    )


def to_mail_daily(user_id: int, *, stale_before: datetime) -> list[News]:
    """Return what belongs into somebody's daily mail, oldest first.

    Args:
        stale_before: what should have been mailed at once and is older could not be mailed
            then, and comes as well.
    """
    stale = and_(DELIVERY == Delivery.AT_ONCE, Notification.created_at < stale_before)
    return _to_mail(Notification.user_id == user_id, or_(DELIVERY == Delivery.DAILY, stale))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody for whom there is something to be mailed once a day."""

    user_id: int
    time_zone: str
    since: datetime
    mailed_last: datetime | None  # when the last daily mail was tried


def waiting_for_their_day() -> list[Waiting]:
    """Return everybody for whom there is something to be mailed once a day."""
    last = (
        select(func.max(NotificationMail.created_at))
        .where(
            NotificationMail.user_id == Notification.user_id,
            NotificationMail.key.startswith(DAILY_KEY),
        )
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Notification.user_id, User.time_zone, func.min(Notification.created_at), last)
        .join(User, User.id == Notification.user_id)
        .outerjoin(NotificationPreference, _of_this_kind)
        .where(Notification.mailed_at.is_(None), DELIVERY == Delivery.DAILY, CAN_BE_MAILED)
        .group_by(Notification.user_id, User.time_zone)
        .order_by(Notification.user_id)
    )
    return [Waiting(*row) for row in rows]


def not_hearing_of(source_key: str, people: People) -> People:
    """Select those of ``people`` who are not hearing of what was written already.

    Whoever has it unread in the bell, and by mail at once, needs no second word about it.
    """
    some = people.subquery()
    hearing = (
        select(Notification.id)
        .outerjoin(NotificationPreference, _of_this_kind)
        .where(
            Notification.user_id == some.c.user_id,
            Notification.kind.in_((NotificationKind.MENTIONED, NotificationKind.REPLIED)),
            Notification.source_key == source_key,
            Notification.read_at.is_(None),
            DELIVERY == Delivery.AT_ONCE,
        )
    )
    return select(some).where(~hearing.exists())


def _to_mail(*which: Any) -> list[News]:
    rows = db.session.execute(
        _NEWS.join(User, User.id == Notification.user_id)
        .outerjoin(NotificationPreference, _of_this_kind)
        .where(Notification.mailed_at.is_(None), CAN_BE_MAILED, *which)
        .order_by(Notification.id)
        .limit(MAILED_MAX)
    )
    return [_news(row, MAILED_TEXT) for row in rows]


_NEWS: Select[*tuple[Any, ...]] = (
    select(
        Notification.id,
        Notification.kind,
        Notification.topic_id,
        Topic.kind.label("topic_kind"),
        Topic.title,
        Company.name.label("company_name"),
        Notification.reply_id,
        _actor.username,
        _actor.display_name,
        _actor.deleted_at,
        _actor.source_key.label("actor_source_key"),
        _actor.email.label("actor_email"),
        Reply.speaks_for_company,
        OfficialAnswer.reply_id.is_not(None).label("is_official"),
        SavedSearch.name.label("search_name"),
        StatusChange.new.label("status"),
        StatusChange.note,
        Notification.number,
        Notification.decision_id,
        Notification.appeal_id,
        Notification.outcome,
        func.substr(_text, 1, OPENING).label("opening"),
        Notification.created_at,
        Notification.read_at,
    )
    .select_from(Notification)
    .outerjoin(Topic, Topic.id == Notification.topic_id)
    .outerjoin(Company, Company.id == Topic.company_id)
    .outerjoin(Reply, Reply.id == Notification.reply_id)
    .outerjoin(
        OfficialAnswer,
        and_(
            OfficialAnswer.topic_id == Notification.topic_id,
            OfficialAnswer.reply_id == Notification.reply_id,
        ),
    )
    .outerjoin(_actor, _actor.id == Notification.actor_id)
    .outerjoin(SavedSearch, SavedSearch.id == Notification.search_id)
    .outerjoin(StatusChange, StatusChange.id == Notification.change_id)
    .where(_CAN_BE_SEEN)
)


def _news(row: Any, text_max: int) -> News:
    has_actor = row.username is not None and row.deleted_at is None
    return News(
        id=row.id,
        kind=row.kind,
        topic_id=row.topic_id,
        topic_kind=row.topic_kind,
        topic_title=row.title or "",
        company_name=row.company_name or "",
        reply_id=row.reply_id,
        actor_name=(row.display_name or row.username) if has_actor else "",
        actor_is_guest=has_actor and row.actor_source_key is None and row.actor_email is None,
        speaks_for_company=bool(row.speaks_for_company),
        is_official=row.is_official,
        search_name=row.search_name or "",
        status=row.status,
        note=row.note or "",
        number=row.number or 0,
        decision_id=row.decision_id,
        appeal_id=row.appeal_id,
        outcome=row.outcome,
        text=excerpt(row.opening, text_max) if row.opening else "",
        created_at=row.created_at,
        is_unread=row.read_at is None,
    )
