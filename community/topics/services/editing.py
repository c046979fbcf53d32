"""Editing in the open: every change of a text leaves a revision that everybody can read.

The text as it was posted is written down with its first edit, as revision 1. An editor
says which revision they began from; if there is a newer one, nothing is changed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import func, select

from community.accounts.models import User
from community.companies.models import Product
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Conflict, NotAllowed
from community.core.sql import change
from community.pictures import services as pictures
from community.topics import policies
from community.topics.models import (
    COMMENT_MAX,
    Post,
    Reply,
    Revision,
    Tag,
    Topic,
    TopicKind,
    TopicProduct,
    TopicTag,
    keys_of,
)
from community.topics.services import (
    gate,
    languages,
    places,
    statuses,
    tagging,
    visibility,
    words,
)

AS_POSTED = 1  # the number of the text as it was posted


def edit_topic(
    editor: User | None,
    topic: Topic,
    *,
    from_number: int,
    title: str,
    body: str,
    kind: TopicKind,
    product_ids: Sequence[int],
    tags: Iterable[str],
    note: str = "",
) -> bool:
    """Change what a topic says and what it is filed under. Return False if nothing differs.

    Args:
        from_number: the revision that the editor began from; `AS_POSTED` if there was none.
        title: plain text, 1 to `TITLE_MAX` characters after trimming.
        body: Markdown, 1 to `BODY_MAX` characters.
        product_ids: of products of the topic's company, in place of those there were.
        tags: up to `TAGS_MAX`, in any spelling, in place of those there were.
        note: why, at most `NOTE_MAX` characters; shown with the revision.

    Raises:
        NotAllowed: the editor did not ask this, or may not take part; or it is covered, or stays
            as it is while somebody judges it.
        NotFound: the topic is hidden.
        Invalid: a text, a tag or a product does not fit.
        Conflict: somebody else has changed it since.
    """
    now = clock.now()
    policies.can_edit_topic(editor, topic, at=now).require()
    assert editor is not None  # can_edit_topic refuses None
    title, body, note = words.title(title), words.body(body), words.note(note)
    slugs = words.tags(tags)
    body_html = words.html(body)
    products = tagging.products(topic.company, product_ids)
    places.lock(topic, "title", "body", "kind", "status")
    places.seen(topic)
    _require_uncovered(topic)
    _require_newest(topic, from_number)

    was, about = _about(topic), _described(title, kind, products.values(), slugs)
    if (body, about) == (topic.body, was):
        return False
    new_links = words.links(body_html, title=title) - words.links(
        topic.body_html, title=topic.title
    )
    gate.ask_to_change(topic, now)
    gate.ask(_attempt(editor, topic, new_links, now))
    _keep(topic, editor, body=body, was=was, about=about, note=note, at=now)
    pictures.keep(body)
    if kind is not topic.kind:
        statuses.turn_into(editor, topic, kind, at=now)
    if about["products"] != was["products"]:
        tagging.set_products(topic, products)
    if about["tags"] != was["tags"]:
        tagging.set_tags(topic, slugs, editor)
    language = languages.language_of(title, body_html, said=topic.language)
    change(topic, title=title, body=body, body_html=body_html, language=language, edited_at=now)
    _tell_of_topic(topic, editor)
    return True


def sort_topic(
    actor: User | None,
    topic: Topic,
    *,
    kind: TopicKind | None = None,
    tags: Iterable[str] | None = None,
) -> bool:
    """Change the kind or the tags of a topic, and nothing it says. Return False if none differs.

    Args:
        kind: None leaves it as it is.
        tags: up to `TAGS_MAX`, in any spelling, in place of those there were; None leaves them.

    Raises:
        NotAllowed: the actor is neither the asker nor a moderator without a stake; or the
            topic is covered, or stays as its asker has it while somebody judges it.
        NotFound: the topic is hidden.
        Invalid: there are too many tags, or one is too long.
    """
    now = clock.now()
    slugs = None if tags is None else words.tags(tags)
    policies.can_sort(actor, topic, stake=places.bar_of(actor, topic, now), at=now).require()
    assert actor is not None  # can_sort refuses None
    places.lock(topic, "title", "body", "kind", "status")
    places.seen(topic)
    _require_uncovered(topic)

    was = _about(topic)
    kind = kind or topic.kind
    about = {**was, "kind": kind.value, "tags": was["tags"] if slugs is None else sorted(slugs)}
    if about == was:
        return False
    if actor.id == topic.author_id:  # a moderator who sorts it judges it, or could
        gate.ask_to_change(topic, now)
    _keep(topic, actor, body=topic.body, was=was, about=about, note="", at=now)
    if kind is not topic.kind:
        statuses.turn_into(actor, topic, kind, at=now)
    if slugs is not None:
        tagging.set_tags(topic, slugs, actor)
    change(topic, edited_at=now)
    _tell_of_topic(topic, actor)
    if actor.id != topic.author_id:
        outbox.publish("topic.sorted", topic_id=topic.id, actor_id=actor.id, was=was, now=about)
    return True


def edit_reply(
    editor: User | None, reply: Reply, *, from_number: int, body: str, note: str = ""
) -> bool:
    """Change what a reply or comment says. Return False if nothing differs.

    Verdicts stay, and say that the text was changed after they were given.

    Args:
        from_number: the revision that the editor began from; `AS_POSTED` if there was none.
        body: Markdown; of a comment at most `COMMENT_MAX` characters.
        note: why, at most `NOTE_MAX` characters; shown with the revision.

    Raises:
        NotAllowed: the editor did not write it, may not take part, or speaks no more for
            the company in whose name it was written; or it is covered, or stays as it is while
            somebody judges it.
        NotFound: the reply or its topic is hidden.
        Invalid: the text does not fit.
        Conflict: somebody else has changed it since.
    """
    now = clock.now()
    note = words.note(note)
    body = words.body(body) if reply.parent_id is None else words.body(body, limit=COMMENT_MAX)
    body_html = words.html(body)
    topic = places.topic_of(reply)
    mandate = places.mandate_of(editor, topic) if reply.speaks_for_company else None
    policies.can_edit_reply(editor, reply, mandate=mandate, at=now).require()
    assert editor is not None  # can_edit_reply refuses None
    places.lock(reply, "body")
    places.reply_in(topic, reply)
    _require_uncovered(reply)
    _require_newest(reply, from_number)

    if body == reply.body:
        return False
    new_links = words.links(body_html) - words.links(reply.body_html)
    gate.ask_to_change(reply, now)
    gate.ask(_attempt(editor, topic, new_links, now))
    _keep(reply, editor, body=body, was={}, about={}, note=note, at=now)
    pictures.keep(body)
    change(reply, body=body, body_html=body_html, edited_at=now)
    outbox.publish(
        "reply.edited",
        topic_id=topic.id,
        company_id=topic.company_id,
        reply_id=reply.id,
        editor_id=editor.id,
    )
    return True


def _attempt(editor: User, topic: Topic, new_links: frozenset[str], at: datetime) -> gate.Attempt:
    return gate.Attempt(editor, topic.company_id, topic.id, new_links, at, is_change=True)


def _require_uncovered(post: Post) -> None:
    """Refuse to change what is covered: it comes back as it was, or not at all."""
    tombstone = visibility.in_force(post)
    if tombstone is not None and tombstone.sealed is not None:
        raise NotAllowed(gettext("These words are covered by a moderator, and stay as they were."))


def _require_newest(post: Post, from_number: int) -> None:
    if from_number != max(_newest(post), AS_POSTED):
        raise Conflict(gettext("Somebody changed this after you began. Nothing of yours is lost."))


def _newest(post: Post) -> int:
    """Return the number of the newest revision; 0 if nobody has edited the post."""
    newest = db.session.scalar(select(func.max(Revision.number)).filter_by(**keys_of(post)))
    return newest or 0


def _keep(
    post: Post,
    editor: User,
    *,
    body: str,
    was: dict[str, Any],
    about: dict[str, Any],
    note: str,
    at: datetime,
) -> None:
    """Write down what the post says from now on, and before that, once, what it said at first."""
    newest, keys = _newest(post), keys_of(post)
    if not newest:
        newest = AS_POSTED
        db.session.add(
            Revision(
                **keys,
                number=newest,
                editor_id=post.author_id,
                body=post.body,
                about=was,
                created_at=post.created_at,
            )
        )
    db.session.add(
        Revision(
            **keys,
            number=newest + 1,
            editor_id=editor.id,
            body=body,
            about=about,
            note=note,
            created_at=at,
        )
    )
    db.session.flush()


def _about(topic: Topic) -> dict[str, Any]:
    """Return what a revision keeps of a topic besides its text, as it is now."""
    products = db.session.scalars(
        select(Product.name)
        .join(TopicProduct, TopicProduct.product_id == Product.id)
        .where(TopicProduct.topic_id == topic.id)
    )
    tags = db.session.scalars(
        select(Tag.slug)
        .join(TopicTag, TopicTag.tag_id == Tag.id)
        .where(TopicTag.topic_id == topic.id)
    )
    return _described(topic.title, topic.kind, products, tags)


def _described(
    title: str, kind: TopicKind, products: Iterable[str], tags: Iterable[str]
) -> dict[str, Any]:
    return {
        "title": title,
        "kind": kind.value,
        "products": sorted(products),
        "tags": sorted(tags),
    }


def _tell_of_topic(topic: Topic, editor: User) -> None:
    # In this order: topics like it are sought once it is in the index as it now reads.
    outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)
    outbox.publish(
        "topic.edited", topic_id=topic.id, company_id=topic.company_id, editor_id=editor.id
    )
