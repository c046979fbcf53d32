"""Read the demonstration content from the TOML files in ``content/`` beside this module.

``people.toml`` holds ``[[person]]`` tables, with ``[person.keeps]`` for those who can sign
in. Every other file is a company: ``[company]``, ``[[employee]]``, ``[[product]]`` and
``[[topic]]``, with ``[[topic.reply]]``, ``[[topic.reply.comment]]`` and
``[[topic.history]]`` below, and ``[[topic.edit]]`` or ``[[topic.reply.edit]]`` for what was
changed later. Moments are written like ``2026-03-02T19:05:31Z`` and days like ``2026-03-02``.
``moderation.toml`` holds what moderators and others did (`community.demo.events`).
A picture is written ``![what it shows](drawing:name)``, by a name of `community.demo.drawings`.
"""

from pathlib import Path

from community.accounts.models import ABOUT_MAX as PERSON_ABOUT_MAX
from community.accounts.models import DISPLAY_NAME_MAX, TIME_ZONE_MAX, USERNAME_MAX
from community.companies.models import (
    ABOUT_MAX,
    HOST_MAX,
    NAME_MAX,
    SCOPE_MAX,
    SLUG_MAX,
    TITLE_MAX,
    URL_MAX,
    CompanyState,
)
from community.demo import checks
from community.demo.events import read_events
from community.demo.shapes import (
    Comment,
    Company,
    Content,
    Draft,
    Edit,
    Employee,
    Keeps,
    Person,
    Product,
    Reply,
    Role,
    Search,
    Step,
    Topic,
)
from community.demo.tables import KEY_MAX, BadContent, Table, open_file
from community.notifications.models import Delivery, NotificationKind
from community.topics import models as topics

FOLDER = Path(__file__).parent / "content"
OTHERS = ("people.toml", "moderation.toml")  # all other files are companies


def read(folder: Path = FOLDER) -> Content:
    """Read all files of a folder.

    Raises:
        BadContent: a file cannot be read, or does not fit with the others.
    """
    companies = [path for path in sorted(folder.glob("*.toml")) if path.name not in OTHERS]
    file = open_file(folder / "people.toml")
    people = tuple(_person(table) for table in file.tables("person"))
    file.done()
    content = Content(
        people=people,
        companies=tuple(_company(open_file(path)) for path in companies),
        events=read_events(folder / "moderation.toml"),
    )
    for complaint in checks.complaints(content):
        raise BadContent(complaint)
    return content


def _person(table: Table) -> Person:
    person = Person(
        username=table.text("username", USERNAME_MAX),
        name=table.text("name", DISPLAY_NAME_MAX, default=""),
        about=table.text("about", PERSON_ABOUT_MAX, default=""),
        languages=table.names("languages"),
        role=table.choice("role", Role),
        time_zone=table.text("time_zone", TIME_ZONE_MAX, default=""),
        joined=table.day("joined"),
        keeps=_keeps(table.table("keeps")) if table.has("keeps") else None,
    )
    table.done()
    return person


def _keeps(table: Table) -> Keeps:
    keeps = Keeps(
        last_here=table.moment("last_here"),
        since=table.day("since"),
        companies=table.names("companies"),
        products=table.names("products"),
        tags=table.names("tags"),
        people=table.names("people"),
        searches=tuple(_search(one) for one in table.tables("search")),
        drafts=tuple(_draft(one) for one in table.tables("draft")),
        mails=_mails(table.table("mails")) if table.has("mails") else {},
    )
    table.done()
    return keeps


def _mails(table: Table) -> dict[NotificationKind, Delivery]:
    mails = {
        kind: table.choice(kind.value, Delivery)
        for kind in NotificationKind
        if table.has(kind.value)
    }
    table.done()
    return mails


def _draft(table: Table) -> Draft:
    draft = Draft(
        topic=table.text("topic", KEY_MAX, default=""),
        company=table.text("company", SLUG_MAX, default=""),
        title=table.text("title", topics.TITLE_MAX, default=""),
        body=table.text("body", topics.BODY_MAX),
        at=table.moment("at"),
    )
    table.done()
    return draft


