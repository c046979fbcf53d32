"""Let happen what moderators, jurors, companies and authorities did, each thing at its moment.

It goes through the services that people's own clicks call, so it is whole: the public log with its
chain, tombstones, covered words, counts, reputations of flags. News of it is not sent anew but
written with the other news of those days (`community.demo.news`).
"""

import random
from collections.abc import Callable, Iterator, MutableSequence
from datetime import datetime, timedelta
from functools import partial, singledispatch
from typing import Any

from sqlalchemy import select, text

from community.accounts.models import User
from community.companies.models import Champion
from community.companies.services import declare_employer, declare_rival
from community.core import clock, outbox
from community.core.db import db
from community.core.outbox import OutboxRow
from community.demo import events
from community.demo.site import Site, Telling
from community.moderation import handlers
from community.moderation.models import Appeal, Case, Decision
from community.moderation.queries import judging, targets
from community.moderation.queries.targets import Target
from community.moderation.services import appeal as appeals
from community.moderation.services import legal, modes
from community.moderation.services.appoint import appoint, appoint_at_console
from community.moderation.services.decide import Ruling, decide_alike
from community.moderation.services.flag import flag
from community.topics.models import StatusChange, StatusRole
from community.topics.services import post_reply, post_topic

# What follows at once, in the same transaction: it is written down, or learnt from, at that moment.
AT_ONCE: dict[str, Callable[..., None]] = {
    f"{handler.__module__}.{handler.__qualname__}": handler
    for handler in (
        handlers.log_company_page,
        handlers.learn_from_case,
        handlers.end_moot_appeal,
    )
}
TELLING = "community.notifications.handlers."  # how the names of handlers that tell people begin


def write_moderation(site: Site) -> None:
    """Let all of it happen, the earliest first."""
    for at, happen in sorted(_happenings(site), key=lambda one: one[0]):
        with clock.frozen(at):
            before = outbox.newest_id()
            happen()
            _follow_up(site, before)
    db.session.flush()


def _happenings(site: Site) -> Iterator[tuple[datetime, Callable[[], None]]]:
    at = site.calendar.at
    for event in site.content.events:
        yield at(event.at), partial(_happen, event, site)
        if isinstance(event, events.Paused):
            yield at(event.at) + timedelta(minutes=event.minutes), _end_modes
    ours = [topic.id for topic in site.topics.values()]
    by_moderators = select(StatusChange).where(
        StatusChange.role == StatusRole.MODERATOR, StatusChange.topic_id.in_(ours)
    )
    for change in db.session.scalars(by_moderators):
        yield (
            change.created_at,
            partial(handlers.log_status, change.topic_id, change.actor_id, change.id),
        )


def _end_modes() -> None:
    modes.end_those_run_out()


def _follow_up(site: Site, before: int) -> None:
    """Do what follows at once, and keep back what people are told; the rest waits for the worker.

    Args:
        before: the id of the newest row of the outbox until then.
    """
    done = []
    owed = select(OutboxRow).where(text(outbox.OPEN), OutboxRow.id > before)
    for row in db.session.scalars(owed.order_by(OutboxRow.id)).all():
        if row.handler in AT_ONCE:
            AT_ONCE[row.handler](**row.payload)
        elif row.handler.startswith(TELLING):
            name = row.handler.rpartition(".")[2]
            site.told.append(Telling(at=clock.now(), handler=name, payload=row.payload))
        else:
            continue
        done.append(row)
    outbox.settle(done)


# -- what happens ---------------------------------------------------------------------------------


@singledispatch
def _happen(event: events.Event, site: Site) -> None:
    """Do what an event says, now."""
    raise NotImplementedError(type(event).__name__)


@_happen.register
def _(event: events.Appointed, site: Site) -> None:
    person = site.users[event.person]
    if event.by:
        actor = site.users[event.by]
        appoint(actor, person, event.office, holds=True, reason=event.reason)
    else:
        appoint_at_console(person, event.office, holds=True, reason=event.reason)


@_happen.register
def _(event: events.Thanked, site: Site) -> None:
    champion = Champion(
        company_id=site.companies[event.company].id,
        user_id=site.user_id(event.person),
        thanked_by_id=site.user_id(event.by),
        since=clock.now(),
    )
    db.session.add(champion)
    db.session.flush()


@_happen.register
def _(event: events.Rivalled, site: Site) -> None:
    declare_rival(site.users[event.by], site.companies[event.company], site.companies[event.rival])


