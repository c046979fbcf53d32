"""What search engines may show: every address once, in blocks of a constant size.

A block holds the rows whose ids lie in one stretch, so that finding it costs the same wherever
it lies, and its address stays the same however many come after it.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, exists, func, null, or_, select

from community.accounts.models import User
from community.companies.models import Company, CompanyState, Product
from community.core.db import db
from community.core.sql import ROW_ID_MAX
from community.topics.models import SOLVED_STATUSES, Standing, Tag, Topic

BLOCK = 10_000  # ids; a site map may hold 50,000 addresses
BLOCKS_MAX = ROW_ID_MAX // BLOCK + 1


class Part(enum.StrEnum):
    """A kind of page that search engines may show."""

    TOPICS = "topics"
    COMPANIES = "companies"
    PRODUCTS = "products"
    TAGS = "tags"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of ids with something in it. Numbers begin at 1."""

    part: Part
    number: int
    changed_at: datetime | None


# Rule N9: the page of a company that has not joined is for search engines once it helps somebody.
_IS_INDEXED = or_(
    Company.state != CompanyState.UNCLAIMED,
    exists().where(
        Topic.company_id == Company.id,
        Topic.hidden_at.is_(None),
        Topic.status.in_(SOLVED_STATUSES),
    ),
)
_HAS_ACCOUNT = User.email.is_not(None) & User.deleted_at.is_(None)
# A guest's topic is for search engines once the guest has confirmed the address.
_IS_CONFIRMED = or_(
    User.email.is_not(None), User.source_key.is_not(None), User.deleted_at.is_not(None)
)
_NEWEST = (
    select(func.max(Topic.last_activity_at))
    .where(Topic.company_id == Company.id, Topic.hidden_at.is_(None))
    .correlate(Company)
    .scalar_subquery()
)
_ROWS: dict[Part, Select[*tuple[Any, ...]]] = {
    Part.TOPICS: select(Topic.id, Topic.title, Topic.last_activity_at.label("changed_at"))
    .join(User, User.id == Topic.author_id)
    .where(Topic.hidden_at.is_(None), _IS_CONFIRMED),
    Part.COMPANIES: select(Company.id, Company.slug, _NEWEST.label("changed_at")).where(
        _IS_INDEXED
    ),
    Part.PRODUCTS: select(Product.id, Product.slug, Company.slug.label("company_slug"))
    .join(Company, Company.id == Product.company_id)
    .where(_IS_INDEXED, Product.held_at.is_(None)),
    Part.TAGS: select(Tag.id, Tag.slug).where(Tag.topic_count > 0),
    Part.PEOPLE: select(User.id, User.username).where(
        _HAS_ACCOUNT, exists().where(Standing.user_id == User.id, Standing.reply_count > 0)
    ),
}
_IDS: dict[Part, Any] = {
    Part.TOPICS: Topic.id,
    Part.COMPANIES: Company.id,
    Part.PRODUCTS: Product.id,
    Part.TAGS: Tag.id,
    Part.PEOPLE: User.id,
}


def blocks() -> list[Block]:
    """Return the blocks that are not empty, a statement for each part."""
    return [block for part in Part for block in _blocks_of(part)]


def addresses(part: Part, number: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the rows of a block: what their addresses are made of, and when they changed."""
    column = _IDS[part]
    return db.session.execute(
        _ROWS[part].where(column > (number - 1) * BLOCK, column <= number * BLOCK).order_by(column)
    ).all()


def _blocks_of(part: Part) -> list[Block]:
    rows = _ROWS[part].subquery()
    number = ((rows.c.id - 1) // BLOCK + 1).label("number")
    changed = func.max(rows.c.changed_at) if "changed_at" in rows.c else null()
    found = db.session.execute(select(number, changed).group_by(number).order_by(number))
    return [Block(part, row[0], row[1]) for row in found]
