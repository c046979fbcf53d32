"""What can be followed, and who follows it."""

from dataclasses import dataclass

from sqlalchemy import exists, func, literal, select, union_all

from community.accounts.models import User
from community.companies.models import Company, Product
from community.core.db import db
from community.core.sql import find
from community.topics.models import Follow, Tag, Topic

Followed = Topic | Company | Product | Tag | User

# By the word that a form and an address call it.
FOLLOWED: dict[str, type[Followed]] = {
    "topic": Topic,
    "company": Company,
    "product": Product,
    "tag": Tag,
    "person": User,
}


def name_of(target: Followed) -> str:
    """Return the word for what ``target`` is; ``<word>_id`` is its column in `Follow`."""
    return next(name for name, table in FOLLOWED.items() if isinstance(target, table))


def followable(what: str, row_id: int) -> Followed | None:
    """Return what somebody wants to follow, unless it is hidden, gone or never was."""
    table = FOLLOWED.get(what)
    target = find(table, row_id) if table is not None else None
    if isinstance(target, Topic) and target.hidden_at is not None:
        return None
    if isinstance(target, User) and target.deleted_at is not None:
        return None
    return target


def follows(user_id: int, **target: int) -> bool:
    """Tell whether somebody follows one thing: ``follows(user.id, company_id=3)``."""
    of_it = (getattr(Follow, column) == row_id for column, row_id in target.items())
    return bool(db.session.scalar(select(exists().where(Follow.user_id == user_id, *of_it))))


@dataclass(frozen=True, slots=True)
class FollowedRow:
    """A company, product, tag or person that somebody follows, as a list shows it."""

    what: str  # as in `FOLLOWED`
    id: int
    slug: str
    name: str
    company_slug: str  # of a product
    company_name: str


def followed_by(user_id: int) -> list[FollowedRow]:
    """Return everything but topics that somebody follows, by kind and name, in one statement."""
    mine = Follow.user_id == user_id
    none = literal("")
    parts = union_all(
        select(
            literal("company").label("what"),
            Company.id.label("id"),
            Company.slug.label("slug"),
            Company.name.label("name"),
        )
        .add_columns(none.label("company_slug"), none.label("company_name"))
        .join(Follow, Follow.company_id == Company.id)
        .where(mine),
        select(literal("product"), Product.id, Product.slug, Product.name)
        .add_columns(Company.slug, Company.name)
        .join(Follow, Follow.product_id == Product.id)
        .join(Company, Company.id == Product.company_id)
        .where(mine),
        select(literal("tag"), Tag.id, Tag.slug, Tag.slug)
        .add_columns(none, none)
        .join(Follow, Follow.tag_id == Tag.id)
        .where(mine),
        select(
            literal("person"),
            User.id,
            User.username,
            func.coalesce(func.nullif(User.display_name, ""), User.username),
        )
        .add_columns(none, none)
        .join(Follow, Follow.person_id == User.id)
        .where(mine, User.deleted_at.is_(None)),
    )
    found = db.session.execute(parts.order_by("what", "name", "id"))
    return [FollowedRow(*row) for row in found]
