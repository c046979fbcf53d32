"""Reads of people."""

from sqlalchemy import select

from community.accounts.models import User
from community.core.db import db
from community.core.names import folded


def by_id(user_id: int) -> User | None:
    """Return the person with this id."""
    return db.session.get(User, user_id)


def by_username(username: str) -> User | None:
    """Return the person with this user name, however it is capitalised."""
    return db.session.scalar(select(User).where(User.username_key == folded(username)))


def by_email(email: str) -> User | None:
    """Return the person with this normalised address."""
    return db.session.scalar(select(User).where(User.email == email))
