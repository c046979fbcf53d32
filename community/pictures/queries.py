"""Reads about pictures."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from community.core.db import db
from community.pictures.models import Picture


def by_key(key: str) -> Picture | None:
    """Return the picture with this key."""
    return db.session.scalar(select(Picture).where(Picture.key == key))


def added_since(user_id: int, since: datetime) -> tuple[int, int]:
    """Return how many pictures somebody has added since then, and how many bytes they take."""
    count, size = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Picture.size), 0)).where(
            Picture.uploaded_by_id == user_id, Picture.created_at > since
        )
    ).one()
    return count, int(size)


def known(keys: Collection[str]) -> set[str]:
    """Return those of ``keys`` that belong to a picture."""
    return set(db.session.scalars(select(Picture.key).where(Picture.key.in_(list(keys)))))
