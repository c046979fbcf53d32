"""The rows of one loading, found by the names that the files use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from community.accounts.models import User
from community.companies.models import Company, Product
from community.demo.calendar import Calendar
from community.demo.shapes import Content, Person
from community.demo.texts import Written
from community.moderation.models import LegalRequest
from community.topics.models import Reply, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a handler would have told people of, and when."""

    at: datetime
    handler: str  # the name of the function
    payload: Mapping[str, Any]


@dataclass
class Site:
    """What is written, when it happens, and what has been written so far."""

    content: Content
    calendar: Calendar
    texts: Mapping[str, Written]  # what is made of each text of the files
    users: dict[str, User] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    products: dict[tuple[str, str], Product] = field(default_factory=dict)  # by company's slug too
    topics: dict[str, Topic] = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)
    requests: dict[str, LegalRequest] = field(default_factory=dict)
    told: list[Telling] = field(default_factory=list)  # by moderation
    people: dict[str, Person] = field(init=False)

    def __post_init__(self) -> None:
        """Make people findable."""
        self.people = {person.username: person for person in self.content.people}

    def user_id(self, username: str) -> int:
        """Return the id of somebody who has been written."""
        return self.users[username].id

    def product(self, name: str) -> Product:
        """Return a product that a file names by its company and itself: "brightwave/halo-6"."""
        company, _, product = name.partition("/")
        return self.products[company, product]

    def judged_at(self, username: str, what: str, *after: datetime) -> datetime:
        """Return when somebody said something that the files give no moment for.

        That is a little after what it is about was there and they had joined.

        Args:
            what: a name for it that nothing else they said has.
            after: moments as they are shown.
        """
        return self.calendar.soon_after([self.users[username].created_at, *after], what, username)
