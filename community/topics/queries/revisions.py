"""What a topic or reply said before: its revisions, each with what it changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, func, null, select, union_all

from community.accounts.models import User
from community.companies.models import Product
from community.core import worddiff
from community.core.worddiff import Kind, Piece
from community.topics.models import (
    REPLY_IS_SEEN,
    Reply,
    Revision,
    Tag,
    Topic,
    TopicKind,
    TopicProduct,
    TopicTag,
    slug_of,
)
from community.topics.queries.reading import rows

REVISIONS = 10  # a page
SHOWN_MAX = 4_000  # characters of each text, where several revisions stand on a page


@dataclass(frozen=True, slots=True)
class Refiled:
    """What a revision changed of the things that a topic is filed under."""

    old_kind: TopicKind | None = None  # None: it stayed of its kind
    new_kind: TopicKind | None = None
    products_gone: tuple[str, ...] = ()
    products_new: tuple[str, ...] = ()
    tags_gone: tuple[str, ...] = ()
    tags_new: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Refiled()


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One revision: who changed what, when and why.

    Of number 1, the text as it was posted, all pieces are new.
    """

    number: int
    editor_name: str
    editor_username: str
    editor_is_former: bool
    at: datetime
    note: str
    title: tuple[Piece, ...]  # empty where it stayed the same
    body: tuple[Piece, ...]
    refiled: Refiled
    is_cut: bool = False  # there is more than is shown


@dataclass(frozen=True, slots=True)
class History:
    """A page of the revisions of a topic, reply or comment, the newest first."""

    topic_id: int
    reply_id: int | None  # None: of the topic itself
    title: str  # of the topic, as it is now
    author_id: int
    revisions: tuple[RevisionView, ...]
    newest: int  # 0: nobody has edited it
    older: int | None = None  # the page of those before this number

    @property
    def slug(self) -> str:
        """Return the readable end of the topic's address."""
        return slug_of(self.title)


_OF_TOPIC = select(
    Topic.id.label("topic_id"),
    bindparam("reply_id", None).label("reply_id"),
    Topic.title,
    Topic.author_id,
    select(func.max(Revision.number))
    .where(Revision.topic_id == Topic.id)
    .scalar_subquery()
    .label("newest"),
).where(Topic.id == bindparam("topic_id"), Topic.hidden_at.is_(None))

_OF_REPLY = (
    select(
        Topic.id.label("topic_id"),
        Reply.id.label("reply_id"),
        Topic.title,
        Reply.author_id,
        select(func.max(Revision.number))
        .where(Revision.reply_id == Reply.id)
        .scalar_subquery()
        .label("newest"),
    )
    .join(Topic, Topic.id == Reply.topic_id)
    .where(Reply.id == bindparam("reply_id"), REPLY_IS_SEEN, Topic.hidden_at.is_(None))
)

_REVISIONS = (
    select(
        Revision.number,
        Revision.body,
        Revision.about,
        Revision.note,
        Revision.created_at,
        User.username,
        User.display_name,
        User.deleted_at,
    )
    .join(User, User.id == Revision.editor_id)
    .where(Revision.number <= bindparam("last"))
    .order_by(Revision.number.desc())
    .limit(bindparam("most"))
)
_REVISIONS_OF_TOPIC = _REVISIONS.where(Revision.topic_id == bindparam("target"))
_REVISIONS_OF_REPLY = _REVISIONS.where(Revision.reply_id == bindparam("target"))


def newest_number(*, topic_id: int | None = None, reply_id: int | None = None) -> int:
    """Return the number that an editor of the topic or reply begins from: 1 if nobody has edited it."""
    head = _head(topic_id, reply_id)
    return (head.newest if head is not None else None) or 1


@dataclass(frozen=True, slots=True)
class Filed:
    """What a topic is filed under."""

    products: dict[int, str]  # names by id
    tags: tuple[str, ...]


_FILED: Executable = union_all(
    select(Product.id, Product.name)
    .join(TopicProduct, TopicProduct.product_id == Product.id)
    .where(TopicProduct.topic_id == bindparam("topic_id")),
    select(null(), Tag.slug)
    .join(TopicTag, TopicTag.tag_id == Tag.id)
    .where(TopicTag.topic_id == bindparam("topic_id")),
).order_by("name")


def filed_under(topic_id: int) -> Filed:
    """Return the products and the tags of a topic."""
    found = rows(_FILED, topic_id=topic_id)
    return Filed(
        products={row.id: row.name for row in found if row.id is not None},
        tags=tuple(row.name for row in found if row.id is None),
    )


