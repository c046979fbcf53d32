"""What the demonstration content consists of, as its files say it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from community.companies.models import CompanyState
from community.topics.models import TopicKind, TopicStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who takes part. Being an employee is said in the company's file."""

    username: str
    name: str
    about: str
    languages: tuple[str, ...]
    is_moderator: bool
    joined: datetime


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

    def topics(self) -> Iterator[tuple[Company, Topic]]:
        """Yield every topic with its company, the oldest first."""
        pairs = [(company, topic) for company in self.companies for topic in company.topics]
        yield from sorted(pairs, key=lambda pair: (pair[1].at, pair[1].key))

    @property
    def newest(self) -> datetime:
        """The moment of the last thing that anybody did."""
        return max(
            moment
            for _company, topic in self.topics()
            for moment in (topic.last_activity_at, *(step.at for step in topic.history))
        )
