"""Write what people found in their bell: what the handlers of those days would have written.

Only of those who can sign in, because nobody sees another's. It is said once more in the
terms of the handlers (`community.notifications.handlers.telling`), since these tell who
follows now and at the present moment; a test lets them say it, and compares.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, or_, select

from community.core import markup
from community.core.db import db
from community.core.names import folded
from community.demo import judged
from community.demo.calendar import number
from community.demo.site import Site, Telling
from community.notifications import queries
from community.notifications.handlers import telling
from community.notifications.models import Notification
from community.notifications.models import NotificationKind as Kind
from community.notifications.services import Happening
from community.topics.models import (
    SOLVED_STATUSES,
    AcceptedAnswer,
    DeflectionEvent,
    DeflectionStep,
    Follow,
    MeToo,
    OfficialAnswer,
    Reply,
    Revision,
    SavedSearch,
    StatusChange,
    Tombstone,
    Topic,
    TopicProduct,
    TopicTag,
)
from community.topics.services.deflection import TOLD_OF

READ_WITHIN = timedelta(hours=30)  # by somebody who looks in


class Reason(NamedTuple):
    """Why some people are told, and of what search of theirs."""

    kind: Kind
    people: Collection[int]
    search_id: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that people were told of, the weightiest reason first."""

    at: datetime
    what: Happening
    reasons: tuple[Reason, ...]
    but: int | None = None


Told = dict[tuple[int, Kind, str], Notification]  # to whom, why, of what


def write_news(site: Site) -> None:
    """Write what happened around those who can sign in; what came after their last look is new.

    No mail goes out for it: that of those days is thought to have been sent.
    """
    last_here = {
        site.user_id(person.username): site.calendar.at(person.keeps.last_here)
        for person in site.content.people
        if person.keeps is not None
    }
    told: Told = {}
    for event in sorted(_Past(site, last_here).events(), key=lambda event: event.at):
        for user_id, reason in _audience(event, last_here):
            key = (user_id, reason.kind, event.what.source_key)
            if key not in told and not _is_second_word(user_id, reason.kind, event, told):
                told[key] = _notification(event, user_id, reason, last_here[user_id])
    db.session.add_all(told.values())
    db.session.flush()


def _is_second_word(user_id: int, kind: Kind, event: Event, told: Told) -> bool:
    """Tell whether it is about an answer of which somebody still had to read.

    Nobody here has chosen to hear of answers later than at once.
    """
    if kind is not Kind.OFFICIAL:
        return False
    keys = [(user_id, one, event.what.source_key) for one in (Kind.MENTIONED, Kind.REPLIED)]
    first = next((told[key] for key in keys if key in told), None)
    return first is not None and (first.read_at is None or first.read_at > event.at)


def _audience(event: Event, readers: Collection[int]) -> Iterator[tuple[int, Reason]]:
    """Yield everybody who has a reason, with the first one, but those who did it."""
    for user_id in readers:
        first = next((reason for reason in event.reasons if user_id in reason.people), None)
        if first is not None and user_id not in {event.what.actor_id, event.but}:
            yield user_id, first


def _notification(event: Event, user_id: int, reason: Reason, last_here: datetime) -> Notification:
    what, delay_s = event.what, number("read", user_id, event.what.source_key)
    looked_at = event.at + timedelta(seconds=delay_s % int(READ_WITHIN.total_seconds()))
    return Notification(
        user_id=user_id,
        kind=reason.kind,
        actor_id=what.actor_id,
        topic_id=what.topic_id,
        reply_id=what.reply_id,
        search_id=reason.search_id,
        change_id=what.change_id,
        source_key=what.source_key,
        number=what.number,
        decision_id=what.decision_id,
        appeal_id=what.appeal_id,
        outcome=what.outcome,
        created_at=event.at,
        read_at=min(looked_at, last_here) if event.at <= last_here else None,
        mailed_at=event.at,
    )


