"""Load the demonstration content: what is there afterwards is the same every time.

Only the days depend on when it is loaded (`community.demo.calendar`), and the password.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from community import search
from community.accounts import passwords
from community.accounts.models import User
from community.companies.models import Company
from community.core import clock, outbox
from community.core.config import Settings
from community.core.db import db, transaction
from community.core.errors import Conflict, NotAllowed
from community.core.names import folded
from community.demo import (
    conversations,
    keeps,
    moderating,
    news,
    pages,
    pictures,
    revisions,
    sign_in,
    texts,
    verdicts,
    visits,
)
from community.demo.calendar import Calendar
from community.demo.content import read
from community.demo.shapes import Content
from community.demo.site import Site
from community.pictures.reading import Encoded
from community.search import SearchUnavailable
from community.topics import handlers, indexing
from community.topics.models import Topic
from community.topics.services import languages, standings

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Loaded:
    """How much is there."""

    companies: int
    people: int
    topics: int
    replies: int


def is_loaded() -> bool:
    """Tell whether the content is there."""
    ours = select(Topic.id).where(Topic.source_key.startswith(pages.SOURCE))
    return db.session.scalar(ours.limit(1)) is not None


def is_site_empty() -> bool:
    """Tell whether nobody has signed up or been imported, and no company has a page."""
    return all(db.session.scalar(select(table.id).limit(1)) is None for table in (User, Company))


def refuse_in_production(settings: Settings) -> None:
    """Let nobody invented sign in where it matters.

    Raises:
        NotAllowed: this is a production site.
    """
    if settings.is_production:
        raise NotAllowed(
            "The demonstration content has invented people who can sign in; "
            "it is not loaded where COMMUNITY_ENV is production."
        )


def fill_index() -> None:
    """Build the search index if there is none that can be used."""
    try:
        search.index().count()
    except SearchUnavailable:
        search.index().rebuild(indexing.all_documents())


def load(settings: Settings, *, tell: Tell = lambda _doing: None) -> Loaded | None:
    """Write the content, fill the search index, and write down who can sign in.

    Args:
        settings: of the installation.
        tell: called with what is being done next.

    Returns:
        How much was written; None if it was there already.

    Raises:
        NotAllowed: this is a production site.
        Conflict: somebody or a company of the content is on the site already.
        BadContent: a file of the content is not as it should be.
    """
    refuse_in_production(settings)
    if is_loaded():
        return None
    tell("reading")
    content = read()
    drawn = pictures.draw(content)
    site = Site(
        content=content,
        calendar=Calendar.of(content, clock.now()),
        texts=texts.written(content, {name: key for name, (key, _form) in drawn.items()}),
    )
    password = sign_in.new_password()
    hashes = {username: passwords.hashed(password) for username in sign_in.ACCOUNTS.values()}
    tell("writing")
    with transaction():
        if is_loaded():  # by somebody who was faster
            return None
        _refuse_conflicts(content)
        _write(site, hashes, drawn)
        sign_in.keep(password, settings.data_dir)
    tell("indexing")
    fill_index()
    outbox.deliver_due()
    handlers.relate_nightly()  # what the first night would do
    return Loaded(
        companies=len(site.companies),
        people=len(site.users),
        topics=len(site.topics),
        replies=len(site.replies),
    )


def _refuse_conflicts(content: Content) -> None:
    keys = [folded(person.username) for person in content.people]
    people = db.session.scalars(select(User.username).where(User.username_key.in_(keys)))
    companies = db.session.scalars(
        select(Company.name).where(
            or_(
                Company.slug.in_([company.slug for company in content.companies]),
                Company.website_host.in_([company.website_host for company in content.companies]),
            )
        )
    )
    if taken := [*people, *companies]:
        raise Conflict(
            "The demonstration content needs names that are taken on this site: "
            f"{', '.join(sorted(taken))}."
        )


def _write(
    site: Site, password_hashes: Mapping[str, str], drawn: Mapping[str, tuple[str, Encoded]]
) -> None:
    pages.write_people(site, password_hashes)
    pages.write_companies(site)
    pictures.write_pictures(site, drawn)
    conversations.write_topics(site)
    conversations.write_replies(site)
    pages.write_claims(site)
    revisions.write_revisions(site)
    verdicts.write_verdicts(site)
    visits.write_visits(site)
    moderating.write_moderation(site)
    keeps.write_keeps(site)
    news.write_news(site)
    standings.refresh_all()
    languages.tell_some(len(site.topics))
    for topic in site.topics.values():  # owes its place in the index and the company's figures
        outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)
