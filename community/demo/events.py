"""What moderators, jurors, companies and authorities did, as ``moderation.toml`` says it.

Each kind of event has tables of its own there: ``[[flag]]``, ``[[decision]]`` and so on
(`READERS`). An ``on`` is the key of a topic or reply, or "@" and a user name.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from community.accounts.models import USERNAME_MAX
from community.companies.models import SLUG_MAX
from community.demo.tables import KEY_MAX, Table, open_file
from community.moderation.models import (
    REASON_MAX,
    WORDS_MAX,
    DecisionAction,
    JurorVote,
    LegalOutcome,
    RestrictionKind,
    legal,
    modes,
)
from community.moderation.models.offices import Office
from community.topics import models as topics
from community.topics.models import Rule, TopicKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that one person did at a moment."""

    at: datetime
    by: str  # a user name; empty: whoever runs the server, at its console


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointed(Event):
    """Somebody got an office."""

    person: str
    office: Office
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted(Event):
    """A topic at a company, or a reply in a topic: what companies' files could not show."""

    key: str
    company: str  # a slug; empty for a reply
    topic: str  # a key; empty for a topic
    kind: TopicKind | None  # of a topic
    title: str
    body: str
    tags: tuple[str, ...]
    speaks_for_company: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged(Event):
    """Somebody flagged a post or a person."""

    on: str
    rule: Rule
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(Event):
    """A moderator decided one case, or several alike."""

    on: tuple[str, ...]
    action: DecisionAction
    reason: str
    rule: Rule | None
    move_to: str  # a slug, or empty
    measure: DecisionAction | None
    limit: RestrictionKind | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Appealed(Event):
    """Somebody appealed against what was decided first about something."""

    on: str
    words: str
    jury: tuple[str, ...]  # whom the draw fell on


@dataclass(frozen=True, slots=True, kw_only=True)
class Voted(Event):
    """A juror judged the appeal about something."""

    on: str
    vote: JurorVote
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowed(Event):
    """A topic was slowed down, until somebody ends it."""

    on: str
    seconds: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Event):
    """The site could only be read for a while."""

    minutes: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Employed(Event):
    """Somebody said whom they work for."""

    company: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanked(Event):
    """A company made somebody its champion."""

    person: str
    company: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rivalled(Event):
    """Somebody said that two companies compete."""

    company: str
    rival: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested(Event):
    """An operator entered a request by an authority."""

    key: str
    received: date
    requester: str
    country: str
    law: str
    company: str  # a slug, or empty
    on: str  # or empty
    text: str
    is_public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Event):
    """An operator answered a request."""

    key: str
    outcome: LegalOutcome
    done: str


def read_events(path: Path) -> tuple[Event, ...]:
    """Read the file of events, and put them into the order of time.

    Raises:
        BadContent: the file cannot be read, or something in it is not as it should be.
    """
    file = open_file(path)
    found = []
    for name, read in READERS.items():
        for table in file.tables(name):
            found.append(read(table))
            table.done()
    file.done()
    return tuple(sorted(found, key=lambda event: event.at))


def complaints(
    events: tuple[Event, ...], people: Mapping[str, datetime], posts: set[str], companies: set[str]
) -> Iterator[str]:
    """Yield a sentence for everything that does not fit with the rest of the content.

    Args:
        people: when each joined.
        posts: the keys of all topics and replies of the companies' files.
        companies: all slugs.
    """
    known = {"", *people}
    keys = {*posts, *(event.key for event in events if isinstance(event, Posted))}
    for event in events:
        place = f"moderation.toml, at {event.at:%Y-%m-%d %H:%M}"
        named = [event.by, *_people_in(event)]
        yield from (f"{place}: no person {name!r}." for name in named if name not in known)
        if event.by and event.by in people and event.at < people[event.by]:
            yield f"{place}: {event.by} has not joined yet."
        targets = _targets_in(event)
        yield from (
            f"{place}: no topic or reply {name!r}."
            for name in targets
            if not name.startswith("@") and name not in keys
        )
        if isinstance(event, Posted):
            yield from _about_post(place, event)
        slugs = (getattr(event, name, "") for name in ("company", "rival", "move_to"))
        yield from (
            f"{place}: no company {slug!r}." for slug in slugs if slug not in {"", *companies}
        )


def _about_post(place: str, post: Posted) -> Iterator[str]:
    if bool(post.company) is bool(post.topic):
        yield f"{place}: a post is at a 'company', or else in a 'topic'."
    elif bool(post.company) is not bool(post.kind and post.title):
        yield f"{place}: a topic has a 'kind' and a 'title', a reply neither."


def _people_in(event: Event) -> list[str]:
    people = [getattr(event, "person", ""), *getattr(event, "jury", ())]
    return [*people, *(name[1:] for name in _targets_in(event) if name.startswith("@"))]


