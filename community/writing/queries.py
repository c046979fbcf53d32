"""Reading drafts: by key, by place, all of one person."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, or_, select

from community.accounts.models import User
from community.core.db import db
from community.writing.models import ASKING, KEY_LENGTH, Draft

_DIGITS = frozenset("0123456789abcdef")


def is_key(word: str | None) -> bool:
    """Tell whether ``word`` can be the key of a draft."""
    return word is not None and len(word) == KEY_LENGTH and _DIGITS.issuperset(word)


def may_see(user: User | None) -> ColumnElement[bool]:
    """Return the condition for drafts that ``user`` may open: one's own, and those of nobody."""
    if user is None:
        return Draft.user_id.is_(None)
    return or_(Draft.user_id.is_(None), Draft.user_id == user.id)


def find_draft(key: str | None, user: User | None = None) -> Draft | None:
    """Return the draft with this key; somebody else's is not there."""
    if not is_key(key):
        return None
    return _first(Draft.key == key, may_see(user))


def draft_at(user: User, place: str) -> Draft | None:
    """Return the draft of ``user`` at a place that has but one."""
    return _first(Draft.user_id == user.id, Draft.place == place)


def drafts_at(user: User, places: Collection[str]) -> Mapping[str, Draft]:
    """Return the drafts of ``user`` at these places, in one statement."""
    found = select(Draft).where(Draft.user_id == user.id, Draft.place.in_(places))
    return {draft.place: draft for draft in db.session.scalars(found)}


def drafts_of(user: User) -> Sequence[Draft]:
    """Return all drafts of ``user``, the last saved first. There are never many."""
    found = select(Draft).where(Draft.user_id == user.id)
    return db.session.scalars(found.order_by(Draft.saved_at.desc(), Draft.key)).all()


def questions_of(user: User, limit: int) -> Sequence[Draft]:
    """Return the last saved drafts of questions."""
    found = select(Draft).where(Draft.user_id == user.id, Draft.place == ASKING)
    return db.session.scalars(found.order_by(Draft.saved_at.desc(), Draft.key).limit(limit)).all()


def _first(*conditions: ColumnElement[bool]) -> Draft | None:
    found = select(Draft).where(*conditions).execution_options(populate_existing=True)
    return db.session.scalars(found).first()
