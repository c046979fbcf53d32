"""Rows to test with: each function makes one thing, with whatever it needs around it.

They write rows directly, so that a test's subject is the only service that runs.
"""

from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

from community.accounts.models import User
from community.accounts.services import begin_session
from community.companies.models import Company, CompanyState, Mandate, MandateKind, Product
from community.core import clock, markup
from community.core.db import Base, db
from community.core.names import folded, slug
from community.topics.models import Reply, Topic, TopicKind

Row = TypeVar("Row", bound=Base)
_numbers = count(1)


def make_user(username: str = "", **columns: Any) -> User:
    """Make a member whose address is confirmed and who cannot sign in by password."""
    username = username or f"person{next(_numbers)}"
    columns.setdefault("email", f"{username}@mail.example")
    columns.setdefault("email_verified_at", clock.now())
    return _saved(User(username=username, username_key=folded(username), **columns))


def make_session(user: User) -> str:
    """Sign ``user`` in somewhere; return the key for the cookie."""
    return begin_session(user, device="Firefox on Linux")


def make_company(name: str = "", **columns: Any) -> Company:
    """Make a company that has not joined."""
    name = name or f"Company {next(_numbers)}"
    columns.setdefault("slug", slug(name, default="company"))
    if columns.get("state", CompanyState.UNCLAIMED) != CompanyState.UNCLAIMED:
        columns.setdefault("proved_at", clock.now())
    return _saved(Company(name=name, name_key=folded(name), **columns))


def make_product(company: Company | None = None, name: str = "", **columns: Any) -> Product:
    """Make a product, of a new company unless one is given."""
    company = company or make_company()
    name = name or f"Product {next(_numbers)}"
    columns.setdefault("slug", slug(name, default="product"))
    return _saved(Product(company_id=company.id, name=name, name_key=folded(name), **columns))


def make_mandate(user: User, company: Company, **columns: Any) -> Mandate:
    """Let ``user`` speak for ``company``, since yesterday."""
    columns.setdefault("kind", MandateKind.EMPLOYEE)
    columns.setdefault("title", "Support engineer")
    columns.setdefault("since", clock.now() - timedelta(days=1))
    return _saved(Mandate(user_id=user.id, company_id=company.id, **columns))


def make_employee(company: Company, username: str = "", **columns: Any) -> User:
    """Make a person who speaks for ``company``."""
    user = make_user(username)
    make_mandate(user, company, **columns)
    return user


def make_topic(company: Company | None = None, author: User | None = None, **columns: Any) -> Topic:
    """Make a topic, with a new company and a new author unless they are given."""
    columns.setdefault("title", f"It stopped working, case {next(_numbers)}")
    columns.setdefault("body", "It worked yesterday.")
    columns.setdefault("kind", TopicKind.PROBLEM)
    columns.setdefault("body_html", markup.render(columns["body"]))
    company = company or make_company()
    author = author or make_user()
    topic = Topic(company_id=company.id, author_id=author.id, **columns)
    topic.company, topic.author = company, author
    return _saved(topic)


def make_reply(topic: Topic | None = None, author: User | None = None, **columns: Any) -> Reply:
    """Make a reply and count it; with ``parent_id``, a comment, which is not counted."""
    topic = topic or make_topic()
    author = author or make_user()
    columns.setdefault("body", "Turn it off and on again.")
    columns.setdefault("body_html", markup.render(columns["body"]))
    reply = Reply(topic_id=topic.id, author_id=author.id, **columns)
    if reply.parent_id is None:
        topic.reply_count += 1
        if author.id != topic.author_id and topic.first_reply_at is None:
            topic.first_reply_at = clock.now()
    reply.topic, reply.author = topic, author
    return _saved(reply)


def _saved(row: Row) -> Row:
    db.session.add(row)
    db.session.flush()
    return row
