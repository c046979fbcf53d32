"""Covering what a post says: its words go into a seal, and `COVERED` stands wherever they stood.

Covered are the words of the post itself, those of all its revisions, what was kept of them where
they were typed, and the lines of drafts that quote them. Whoever reads any of that elsewhere
(lists, feeds, exports, the index, mails that are not written yet) reads `COVERED`, because nothing
else is there any more.
"""

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import or_, select, update

from community.core.db import db
from community.core.erasing import Traces
from community.core.sql import change
from community.topics.models import (
    COVERED,
    DeflectionEvent,
    DeflectionStep,
    Post,
    Revision,
    Topic,
    keys_of,
)
from community.topics.queries.covered import columns_of, sealer
from community.writing import services as drafts

COVERED_HTML = f"<p>{COVERED}</p>"

Columns: TypeAlias = dict[str, Any]


def cover(post: Post) -> bytes:
    """Cover what ``post`` says, which is locked, and return it sealed."""
    kept: dict[str, dict[Any, Any]] = {
        "post": columns_of(post),
        "revisions": {one.id: _revision(one) for one in _revisions(post)},
        "typed": {row.id: {"query": row.query, "reason": row.reason} for row in _typed(post)},
        "drafts": drafts.cover_lines(
            post.body.splitlines(), by=COVERED, places=_places_of_drafts(post)
        ),
    }
    change(post, **{name: _covered(name, said) for name, said in kept["post"].items()})
    for id_, said in kept["revisions"].items():
        _rewrite(Revision, id_, _covered_revision(said))
    for id_, typed in kept["typed"].items():
        covered = {name: COVERED if words else "" for name, words in typed.items()}
        _rewrite(DeflectionEvent, id_, covered)
    return sealer().seal(json.dumps(kept, ensure_ascii=False))


def uncover(post: Post, sealed: bytes) -> None:
    """Put back what `cover` took from ``post``.

    Raises:
        Unreadable: it was sealed by a key that is not there any more.
    """
    kept = json.loads(sealer().open(sealed))
    change(post, **kept["post"])
    for id_, said in kept["revisions"].items():
        _rewrite(Revision, int(id_), said)
    for id_, typed in kept["typed"].items():
        _rewrite(DeflectionEvent, int(id_), typed)
    drafts.uncover_lines(kept["drafts"], kept["post"]["body"].splitlines(), by=COVERED)


def texts_of(post: Post, sealed: bytes | None) -> Sequence[str]:
    """Return every text of ``post``, as it is and as it was, whether it is sealed or not."""
    if sealed is None:
        return [post.body, *(one.body for one in _revisions(post))]
    kept = json.loads(sealer().open(sealed))
    return [kept["post"]["body"], *(one["body"] for one in kept["revisions"].values())]


def erase(sealed: bytes, traces: Traces) -> bytes:
    """Return what is sealed without somebody who is forgotten.

    Raises:
        Unreadable: it was sealed by a key that is not there any more.
    """
    kept = json.loads(sealer().open(sealed))
    html = kept["post"].pop("body_html")
    kept = traces.erased_value(kept)
    kept["post"]["body_html"] = traces.erased_html(html)
    return sealer().seal(json.dumps(kept, ensure_ascii=False))


def _covered(name: str, said: str | None) -> str | None:
    if said is None:
        return None
    return COVERED_HTML if name == "body_html" else COVERED


def _revisions(post: Post) -> Sequence[Revision]:
    found = select(Revision).filter_by(**keys_of(post)).order_by(Revision.number)
    return db.session.scalars(found).all()


def _revision(one: Revision) -> Columns:
    return {"body": one.body, "about": one.about, "note": one.note}


def _covered_revision(said: Columns) -> Columns:
    about = said["about"]
    return {
        "body": COVERED,
        "about": {**about, "title": COVERED} if "title" in about else about,
        "note": COVERED if said["note"] else "",
    }


def _rewrite(table: type[Revision | DeflectionEvent], row_id: int, said: Columns) -> None:
    db.session.execute(update(table).where(table.id == row_id).values(**said))


def _typed(post: Post) -> Sequence[Any]:
    """Return what was typed on the visit on which a topic was asked, before it was posted."""
    if not isinstance(post, Topic):
        return ()
    asked = select(DeflectionEvent.visit).where(
        DeflectionEvent.topic_id == post.id, DeflectionEvent.step == DeflectionStep.POSTED
    )
    found = select(DeflectionEvent.id, DeflectionEvent.query, DeflectionEvent.reason).where(
        DeflectionEvent.visit.in_(asked),
        or_(DeflectionEvent.query != "", DeflectionEvent.reason != ""),
    )
    return db.session.execute(found).all()


def _places_of_drafts(post: Post) -> Sequence[str]:
    """Return the places of the forms that go on from ``post``, or quote it."""
    if isinstance(post, Topic):
        return f"topic:{post.id}", f"edit-topic:{post.id}"
    return (
        f"topic:{post.topic_id}",
        f"reply:{post.parent_id or post.id}",
        f"edit-reply:{post.id}",
    )
