"""Drafts: what somebody is writing, kept as it was typed."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete

from community.accounts.models import User
from community.core import clock
from community.core.db import db, transaction
from community.core.sql import changed
from community.writing.models import KEY_LENGTH, Draft

KEPT = timedelta(days=30)
TEXT_MAX = 100_000  # characters of one field; what is longer is cut
FIELDS_MAX = 20


def save_draft(
    fields: Mapping[str, str], *, place: str, key: str | None = None, user: User | None = None
) -> Draft:
    """Keep what somebody wrote. Nothing is checked.

    Args:
        fields: what was typed, by the names of the form's fields.
        place: which form it is of, see `Draft`.
        key: of an earlier state of the same draft, which is replaced if it still exists.
        user: who is signed in.
    """
    draft = find_draft(key) if key else None
    if draft is None:
        draft = Draft(key=secrets.token_hex(KEY_LENGTH // 2), place=place)
        db.session.add(draft)
    else:
        draft.version += 1
    draft.user_id = user.id if user is not None else draft.user_id
    draft.fields = {name: _storable(value) for name, value in list(fields.items())[:FIELDS_MAX]}
    draft.saved_at = clock.now()
    db.session.flush()
    return draft


def find_draft(key: str) -> Draft | None:
    """Return the draft with this key, unless it has expired. It stays, to be found again."""
    if len(key) != KEY_LENGTH or not key.isascii() or not key.isalnum():
        return None
    draft = db.session.get(Draft, key)
    if draft is None or draft.saved_at <= clock.now() - KEPT:
        return None
    return draft


def take_draft(key: str) -> Draft | None:
    """Return the draft with this key and forget it: it has been posted, or is not wanted."""
    draft = find_draft(key)
    if draft is not None:
        changed(delete(Draft).where(Draft.key == key))
        db.session.expunge(draft)
    return draft


def prune_drafts() -> int:
    """Forget drafts that nobody came back for within `KEPT`. Return how many went."""
    with transaction():
        return changed(delete(Draft).where(Draft.saved_at <= clock.now() - KEPT))


def _storable(typed: str) -> str:
    """Return ``typed`` without what no database keeps: NUL and halves of surrogate pairs."""
    return typed.replace("\x00", "").encode("utf-8", "ignore").decode()[:TEXT_MAX]
