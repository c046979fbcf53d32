"""Drafts: what was written before somebody was signed in, kept as it was typed."""

import secrets
from datetime import timedelta

from sqlalchemy import delete

from community.companies.models import Company, Product
from community.core import clock
from community.core.db import Base, db, transaction
from community.core.sql import changed, find
from community.topics.models import BODY_MAX, VISIT_LENGTH, Draft, Topic, TopicKind

KEPT = timedelta(days=30)
TEXT_MAX = 2 * BODY_MAX  # characters of one field; what is longer is cut


def save_draft(
    *,
    key: str | None = None,
    company_id: int | None = None,
    company_name: str = "",
    product_id: int | None = None,
    kind: TopicKind = TopicKind.PROBLEM,
    title: str = "",
    body: str = "",
    tags: str = "",
    differs_from_id: int | None = None,
    differs_reason: str = "",
    turned_down: str = "",
) -> str:
    """Keep what somebody wrote and return the key to find it by. Nothing is checked.

    Args:
        key: of an earlier state of the same draft, which is replaced if it still exists.
        company_id: like the other ids, dropped if there is no such row.
        company_name: of a company that has no page yet.
        turned_down: ids of the topics that were shown and did not fit, with spaces between.
    """
    fields = {
        "company_id": _existing(Company, company_id),
        "company_name": _storable(company_name),
        "product_id": _existing(Product, product_id),
        "kind": kind,
        "title": _storable(title),
        "body": _storable(body),
        "tags": _storable(tags),
        "differs_from_id": _existing(Topic, differs_from_id),
        "differs_reason": _storable(differs_reason),
        "turned_down": _storable(turned_down),
        "saved_at": clock.now(),
    }
    draft = find_draft(key) if key else None
    if draft is None:
        draft = Draft(key=secrets.token_hex(VISIT_LENGTH // 2))
        db.session.add(draft)
    for name, value in fields.items():
        setattr(draft, name, value)
    db.session.flush()
    return draft.key


def find_draft(key: str) -> Draft | None:
    """Return the draft with this key, unless it has expired. It stays, to be found again."""
    if len(key) != VISIT_LENGTH or not key.isascii() or not key.isalnum():
        return None
    draft = db.session.get(Draft, key)
    if draft is None or draft.saved_at <= clock.now() - KEPT:
        return None
    return draft


def differ(draft: Draft, *, topic_id: int, reason: str) -> None:
    """Note in a draft which topic it is like, and why it is another matter all the same."""
    draft.differs_from_id = _existing(Topic, topic_id)
    draft.differs_reason = _storable(reason)


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


def _existing(table: type[Base], row_id: int | None) -> int | None:
    return row_id if find(table, row_id) is not None else None


def _storable(typed: str) -> str:
    """Return ``typed`` without what no database keeps: NUL and halves of surrogate pairs."""
    return typed.replace("\x00", "").encode("utf-8", "ignore").decode()[:TEXT_MAX]