class _Past:
    """What happened, and who of ``readers`` had a reason at the time to be told of it."""

    def __init__(self, site: Site, readers: Collection[int]) -> None:
        self._ids = {folded(name): user.id for name, user in site.users.items()}
        self._told = site.told
        self._seen_at = _seen_at()
        # Nobody is told of what is out of sight by now, nor of what hangs below it.
        self._topics = {one.id: one for one in site.topics.values() if one.hidden_at is None}
        # Beside others' on a site that is used already.
        ours = Reply.topic_id.in_(self._topics) & Reply.hidden_at.is_(None)
        self._replies = {one.id: one for one in db.session.scalars(select(Reply).where(ours))}
        self._follows = _follows(readers)
        self._me_toos: dict[int, list[MeToo]] = defaultdict(list)
        for me_too in db.session.scalars(select(MeToo).where(MeToo.user_id.in_(readers))):
            self._me_toos[me_too.topic_id].append(me_too)
        self._searches = {
            search.id: search
            for search in db.session.scalars(
                select(SavedSearch).where(SavedSearch.user_id.in_(readers))
            )
        }
        of_ours = or_(Revision.topic_id.in_(self._topics), Revision.reply_id.in_(self._replies))
        self._revisions = db.session.scalars(
            select(Revision).where(of_ours).order_by(Revision.id)
        ).all()
        self._readers = readers

    def events(self) -> Iterator[Event]:
        """Yield everything, what was said before what was said of it."""
        yield from self._topics_posted()
        yield from (self._written(reply) for reply in self._replies.values())
        yield from self._edited()
        yield from self._accepted()
        yield from self._official()
        yield from self._statuses()
        yield from self._helped()
        for told in self._told:
            yield from _of_moderation(told)

    def _topics_posted(self) -> Iterator[Event]:
        products = _grouped(select(TopicProduct.topic_id, TopicProduct.product_id))
        tags = _grouped(select(TopicTag.topic_id, TopicTag.tag_id))
        for topic in self._topics.values():
            at = self._seen_at.get(("topic", topic.id), topic.created_at)
            around = [
                ("company_id", topic.company_id),
                *(("product_id", one) for one in products[topic.id]),
                *(("tag_id", one) for one in tags[topic.id]),
                ("person_id", topic.author_id),
            ]
            yield Event(
                at,
                _posted(topic),
                (
                    self._named(self._at_first(topic)),
                    *self._matched(topic),
                    *(Reason(Kind.POSTED, self._following(what, id_, at)) for what, id_ in around),
                ),
            )

    def _matched(self, topic: Topic) -> list[Reason]:
        """Return the reasons of those who kept a search by then that the topic fits."""
        if all(search.created_at >= topic.created_at for search in self._searches.values()):
            return []
        fitting = set(queries.fitting(topic)) & set(self._searches)
        return [
            Reason(Kind.MATCHED, {search.user_id}, search.id)
            for search in (self._searches[id_] for id_ in sorted(fitting))
            if search.created_at < topic.created_at
        ]

    def _written(self, reply: Reply) -> Event:
        at = self._seen_at.get(("reply", reply.id), reply.created_at)
        following = self._following("topic_id", reply.topic_id, at)
        if reply.parent_id is None:
            person = self._following("person_id", reply.author_id, at)
            reasons = (Reason(Kind.REPLIED, following), Reason(Kind.POSTED, person))
        else:
            above = {self._replies[reply.parent_id].author_id}
            reasons = (Reason(Kind.COMMENTED, above), Reason(Kind.COMMENTED, following))
        return Event(at, _posted(reply), (self._named(self._at_first(reply)), *reasons))

    def _edited(self) -> Iterator[Event]:
        """Yield what names people only since an edit; all edits are the author's own."""
        for state in self._revisions:
            if state.number > 1:
                post = self._post_of(state)
                yield Event(state.created_at, _posted(post), (self._named(state.body),))

    def _at_first(self, post: Topic | Reply) -> str:
        states = (one for one in self._revisions if self._post_of(one) is post)
        return next((state.body for state in states), post.body)

    def _post_of(self, state: Revision) -> Topic | Reply:
        if state.topic_id is not None:
            return self._topics[state.topic_id]
        assert state.reply_id is not None  # it is of one or the other
        return self._replies[state.reply_id]

    def _accepted(self) -> Iterator[Event]:
        accepted = (
            select(AcceptedAnswer)
            .where(AcceptedAnswer.topic_id.in_(self._topics))
            .order_by(AcceptedAnswer.accepted_at, AcceptedAnswer.accepted_by_id)
        )
        for one in db.session.scalars(accepted):
            by_asker = one.accepted_by_id == self._topics[one.topic_id].author_id
            yield Event(
                one.accepted_at,
                Happening(
                    source_key=f"reply-{one.reply_id}{'-asker' if by_asker else ''}",
                    topic_id=one.topic_id,
                    reply_id=one.reply_id,
                    actor_id=one.accepted_by_id,
                ),
                (Reason(Kind.ACCEPTED, {self._replies[one.reply_id].author_id}),),
            )

    def _official(self) -> Iterator[Event]:
        ours = OfficialAnswer.topic_id.in_(self._topics)
        for one in db.session.scalars(select(OfficialAnswer).where(ours)):
            yield Event(
                one.marked_at,
                Happening(
                    source_key=f"reply-{one.reply_id}",
                    topic_id=one.topic_id,
                    reply_id=one.reply_id,
                    actor_id=one.marked_by_id,
                ),
                self._around(Kind.OFFICIAL, one.topic_id, one.marked_at),
            )

    def _statuses(self) -> Iterator[Event]:
        ours = select(StatusChange).where(StatusChange.topic_id.in_(self._topics))
        for change in db.session.scalars(ours.order_by(StatusChange.id)):
            is_solved, at = change.new in SOLVED_STATUSES, change.created_at
            kind = Kind.SOLVED if is_solved else Kind.STATUS
            following = self._around(kind, change.topic_id, at)
            answer = self._replies[change.reply_id] if change.reply_id is not None else None
            yield Event(
                at,
                Happening(
                    source_key=f"topic-{change.topic_id}" if is_solved else f"status-{change.id}",
                    topic_id=change.topic_id,
                    actor_id=change.actor_id,
                    reply_id=answer.id if is_solved and answer is not None else None,
                    change_id=change.id,
                ),
                following if is_solved else following[:1],
                but=answer.author_id if answer is not None else None,
            )

    def _helped(self) -> Iterator[Event]:
        helped: dict[int, int] = defaultdict(int)
        solved = (
            select(DeflectionEvent)
            .where(
                DeflectionEvent.step == DeflectionStep.SOLVED,
                DeflectionEvent.reply_id.in_(self._replies),
            )
            .order_by(DeflectionEvent.created_at, DeflectionEvent.id)
        )
        for one in db.session.scalars(solved):
            if one.reply_id is None or one.topic_id is None:
                continue
            helped[one.reply_id] += 1
            reached, author_id = helped[one.reply_id], self._replies[one.reply_id].author_id
            if reached in TOLD_OF and author_id in self._readers:
                yield Event(
                    one.created_at,
                    Happening(
                        source_key=f"reply-{one.reply_id}-{reached}",
                        topic_id=one.topic_id,
                        reply_id=one.reply_id,
                        number=reached,
                    ),
                    (Reason(Kind.HELPED, {author_id}),),
                )

    def _named(self, body: str) -> Reason:
        names = markup.mentions(body)[: telling.MENTIONS_MAX]
        return Reason(Kind.MENTIONED, {self._ids.get(folded(name), 0) for name in names})

    def _around(self, kind: Kind, topic_id: int, at: datetime) -> tuple[Reason, ...]:
        having = {one.user_id for one in self._me_toos[topic_id] if one.created_at < at}
        following = self._following("topic_id", topic_id, at)
        return Reason(kind, following), Reason(kind, having)

    def _following(self, what: str, id_: int, at: datetime) -> set[int]:
        return {user_id for user_id, since in self._follows.get((what, id_), ()) if since < at}


