"""Drafts: what somebody is writing, kept as it was typed.

A draft is known by a random key, which the page holds. Whoever saves says which version
the text was made from; if the draft has moved on since, in another tab or on another
device, nothing is written and the saver is handed what stands there now (`Outdated`).
The database decides who was first.
"""

import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

from flask_babel import gettext
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from community.accounts.models import User
from community.core import clock
from community.core.db import db, transaction
from community.core.errors import Conflict, Invalid
from community.core.sql import ROW_ID_MAX, add_once, changed, lock
from community.core.text import whole_number
from community.writing.models import ASKING, KEY_LENGTH, Draft
from community.writing.queries import draft_at, find_draft, is_key, may_see

KEPT = timedelta(days=30)
LENGTH_MAX = 200_000  # characters of all fields together
NAME_MAX = 60  # characters of a field's name
FIELDS_MAX = 40
DRAFTS_MAX = 100  # of one person

WRITTEN = ("title", "body")  # fields without which there is nothing to keep
# What a draft holds of the one it goes on from, when its writer had been signed out meanwhile.
CONTINUES, CONTINUES_VERSION = "draft", "draft_version"

_listeners: list[Callable[[str], None]] = []


class Outdated(Conflict):
    """The draft was saved elsewhere since it was read; `newer` is how, whatever follows."""

    def __init__(self, newer: Draft) -> None:
        super().__init__(gettext("This draft was changed in another window."))
        db.session.expunge(newer)  # the rollback that follows would forget what it says
        self.newer = newer


def save_draft(
    fields: Mapping[str, str],
    *,
    place: str,
    key: str | None = None,
    version: int | None = None,
    user: User | None = None,
) -> Draft:
    """Keep what somebody wrote. What the fields hold is not checked.

    Args:
        fields: what was typed, by the names of the form's fields.
        place: which form it is of, see `Draft`.
        key: of an earlier state of the same draft. If there is no such draft, or it is
            somebody else's, a new one is begun.
        version: from which the text was made; 0 for a draft that was never saved. None
            writes over whatever is there.
        user: who is signed in, and becomes the owner.

    Raises:
        Outdated: there is a newer state, or another draft of this person at this place.
        Invalid: it is too long, or there are too many.
    """
    words = _storable(fields)
    if not _replace(words, place=place, key=key, version=version, user=user):
        there = _there(place, key, user)
        if there is None:
            return _begin(words, place=place, key=key, user=user)
        if there.fields != words:
            raise Outdated(there)
        return there
    saved = find_draft(key, user)
    assert saved is not None, "It was written in this transaction."
    _tell(words)
    return saved


def claim_draft(key: str, user: User) -> Draft | None:
    """Return the draft with this key, which belongs to ``user`` from now on.

    A draft that goes on from one that ``user`` has, and which nobody has changed since,
    takes that one's place: it is the same text, sent by a page that had been signed out.

    Returns:
        None if there is no such draft, or it is somebody else's.

    Raises:
        Outdated: ``user`` has another draft at the same place.
    """
    draft = find_draft(key, user)
    if draft is None or draft.user_id is not None:
        return draft
    continued = draft.fields.get(CONTINUES)
    version = whole_number(draft.fields.get(CONTINUES_VERSION), most=ROW_ID_MAX)
    if continued != key and version is not None:
        words = {name: draft.fields[name] for name in draft.fields if name not in _CONTINUING}
        if _replace(words, place=draft.place, key=continued, version=version, user=user):
            take_draft(key, user=user)
            return find_draft(continued, user)
    try:
        with db.session.begin_nested():
            own = update(Draft).where(Draft.key == key, may_see(user)).values(user_id=user.id)
            taken = changed(own)
    except IntegrityError:  # at a place that has but one
        there = draft_at(user, draft.place)
        if there is None:  # taken away at this very moment
            return None
        raise Outdated(there) from None
    return find_draft(key, user) if taken else None


def take_draft(key: str, *, version: int | None = None, user: User | None = None) -> bool:
    """Forget a draft: it has been posted, or is not wanted. Return whether it was there.

    Args:
        key: of one's own draft, or one of nobody; somebody else's is left alone.
        version: up to which it may be forgotten: what was saved later, in another window,
            is not what was posted.
        user: who is signed in.
    """
    if not is_key(key):
        return False
    known = [Draft.version <= version] if version is not None else []
    return changed(delete(Draft).where(Draft.key == key, may_see(user), *known)) == 1


def prune_drafts() -> int:
    """Forget drafts that nobody came back for within `KEPT`. Return how many went."""
    with transaction():
        return changed(delete(Draft).where(Draft.saved_at <= clock.now() - KEPT))


