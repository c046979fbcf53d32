"""Reads of people."""

from sqlalchemy import select

from community.accounts.models import SignUp, User
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


def may_sign_in(identifier: str) -> User | None:
    """Return the person with this user name or normalised address, if they can sign in at all."""
    user = by_email(identifier) if "@" in identifier else by_username(identifier)
    if user is None or user.email_verified_at is None or user.deleted_at is not None:
        return None
    return user


def is_username_free(*keys: str) -> bool:
    """Tell whether nobody has a user name that folds to one of ``keys``."""
    return db.session.scalar(select(User.id).where(User.username_key.in_(keys)).limit(1)) is None


def sign_up_by_id(sign_up_id: int) -> SignUp | None:
    """Return this sign-up while it waits for its confirmation."""
    return db.session.get(SignUp, sign_up_id)


def sign_up_by_key(key: str) -> SignUp | None:
    """Return the sign-up that a link was made for."""
    return db.session.scalar(select(SignUp).where(SignUp.key == key))


def latest_sign_up(identifier: str) -> SignUp | None:
    """Return the newest sign-up with this user name or normalised address."""
    same = (
        SignUp.email == identifier
        if "@" in identifier
        else SignUp.username_key == folded(identifier)
    )
    return db.session.scalar(select(SignUp).where(same).order_by(SignUp.id.desc()).limit(1))
