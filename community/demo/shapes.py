"""What the demonstration content consists of, as its files say it."""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from community.companies.models import CompanyState
from community.demo.events import Event
from community.notifications.models import Delivery, NotificationKind
from community.topics.models import TopicKind, TopicStatus


class Role(enum.StrEnum):
    """What somebody is on the site."""

    MEMBER = "member"
    MODERATOR = "moderator"
    OPERATOR = "operator"
    GUEST = "guest"  # asked with an address alone, and has not confirmed it
    IMPORTED = "imported"  # wrote somewhere else; nobody has claimed the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search that somebody keeps; ``company`` is a slug, or empty."""

    name: str
    text: str
    company: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody has begun to write: an answer in a topic, or else a question at a company."""

    topic: str  # its key, or empty
    company: str  # a slug, or empty
    title: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeps:
    """What somebody follows and keeps, and when they last looked in.

    What happened later is unread in their bell, and new to them in its topic.
    ``products`` are written "company/product"; ``mails`` holds what they chose about mail.
    """

    last_here: datetime
    since: datetime  # of following
    companies: tuple[str, ...]
    products: tuple[str, ...]
    tags: tuple[str, ...]
    people: tuple[str, ...]
    searches: tuple[Search, ...]
    drafts: tuple[Draft, ...]
    mails: Mapping[NotificationKind, Delivery]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who takes part. Being an employee is said in the company's file."""

    username: str
    name: str
    about: str
    languages: tuple[str, ...]
    role: Role
    time_zone: str
    joined: datetime
    keeps: Keeps | None

    @property
    def is_moderator(self) -> bool:
        """Whether they see to the rules."""
        return self.role is Role.MODERATOR

    @property
    def has_account(self) -> bool:
        """Whether they could ever have done more than write."""
        return self.role not in {Role.GUEST, Role.IMPORTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """A mandate to speak for the company, ended if ``until`` has passed."""

    username: str
    title: str
    scope: str
    since: datetime
    until: datetime | None

    def may_speak(self, at: datetime) -> bool:
        """Tell whether the mandate holds at that moment."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What the company makes; ``parent`` is the slug of another product, or empty."""

    slug: str
    name: str
    parent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A change by the author, with what there was before. Empty is what stayed as it was."""

    at: datetime
    note: str
    before: str
    title_before: str  # of topics only, and so are the tags
    tags_before: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A remark on a reply."""

    author: str
    at: datetime
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, with the user names of those who judged it."""

    key: str
    author: str
    at: datetime
    body: str
    speaks_for_company: bool
    is_official: bool  # of several in one topic the last one stands
    accepted_by: tuple[str, ...]
    worked: tuple[str, ...]
    failed: tuple[str, ...]
    helpful: tuple[str, ...]
    unhelpful: tuple[str, ...]
    edits: tuple[Edit, ...]
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change of status."""

    to: TopicStatus
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A conversation. ``differs_from`` is the key of a topic that the asker was shown."""

    key: str
    kind: TopicKind
    status: TopicStatus
    title: str
    author: str
    at: datetime
    body: str
    products: tuple[str, ...]
    tags: tuple[str, ...]
    version: str  # what the asker uses
    me_too: tuple[str, ...]
    follows: tuple[str, ...]
    differs_from: str
    differs_reason: str
    edits: tuple[Edit, ...]
    replies: tuple[Reply, ...]
    history: tuple[Step, ...]

    @property
    def last_activity_at(self) -> datetime:
        """The moment of the last thing that was written."""
        written = [self.at]
        for reply in self.replies:
            written += [reply.at, *(comment.at for comment in reply.comments)]
        return max(written)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company's page, from the file that is named."""

    file: str
    slug: str
    name: str
    also_known_as: tuple[str, ...]
    website_host: str
    about: str
    state: CompanyState
    opened_by: str
    official_help_url: str  # empty if nobody has said it
    official_help_source: str
    employees: tuple[Employee, ...]
    products: tuple[Product, ...]
    topics: tuple[Topic, ...]

    def employee(self, username: str, at: datetime) -> Employee | None:
        """Return somebody's mandate if it holds at that moment."""
        return next(
            (one for one in self.employees if one.username == username and one.may_speak(at)), None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Everything."""

    people: tuple[Person, ...]
    companies: tuple[Company, ...]
    events: tuple[Event, ...]  # in the order of time

    def topics(self) -> Iterator[tuple[Company, Topic]]:
        """Yield every topic with its company, the oldest first."""
        pairs = [(company, topic) for company in self.companies for topic in company.topics]
        yield from sorted(pairs, key=lambda pair: (pair[1].at, pair[1].key))

    def texts(self) -> Iterator[tuple[str, str, datetime]]:
        """Yield every text with its author and moment, those before an edit too."""
        for _company, topic in self.topics():
            posts: list[Topic | Reply] = [topic, *topic.replies]
            for post in posts:
                yield post.body, post.author, post.at
                yield from ((one.before, post.author, post.at) for one in post.edits if one.before)
            for reply in topic.replies:
                yield from ((one.body, one.author, one.at) for one in reply.comments)

    @property
    def newest(self) -> datetime:
        """The moment of the last thing that anybody did."""
        return max(
            *(event.at for event in self.events),
            *(
                moment
                for _company, topic in self.topics()
                for moment in (
                    topic.last_activity_at,
                    *(step.at for step in topic.history),
                    *(edit.at for edit in topic.edits),
                    *(edit.at for reply in topic.replies for edit in reply.edits),
                )
            ),
        )
