"""Reads about pictures."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from community.core.db import db
from community.pictures.models import Picture, WithheldPicture


def by_key(key: str) -> Picture | None:
    """Return the picture with this key."""
    return db.session.scalar(select(Picture).where(Picture.key == key))


def is_withheld(picture: Picture) -> bool:
    """Tell whether a post that names the picture is out of sight."""
    withheld = select(WithheldPicture.picture_id).filter_by(picture_id=picture.id).limit(1)
    return db.session.scalar(withheld) is not None


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
