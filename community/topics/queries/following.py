"""What can be followed, and who follows it."""

from sqlalchemy import exists, select

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
