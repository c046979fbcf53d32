"""Reads about pictures."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from community.core.db import db
from community.pictures.models import Picture, WithheldPicture


def by_key(key: str) -> tuple[Picture, frozenset[int]] | None:
    """Return the picture with this key, and because of which tombstones nobody is shown it."""
    rows = db.session.execute(
        select(Picture, WithheldPicture.tombstone_id)
        .outerjoin(WithheldPicture, WithheldPicture.picture_id == Picture.id)
        .where(Picture.key == key)
    ).all()
    if not rows:
        return None
    return rows[0][0], frozenset({because for _, because in rows} - {None})


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
