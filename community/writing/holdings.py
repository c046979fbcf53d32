"""What writing keeps about a person: their drafts."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import aliased

from community.accounts.models import User
from community.core.db import db
from community.core.sql import changed
from community.writing.models import ASKING, Draft


def export(user: User) -> Mapping[str, Any]:
    """Return what the person is writing, by the fields of its form."""
    drafts = select(Draft).where(Draft.user_id == user.id).order_by(Draft.saved_at)
    return {
        "drafts": [
            {
                "place": draft.place,
                "fields": draft.fields,
                "begun_at": draft.created_at,
                "saved_at": draft.saved_at,
            }
            for draft in db.session.scalars(drafts)
        ]
    }


def forget(user: User) -> None:
    """Delete the drafts."""
    changed(delete(Draft).where(Draft.user_id == user.id))


def move(from_user: User, to_user: User) -> None:
    """Hand the drafts over, except where the other is writing at the same place."""
    theirs = aliased(Draft)
    doubles = delete(Draft).where(
        Draft.user_id == from_user.id,
        Draft.place != ASKING,
        select(1).where(theirs.user_id == to_user.id, theirs.place == Draft.place).exists(),
    )
    changed(doubles)
    changed(update(Draft).where(Draft.user_id == from_user.id).values(user_id=to_user.id))