def cover_lines(
    lines: Collection[str], *, by: str, places: Collection[str]
) -> dict[str, dict[str, str]]:
    """Put ``by`` in place of some lines wherever drafts quote them, or say them.

    Args:
        places: of the drafts that are looked through.

    Returns:
        what the drafts held that were changed, by their keys.
    """
    held: dict[str, dict[str, str]] = {}
    for draft in db.session.scalars(select(Draft).where(Draft.place.in_(places))):
        covered = _without_lines(draft.fields, lines, by)
        if covered != draft.fields:
            held[draft.key] = draft.fields
            draft.fields = covered
    db.session.flush()
    return held


def uncover_lines(held: Mapping[str, dict[str, str]], lines: Collection[str], *, by: str) -> None:
    """Undo `cover_lines` in the drafts that are as it left them."""
    for draft in db.session.scalars(select(Draft).where(Draft.key.in_(held))):
        if draft.fields == _without_lines(held[draft.key], lines, by):
            draft.fields = held[draft.key]
    db.session.flush()


def has_words(fields: Mapping[str, str]) -> bool:
    """Tell whether there is anything to keep: the rest of a form is chosen again in a moment."""
    return any(fields.get(name, "").strip() for name in WRITTEN)


def says_the_same(fields: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Tell whether two states of a form hold the same words, whatever is chosen beside them."""
    return all(fields.get(name, "").strip() == others.get(name, "").strip() for name in WRITTEN)


def after_saving(listener: Callable[[str], None]) -> None:
    """Call ``listener`` with the text of every draft that is saved, in its transaction.

    For features that keep what a text refers to.
    """
    if listener not in _listeners:
        _listeners.append(listener)


# -- the parts of saving ------------------------------------------------------------------------

_CONTINUING = frozenset({CONTINUES, CONTINUES_VERSION})


def _without_lines(fields: Mapping[str, str], lines: Collection[str], by: str) -> dict[str, str]:
    sought = {line.strip() for line in lines} - {""}

    def covered(line: str) -> str:
        said = line.lstrip("> ")
        return line[: len(line) - len(said)] + by if said.strip() in sought else line

    return {
        name: "\n".join(covered(line) for line in text.split("\n")) for name, text in fields.items()
    }


def _replace(
    words: dict[str, str], *, place: str, key: str | None, version: int | None, user: User | None
) -> bool:
    """Write over the draft with this key, if it is there and still at this version."""
    if not is_key(key):
        return False
    known = [Draft.version == version] if version is not None else []
    changes = {"fields": words, "version": Draft.version + 1, "saved_at": clock.now()}
    if user is not None:
        changes["user_id"] = user.id
    try:
        with db.session.begin_nested():
            this = update(Draft).where(Draft.key == key, Draft.place == place, may_see(user))
            return changed(this.where(*known).values(**changes)) == 1
    except IntegrityError:  # begun without an account, at a place where its writer has another
        return False


def _begin(words: dict[str, str], *, place: str, key: str | None, user: User | None) -> Draft:
    """Begin a draft, with the key that the page has chosen, if it is free."""
    if user is not None:
        lock(user)  # two that are begun at once are both counted
        count = select(func.count()).select_from(Draft).where(Draft.user_id == user.id)
        if (db.session.scalar(count) or 0) >= DRAFTS_MAX:
            raise Invalid(gettext("You have many drafts already. Delete some of them first."))
    own_key = key if key is not None and is_key(key) else secrets.token_hex(KEY_LENGTH // 2)
    begun = add_once(
        Draft, key=own_key, place=place, fields=words, user_id=user.id if user else None
    )
    if begun:
        _tell(words)
        return db.session.get_one(Draft, own_key, populate_existing=True)
    there = _there(place, key, user)
    if there is None:  # the key is somebody else's
        return _begin(words, place=place, key=None, user=user)
    if there.fields != words:  # another tab began it at the same moment
        raise Outdated(there)
    return there


def _there(place: str, key: str | None, user: User | None) -> Draft | None:
    """Return the draft that stands where one is to be saved."""
    if user is not None and place != ASKING:
        return draft_at(user, place)
    there = find_draft(key, user)
    return there if there is not None and there.place == place else None


def _storable(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what is filled in, without what no database keeps: NUL and halves of surrogates."""
    words = {
        name: value.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "ignore").decode()
        for name, value in fields.items()
        if value and len(name) <= NAME_MAX and name.isascii() and name.isprintable()
    }
    if len(words) > FIELDS_MAX or sum(map(len, words.values())) > LENGTH_MAX:
        raise Invalid(
            gettext(
                "This is too long to be kept as a draft: %(max)s characters at most.",
                max=LENGTH_MAX,
            )
        )
    return words


def _tell(words: Mapping[str, str]) -> None:
    for listener in _listeners:
        listener("\n".join(words.values()))


__all__ = [
    "CONTINUES",
    "CONTINUES_VERSION",
    "KEPT",
    "LENGTH_MAX",
    "Outdated",
    "after_saving",
    "claim_draft",
    "find_draft",
    "has_words",
    "prune_drafts",
    "save_draft",
    "take_draft",
]
