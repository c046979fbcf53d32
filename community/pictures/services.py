"""Adding pictures, keeping those that are wanted, and sweeping the rest out.

A picture is written into the storage first and into the table after it. What a crash
leaves between the two is a file without a row, which the sweep of some night deletes; and
the sweep itself deletes rows first. So a row always has its files.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, literal, select, update

from community.accounts.models import User
from community.core import clock
from community.core.db import db, reading, transaction
from community.core.picture_keys import named_in, new_key
from community.core.policy import Decision
from community.core.sql import changed, insert, lock
from community.pictures import policies, queries, storage
from community.pictures.models import Picture, WithheldPicture
from community.pictures.reading import MEDIA_TYPE, Encoded

UNPOSTED = timedelta(days=2)  # how long a picture waits for a text that names it
IN_DRAFT = timedelta(days=31)  # and after that for its draft, a day longer than drafts are kept
UNKNOWN = timedelta(days=1)  # how long a file may lie there without a row
AT_ONCE = 500  # names of files compared with the table in one statement

Judging = Callable[[User, Collection[int]], bool]

_judging: list[Judging] = []


def require_may_add(actor: User | None) -> User:
    """Return the actor, if they may add a picture now.

    Raises:
        NotAllowed: they may not take part, or have added enough for today.
    """
    now = clock.now()
    count, size = queries.added_since(actor.id, now - policies.DAY) if actor is not None else (0, 0)
    policies.can_add(actor, count=count, size=size, at=now).require()
    assert actor is not None  # can_add refuses None
    return actor


def store(encoded: Encoded) -> str:
    """Write a picture and its small form into the storage. Return its key.

    Call it outside of any transaction: a disk can be slow.
    """
    key = new_key(encoded.size)
    storage.in_use().put(key, encoded.full)
    storage.in_use().put(small(key), encoded.small)
    return key


def add_picture(actor: User | None, encoded: Encoded, *, key: str) -> Picture:
    """Make a stored picture one of ours; it waits `UNPOSTED` for a text that names it.

    Args:
        key: of what `store` has written.

    Raises:
        NotAllowed: the person may not take part, or has added enough for today.
    """
    if actor is not None:
        lock(actor)  # two pictures at once are both counted
    actor = require_may_add(actor)
    now = clock.now()
    picture = Picture(
        key=key,
        uploaded_by_id=actor.id,
        media_type=MEDIA_TYPE,
        width=encoded.size.width,
        height=encoded.size.height,
        size=len(encoded.full) + len(encoded.small),
        wanted_until=now + UNPOSTED,
        created_at=now,
    )
    db.session.add(picture)
    db.session.flush()
    return picture


def keep(text: str, until: datetime | None = None) -> None:
    """Keep the pictures that a text names.

    Args:
        until: how long they are wanted at least; for ever, unless it is given. For ever
            are those of whatever was posted, whose earlier states stay public.
    """
    keys = named_in(text)
    if not keys:
        return
    wanted = update(Picture).where(Picture.key.in_(keys))
    if until is not None:
        wanted = wanted.where(Picture.wanted_until < until)  # never what is wanted for ever
    changed(wanted.values(wanted_until=until))


def keep_for_draft(text: str) -> None:
    """Keep the pictures that a draft names, as long as the draft."""
    keep(text, until=clock.now() + IN_DRAFT)


def withhold(texts: Iterable[str], *, sent_by: int | None, because: int) -> None:
    """Show the pictures that some texts name to nobody, as long as a tombstone is in force.

    Those alone that the author of the texts has sent: or whoever names somebody else's picture in a
    text of their own, which is then taken out of sight, would take the picture away with it.

    Args:
        sent_by: the author; None: somebody who has left, so that nobody knows what they sent.
        because: the tombstone's id.
    """
    keys = {key for text in texts for key in named_in(text)}
    ids = select(Picture.id, literal(because)).where(
        Picture.key.in_(keys), Picture.uploaded_by_id.is_not_distinct_from(sent_by)
    )
    if keys:
        into = insert(WithheldPicture).from_select(["picture_id", "tombstone_id"], ids)
        changed(into.on_conflict_do_nothing())


def give_back(*, because: int) -> None:
    """Show pictures again that were withheld because of this tombstone, and of no other."""
    changed(delete(WithheldPicture).where(WithheldPicture.tombstone_id == because))


def judged_by(judging: Judging) -> None:
    """Let ``judging`` tell whether somebody judges every post behind some tombstones.

    A layer above knows, and says so in `community.wiring`.
    """
    if judging not in _judging:
        _judging.append(judging)


def may_see_withheld(actor: User | None, picture: Picture, *, because: Collection[int]) -> Decision:
    """Tell whether ``actor`` may open a picture all the same (`policies.can_see_withheld`).

    Args:
        because: ids of the tombstones that it is withheld for.
    """
    judges = actor is not None and any(ask(actor, because) for ask in _judging)
    return policies.can_see_withheld(actor, picture, judges=judges)


def sweep() -> int:
    """Delete pictures that nobody wants any more, and files that belong to none.

    Returns:
        how many files went.
    """
    now = clock.now()
    with transaction():
        unwanted = delete(Picture).where(Picture.wanted_until <= now).returning(Picture.key)
        keys = list(db.session.scalars(unwanted))
    for key in keys:
        storage.in_use().delete(key)
        storage.in_use().delete(small(key))
    return 2 * len(keys) + _sweep_files(now - UNKNOWN)


def small(key: str) -> str:
    """Return the name under which the storage keeps the small form of a picture."""
    return f"{key}-small"


def _sweep_files(before: datetime) -> int:
    """Delete files from before then that no row knows. Return how many."""
    old = [one.name for one in storage.in_use().listed() if one.since < before]
    gone = 0
    for start in range(0, len(old), AT_ONCE):
        names = old[start : start + AT_ONCE]
        with reading():
            known = queries.known({_key(name) for name in names})
        for name in names:
            if _key(name) not in known or name not in {_key(name), small(_key(name))}:
                storage.in_use().delete(name)
                gone += 1
    return gone


def _key(name: str) -> str:
    """Return the key of the picture that a file belongs to."""
    return name.partition("~")[0].removesuffix("-small")