def _seen_at() -> dict[tuple[str, int], datetime]:
    """Return when posts that had been held were seen at last, by what they are and their id."""
    released = select(Tombstone).where(Tombstone.is_unseen, Tombstone.lifted_at.is_not(None))
    return {
        ("topic", one.topic_id) if one.topic_id is not None else ("reply", one.reply_id or 0): at
        for one in db.session.scalars(released)
        if (at := one.lifted_at) is not None
    }


def _of_moderation(told: Telling) -> Iterator[Event]:
    for what, kind, people in judged.news_of(told):
        yield Event(told.at, what, (Reason(kind, people),))


def _posted(post: Topic | Reply) -> Happening:
    """Return that something was written."""
    if isinstance(post, Topic):
        return Happening(source_key=f"topic-{post.id}", topic_id=post.id, actor_id=post.author_id)
    return Happening(
        source_key=f"reply-{post.id}",
        topic_id=post.topic_id,
        reply_id=post.id,
        actor_id=post.author_id,
    )


def _follows(readers: Collection[int]) -> Mapping[tuple[str, int], list[tuple[int, datetime]]]:
    """Return who follows what since when, by the column and the id of what is followed."""
    targets = ("topic_id", "company_id", "product_id", "tag_id", "person_id")
    follows = defaultdict(list)
    for follow in db.session.scalars(select(Follow).where(Follow.user_id.in_(readers))):
        for what in targets:
            if (id_ := getattr(follow, what)) is not None:
                follows[what, id_].append((follow.user_id, follow.created_at))
    return follows


def _grouped(pairs: Select[int, int]) -> dict[int, list[int]]:
    groups = defaultdict(list)
    for one, many in db.session.execute(pairs):
        groups[one].append(many)
    return groups