def _search(table: Table) -> Search:
    search = Search(
        name=table.text("name", topics.SEARCH_NAME_MAX),
        text=table.text("text", topics.QUERY_MAX),
        company=table.text("company", SLUG_MAX, default=""),
        at=table.moment("at"),
    )
    table.done()
    return search


def _company(file: Table) -> Company:
    table = file.table("company")
    company = Company(
        file=file.place,
        slug=table.text("slug", SLUG_MAX),
        name=table.text("name", NAME_MAX),
        also_known_as=table.names("also_known_as"),
        website_host=table.text("website_host", HOST_MAX),
        about=table.text("about", ABOUT_MAX),
        state=table.choice("state", CompanyState),
        opened_by=table.text("opened_by", USERNAME_MAX),
        official_help_url=table.text("official_help_url", URL_MAX, default=""),
        official_help_source=table.text("official_help_source", URL_MAX, default=""),
        employees=tuple(_employee(one) for one in file.tables("employee")),
        products=tuple(_product(one) for one in file.tables("product")),
        topics=tuple(_topic(one) for one in file.tables("topic")),
    )
    table.done()
    file.done()
    return company


def _employee(table: Table) -> Employee:
    employee = Employee(
        username=table.text("username", USERNAME_MAX),
        title=table.text("title", TITLE_MAX),
        scope=table.text("scope", SCOPE_MAX, default=""),
        since=table.day("since"),
        until=table.day_after("until"),
    )
    table.done()
    return employee


def _product(table: Table) -> Product:
    product = Product(
        slug=table.text("slug", SLUG_MAX),
        name=table.text("name", NAME_MAX),
        parent=table.text("parent", SLUG_MAX, default=""),
    )
    table.done()
    return product


def _topic(table: Table) -> Topic:
    topic = Topic(
        key=table.text("key", KEY_MAX),
        kind=table.choice("kind", topics.TopicKind),
        status=table.choice("status", topics.TopicStatus),
        title=table.text("title", topics.TITLE_MAX),
        author=table.text("author", USERNAME_MAX),
        at=table.moment("at"),
        body=table.text("body", topics.BODY_MAX),
        products=table.names("product"),
        tags=table.names("tags"),
        version=table.text("version", topics.VERSION_MAX, default=""),
        me_too=table.names("me_too"),
        follows=table.names("follows"),
        differs_from=table.text("differs_from", KEY_MAX, default=""),
        differs_reason=table.text("differs_reason", topics.REASON_MAX, default=""),
        edits=tuple(_edit(one) for one in table.tables("edit")),
        replies=tuple(_reply(one) for one in table.tables("reply")),
        history=tuple(_step(one) for one in table.tables("history")),
    )
    table.done()
    return topic


def _reply(table: Table) -> Reply:
    reply = Reply(
        key=table.text("key", KEY_MAX),
        author=table.text("author", USERNAME_MAX),
        at=table.moment("at"),
        body=table.text("body", topics.BODY_MAX),
        speaks_for_company=table.flag("speaks_for_company"),
        is_official=table.flag("official"),
        accepted_by=table.names("accepted_by"),
        worked=table.names("worked"),
        failed=table.names("failed"),
        helpful=table.names("helpful"),
        unhelpful=table.names("unhelpful"),
        edits=tuple(_edit(one) for one in table.tables("edit")),
        comments=tuple(_comment(one) for one in table.tables("comment")),
    )
    table.done()
    return reply


def _edit(table: Table) -> Edit:
    edit = Edit(
        at=table.moment("at"),
        note=table.text("note", topics.NOTE_MAX, default=""),
        before=table.text("before", topics.BODY_MAX, default=""),
        title_before=table.text("title_before", topics.TITLE_MAX, default=""),
        tags_before=table.names("tags_before"),
    )
    table.done()
    return edit


def _comment(table: Table) -> Comment:
    comment = Comment(
        author=table.text("author", USERNAME_MAX),
        at=table.moment("at"),
        body=table.text("body", topics.COMMENT_MAX),
    )
    table.done()
    return comment


def _step(table: Table) -> Step:
    step = Step(
        to=table.choice("to", topics.TopicStatus),
        by=table.text("by", USERNAME_MAX),
        at=table.moment("at"),
        note=table.text("note", topics.NOTE_MAX, default=""),
    )
    table.done()
    return step
