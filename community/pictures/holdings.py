"""What pictures keep about a person: which ones they sent."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select, update

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.core.picture_keys import address
from community.core.sql import changed
from community.pictures import storage
from community.pictures.models import Picture

_KIND = "webp"  # how the name of a picture's file ends


def export(user: User) -> Mapping[str, Any]:
    """Return where each picture is, and the name of its file in the export."""
    return {
        "sent": [
            {
                "address": address(picture.key),
                "file": _file_name(picture),
                "sent_at": picture.created_at,
            }
            for picture in _sent_by(user)
        ]
    }


def files(user: User) -> Iterator[tuple[str, bytes]]:
    """Yield the pictures themselves."""
    for picture in _sent_by(user):
        try:
            content = storage.in_use().read(picture.key)
        except storage.Missing:
            continue
        yield _file_name(picture), content


def forget(user: User) -> None:
    """Forget whose pictures they are; those that no post shows go with the next sweep."""
    mine = update(Picture).where(Picture.uploaded_by_id == user.id)
    changed(mine.where(Picture.wanted_until.is_not(None)).values(wanted_until=clock.now()))
    changed(mine.values(uploaded_by_id=None))


def move(from_user: User, to_user: User) -> None:
    """Hand the pictures over."""
    mine = update(Picture).where(Picture.uploaded_by_id == from_user.id)
    changed(mine.values(uploaded_by_id=to_user.id))


def _sent_by(user: User) -> list[Picture]:
    sent = select(Picture).where(Picture.uploaded_by_id == user.id).order_by(Picture.id)
    return list(db.session.scalars(sent))


def _file_name(picture: Picture) -> str:
    return f"{picture.key}.{_KIND}"