def _targets_in(event: Event) -> list[str]:
    on = getattr(event, "on", ())
    targets = [on] if isinstance(on, str) else list(on)
    return [name for name in (*targets, getattr(event, "topic", "")) if name]


# -- reading one table ----------------------------------------------------------------------------


def _who(table: Table, key: str = "by") -> str:
    return table.text(key, USERNAME_MAX)


def _on(table: Table) -> str:
    return table.text("on", KEY_MAX)


def _reason(table: Table, limit: int = REASON_MAX) -> str:
    return table.text("reason", limit)


def _appointed(table: Table) -> Event:
    return Appointed(
        at=table.moment("at"),
        by=table.text("by", USERNAME_MAX, default=""),
        person=_who(table, "person"),
        office=table.choice("office", Office),
        reason=_reason(table),
    )


def _posted(table: Table) -> Event:
    return Posted(
        at=table.moment("at"),
        by=_who(table),
        key=table.text("key", KEY_MAX),
        company=table.text("company", SLUG_MAX, default=""),
        topic=table.text("topic", KEY_MAX, default=""),
        kind=table.choice_or_none("kind", TopicKind),
        title=table.text("title", topics.TITLE_MAX, default=""),
        body=table.text("body", topics.BODY_MAX),
        tags=table.names("tags"),
        speaks_for_company=table.flag("speaks_for_company"),
    )


def _flagged(table: Table) -> Event:
    return Flagged(
        at=table.moment("at"),
        by=_who(table),
        on=_on(table),
        rule=table.choice("rule", Rule),
        words=table.text("words", WORDS_MAX, default=""),
    )


def _decided(table: Table) -> Event:
    return Decided(
        at=table.moment("at"),
        by=_who(table),
        on=table.names("on"),
        action=table.choice("action", DecisionAction),
        reason=_reason(table),
        rule=table.choice_or_none("rule", Rule),
        move_to=table.text("move_to", SLUG_MAX, default=""),
        measure=table.choice_or_none("measure", DecisionAction),
        limit=table.choice_or_none("limit", RestrictionKind),
        days=table.number("days", default=0),
    )


def _appealed(table: Table) -> Event:
    return Appealed(
        at=table.moment("at"),
        by=_who(table),
        on=_on(table),
        words=table.text("words", WORDS_MAX),
        jury=table.names("jury"),
    )


def _voted(table: Table) -> Event:
    return Voted(
        at=table.moment("at"),
        by=_who(table),
        on=_on(table),
        vote=table.choice("vote", JurorVote),
        reason=_reason(table),
    )


def _slowed(table: Table) -> Event:
    return Slowed(
        at=table.moment("at"),
        by=_who(table),
        on=_on(table),
        seconds=table.number("seconds"),
        reason=_reason(table, modes.REASON_MAX),
    )


def _paused(table: Table) -> Event:
    return Paused(
        at=table.moment("at"),
        by=_who(table),
        minutes=table.number("minutes"),
        reason=_reason(table, modes.REASON_MAX),
    )


def _employed(table: Table) -> Event:
    return Employed(at=table.moment("at"), by=_who(table), company=table.text("company", SLUG_MAX))


def _thanked(table: Table) -> Event:
    return Thanked(
        at=table.moment("at"),
        by=_who(table),
        person=_who(table, "person"),
        company=table.text("company", SLUG_MAX),
    )


def _rivalled(table: Table) -> Event:
    return Rivalled(
        at=table.moment("at"),
        by=_who(table),
        company=table.text("company", SLUG_MAX),
        rival=table.text("rival", SLUG_MAX),
    )


def _requested(table: Table) -> Event:
    return Requested(
        at=table.moment("at"),
        by=_who(table),
        key=table.text("key", KEY_MAX),
        received=table.day("received").date(),
        requester=table.text("requester", legal.NAME_MAX),
        country=table.text("country", 2),
        law=table.text("law", legal.NAME_MAX),
        company=table.text("company", SLUG_MAX, default=""),
        on=table.text("on", KEY_MAX, default=""),
        text=table.text("text", legal.TEXT_MAX, default=""),
        is_public=table.flag("is_public"),
    )


def _answered(table: Table) -> Event:
    return Answered(
        at=table.moment("at"),
        by=_who(table),
        key=table.text("key", KEY_MAX),
        outcome=table.choice("outcome", LegalOutcome),
        done=table.text("done", legal.DONE_MAX),
    )


READERS: Mapping[str, Callable[[Table], Event]] = {
    "appointed": _appointed,
    "champion": _thanked,
    "rivals": _rivalled,
    "employer": _employed,
    "post": _posted,
    "flag": _flagged,
    "decision": _decided,
    "appeal": _appealed,
    "vote": _voted,
    "slow": _slowed,
    "read_only": _paused,
    "request": _requested,
    "answer": _answered,
}