def history(
    *, topic_id: int | None = None, reply_id: int | None = None, before: int | None = None
) -> History | None:
    """Return a page of what a topic or a reply said before, or None if it cannot be seen.

    Args:
        before: the number to go on from; None: from the newest.
    """
    head = _head(topic_id, reply_id)
    if head is None:
        return None
    newest = head.newest or 0
    last = newest if before is None else min(before - 1, newest)
    # One more than is shown: the text that the oldest of them changed.
    found = _revisions(head, last=last, most=REVISIONS + 1)
    views = [_shortened(view) for view in _views(found)][:REVISIONS]
    older = views[-1].number if len(found) > REVISIONS else None
    return _history(head, views, older=older)


def revision(
    number: int, *, topic_id: int | None = None, reply_id: int | None = None
) -> History | None:
    """Return one revision with all of its text, or None if there is no such revision."""
    head = _head(topic_id, reply_id)
    if head is None or not 1 <= number <= (head.newest or 0):
        return None
    return _history(head, _views(_revisions(head, last=number, most=2))[:1])


def changes_since(
    number: int, *, topic_id: int | None = None, reply_id: int | None = None
) -> RevisionView | None:
    """Return what has changed after revision ``number`` as if in one, or None if nothing has."""
    head = _head(topic_id, reply_id)
    newest = head.newest or 0 if head is not None else 0
    if not 1 <= number < newest:
        return None
    (now,) = _revisions(head, last=newest, most=1)
    (then,) = _revisions(head, last=number, most=1)
    return _view(now, then)


def _head(topic_id: int | None, reply_id: int | None) -> Any:
    statement = _OF_TOPIC if reply_id is None else _OF_REPLY
    return next(iter(rows(statement, topic_id=topic_id, reply_id=reply_id)), None)


def _history(head: Any, revisions: Sequence[RevisionView], *, older: int | None = None) -> History:
    return History(
        topic_id=head.topic_id,
        reply_id=head.reply_id,
        title=head.title,
        author_id=head.author_id,
        revisions=tuple(revisions),
        newest=head.newest or 0,
        older=older,
    )


def _revisions(head: Any, *, last: int, most: int) -> Sequence[Any]:
    """Return at most ``most`` revisions up to number ``last``, the newest first."""
    of_topic = head.reply_id is None
    return rows(
        _REVISIONS_OF_TOPIC if of_topic else _REVISIONS_OF_REPLY,
        target=head.topic_id if of_topic else head.reply_id,
        last=last,
        most=most,
    )


def _views(found: Sequence[Any]) -> list[RevisionView]:
    """Return revisions, each compared with the one after it in ``found``."""
    return [_view(row, earlier) for row, earlier in zip(found, [*found, None][1:], strict=True)]


def _view(row: Any, earlier: Any | None) -> RevisionView:
    title = row.about.get("title", "")
    if earlier is None:
        old_title, old_body, refiled = "", "", Refiled()
    else:
        old_title, old_body = earlier.about.get("title", ""), earlier.body
        refiled = _refiled(earlier.about, row.about)
    return RevisionView(
        number=row.number,
        editor_name=row.display_name or row.username,
        editor_username=row.username,
        editor_is_former=row.deleted_at is not None,
        at=row.created_at,
        note=row.note,
        title=worddiff.diff(old_title, title) if old_title != title else (),
        body=worddiff.in_context(worddiff.diff(old_body, row.body)) if old_body != row.body else (),
        refiled=refiled,
    )


def _refiled(old: dict[str, Any], new: dict[str, Any]) -> Refiled:
    if not new:  # a reply is filed under nothing
        return Refiled()
    is_other_kind = old["kind"] != new["kind"]
    return Refiled(
        old_kind=TopicKind(old["kind"]) if is_other_kind else None,
        new_kind=TopicKind(new["kind"]) if is_other_kind else None,
        products_gone=_without(old["products"], new["products"]),
        products_new=_without(new["products"], old["products"]),
        tags_gone=_without(old["tags"], new["tags"]),
        tags_new=_without(new["tags"], old["tags"]),
    )


def _without(names: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in others)


def _shortened(view: RevisionView) -> RevisionView:
    """Cut the text of a revision to `SHOWN_MAX` characters."""
    room, kept = SHOWN_MAX, []
    for piece in view.body:
        if len(piece.text) > room:
            kept += [Piece(piece.kind, piece.text[:room]), Piece(Kind.SKIPPED, "")]
            return replace(view, body=tuple(kept), is_cut=True)
        kept.append(piece)
        room -= len(piece.text)
    return view
