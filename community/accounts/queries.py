"""Reads of people."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from community.accounts.models import SESSION_FOR, PersonClaim, Session, SignUp, User
from community.core.db import db
from community.core.names import folded
from community.core.sql import begins_with


def by_id(user_id: int) -> User | None:
    """Return the person with this id."""
    return db.session.get(User, user_id)


def by_username(username: str) -> User | None:
    """Return the person with this user name, however it is capitalised."""
    return db.session.scalar(select(User).where(User.username_key == folded(username)))


def known_usernames(names: Iterable[str]) -> frozenset[str]:
    """Return the user names among ``names``, as their owners spell them."""
    keys = {folded(name) for name in names}
    if not keys:
        return frozenset()
    known = select(User.username).where(User.username_key.in_(keys), User.deleted_at.is_(None))
    return frozenset(db.session.scalars(known))


def beginning_with(typed: str, *, limit: int) -> Sequence[User]:
    """Return people whose user name or shown name begins with ``typed``, however it is written."""
    key = folded(typed)
    if not key:
        return ()
    found = select(User).where(
        begins_with(User.username_key, key) | begins_with(User.name_key, key),
        User.deleted_at.is_(None),
    )
    return db.session.scalars(found.order_by(User.username_key).limit(limit)).all()


def by_email(email: str) -> User | None:
    """Return the person with this normalised address."""
    return db.session.scalar(select(User).where(User.email == email))


def may_sign_in(identifier: str) -> User | None:
    """Return the person with this user name or normalised address, if they can sign in at all.

    So can who has left and may still come back (`User.deleted_at`).
    """
    user = by_email(identifier) if "@" in identifier else by_username(identifier)
    if user is None or user.email_verified_at is None:
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


def made_of(sign_up: SignUp) -> User | None:
    """Return the person whom this sign-up has become; its salted hash is nobody else's."""
    same = (User.email == sign_up.email, User.password_hash == sign_up.password_hash)
    return db.session.scalar(select(User).where(*same))


def latest_sign_up(identifier: str) -> SignUp | None:
    """Return the newest sign-up with this user name or normalised address."""
    same = (
        SignUp.email == identifier
        if "@" in identifier
        else SignUp.username_key == folded(identifier)
    )
    return db.session.scalar(select(SignUp).where(same).order_by(SignUp.id.desc()).limit(1))


def session_digest(key: str) -> str:
    """Return what is kept of the key of a session."""
    return sha256(key.encode()).hexdigest()


def signed_in(key: str, *, at: datetime) -> tuple[User, Session] | None:
    """Return whose session this key is, unless it has ended; in one statement."""
    row = db.session.execute(
        select(User, Session)
        .join(User, User.id == Session.user_id)
        .where(
            Session.digest == session_digest(key),
            Session.seen_at > at - SESSION_FOR,
            User.deleted_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else (row.User, row.Session)


def sessions_of(user: User, *, at: datetime) -> Sequence[Session]:
    """Return where somebody is signed in, the latest used first."""
    return db.session.scalars(
        select(Session)
        .where(Session.user_id == user.id, Session.seen_at > at - SESSION_FOR)
        .order_by(Session.seen_at.desc(), Session.id.desc())
    ).all()


def claim_by_id(claim_id: int) -> PersonClaim | None:
    """Return this claim while it waits for its link to be opened."""
    return db.session.get(PersonClaim, claim_id)


def claim_by_key(key: str) -> PersonClaim | None:
    """Return the claim that a link was made for."""
    return db.session.scalar(select(PersonClaim).where(PersonClaim.key == key))


def placeholders_of(digest: str) -> Sequence[User]:
    """Return the imported authors whose address has this digest and whom nobody has claimed."""
    return db.session.scalars(
        select(User)
        .where(
            User.source_email_digest == digest,
            User.source_key.is_not(None),
            User.email.is_(None),
            User.deleted_at.is_(None),
        )
        .order_by(User.id)
    ).all()


def by_source_key(source_key: str) -> User | None:
    """Return the person of this key of an import."""
    return db.session.scalar(select(User).where(User.source_key == source_key))