@_happen.register
def _(event: events.Employed, site: Site) -> None:
    declare_employer(site.users[event.by], site.companies[event.company])


@_happen.register
def _(event: events.Posted, site: Site) -> None:
    author = site.users[event.by]
    if event.topic:
        site.replies[event.key] = post_reply(
            author, site.topics[event.topic], body=event.body, as_company=event.speaks_for_company
        )
    else:
        assert event.kind is not None  # `events.complaints` has seen to it
        site.topics[event.key] = post_topic(
            author,
            site.companies[event.company],
            kind=event.kind,
            title=event.title,
            body=event.body,
            tags=event.tags,
        )


@_happen.register
def _(event: events.Flagged, site: Site) -> None:
    flag(site.users[event.by], _target(site, event.on), rule=event.rule, words=event.words)


@_happen.register
def _(event: events.Decided, site: Site) -> None:
    ruling = Ruling(
        action=event.action,
        reason=event.reason,
        rule=event.rule,
        move_to=site.companies[event.move_to] if event.move_to else None,
        measure=event.measure,
        limit=event.limit,
        days=event.days,
    )
    cases = [_open_case(_target(site, on)) for on in event.on]
    seen = {case: judging.seen(case) for case in cases}
    _made, left = decide_alike(site.users[event.by], seen, ruling)
    if left:
        raise ValueError(f"{event.on} could not be decided: {left[0][1]}")


@_happen.register
def _(event: events.Appealed, site: Site) -> None:
    jury = _Foretold([site.user_id(name) for name in event.jury])
    decision = _first_decision(_target(site, event.on))
    appeals.appeal(site.users[event.by], decision, words=event.words, chance=jury)


@_happen.register
def _(event: events.Voted, site: Site) -> None:
    decision = _first_decision(_target(site, event.on))
    made = db.session.scalars(select(Appeal).where(Appeal.decision_id == decision.id)).one()
    appeals.vote(site.users[event.by], made, vote=event.vote, reason=event.reason)


@_happen.register
def _(event: events.Slowed, site: Site) -> None:
    modes.slow_down(
        site.users[event.by], site.topics[event.on], seconds=event.seconds, reason=event.reason
    )


@_happen.register
def _(event: events.Paused, site: Site) -> None:
    until = clock.now() + timedelta(minutes=event.minutes)
    modes.set_read_only(site.users[event.by], reason=event.reason, until=until)


@_happen.register
def _(event: events.Requested, site: Site) -> None:
    site.requests[event.key] = legal.enter_request(
        site.users[event.by],
        received_on=event.received + site.calendar.shift,
        requester=event.requester,
        country=event.country,
        law=event.law,
        company=site.companies[event.company] if event.company else None,
        target=_named(site, event.on) if event.on else "",
        request_text=event.text,
        is_text_public=event.is_public,
    )


@_happen.register
def _(event: events.Answered, site: Site) -> None:
    request = site.requests[event.key]
    legal.answer_request(
        site.users[event.by],
        request,
        outcome=event.outcome,
        done=event.done,
        is_text_public=request.is_text_public,
    )


class _Foretold(random.Random):
    """A draw that falls on certain people, if they may judge, so that it is the same every time."""

    def __init__(self, user_ids: list[int]) -> None:
        super().__init__(0)
        self._first = user_ids

    def shuffle(self, x: MutableSequence[Any]) -> None:
        """Put those people first, in their order."""
        first = [one for one in self._first if one in x]
        x[:] = [*first, *(one for one in x if one not in first)]


def _target(site: Site, on: str) -> Target:
    if on.startswith("@"):
        return site.users[on[1:]]
    return site.topics[on] if on in site.topics else site.replies[on]


def _named(site: Site, on: str) -> str:
    """Return a target as the public log names it: "reply 7"."""
    target = _target(site, on)
    what = "person" if isinstance(target, User) else type(target).__name__.lower()
    return f"{what} {target.id}"


def _open_case(target: Target) -> Case:
    mine = select(Case).filter_by(**targets.keys_of(target)).where(Case.decided_at.is_(None))
    return db.session.scalars(mine).one()


def _first_decision(target: Target) -> Decision:
    mine = (
        select(Decision)
        .join(Case, Case.id == Decision.case_id)
        .filter_by(**targets.keys_of(target))
        .order_by(Decision.id)
        .limit(1)
    )
    return db.session.scalars(mine).one()
