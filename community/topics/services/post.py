"""Posting: topics, replies and comments.

Everything that needs no database (who may, what is written, its HTML but for the names in
it) comes before the first statement, because SQLite lets one writer in at a time.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import case

from community.accounts.models import User
from community.companies.models import Company
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Invalid, NotFound
from community.core.sql import add_once, change, find
from community.pictures import services as pictures
from community.topics import policies
from community.topics.models import (
    COMMENT_MAX,
    DeflectionStep,
    Follow,
    FollowCause,
    Reply,
    Topic,
    TopicKind,
)
from community.topics.services import again, deflection, gate, languages, places, tagging, words


def post_topic(
    author: User | None,
    company: Company,
    *,
    kind: TopicKind,
    title: str,
    body: str,
    product_ids: Sequence[int] = (),
    tags: Iterable[str] = (),
    differs_from_id: int | None = None,
    differs_reason: str = "",
    visit: str | None = None,
) -> Topic:
    """Publish a topic; its author follows it. The same words again are the topic there is.

    Args:
        title: plain text, 1 to `TITLE_MAX` characters after trimming.
        body: Markdown, 1 to `BODY_MAX` characters.
        product_ids: of products of ``company``.
        tags: up to `TAGS_MAX`, in any spelling.
        differs_from_id: the topic that was shown and did not fit. If it cannot be seen any
            more, the link and its reason are dropped and the topic is posted all the same.
        visit: of the asker, whose path ends with the step ``posted``.

    Raises:
        NotAllowed: the author may not post, or not just now, or the company takes no topics here.
        Invalid: a text, a tag or a product does not fit.
    """
    now = clock.now()
    policies.can_post_topic(author, company, at=now).require()
    assert author is not None  # can_post_topic refuses None
    title, body = words.title(title), words.body(body)
    slugs, reason = words.tags(tags), words.reason(differs_reason)
    body_html = words.html(body)

    posted = again.same_topic(author, company, title=title, body=body, at=now)
    if posted is not None:
        return posted
    new_links = words.links(body_html, title=title)
    gate.ask(gate.Attempt(author, company.id, None, new_links, now))
    products = tagging.products(company, product_ids)
    differs_from_id = _seen_topic_id(differs_from_id)
    topic = Topic(
        company=company,
        author=author,
        kind=kind,
        title=title,
        body=body,
        body_html=body_html,
        language=languages.language_of(title, body_html),
        follower_count=1,
        differs_from_id=differs_from_id,
        differs_reason=(reason or None) if differs_from_id is not None else None,
        created_at=now,
        last_activity_at=now,
    )
    db.session.add(topic)
    db.session.flush()  # assigns topic.id, which everything below carries
    db.session.add(Follow(topic_id=topic.id, user_id=author.id, cause=FollowCause.ASKED))
    pictures.keep(body)
    tagging.add_products(topic, products)
    tagging.add_tags(topic, slugs, author)
    if visit is not None:
        deflection.record_step(
            visit=visit, step=DeflectionStep.POSTED, user=author, topic_id=topic.id, query=title
        )
    gate.hand_on(topic)
    if topic.hidden_at is None:
        tagging.show_pages(topic)
    outbox.publish("topic.posted", topic_id=topic.id, company_id=company.id)
    return topic


def post_reply(author: User | None, topic: Topic, *, body: str, as_company: bool = False) -> Reply:
    """Answer a topic; the author follows it from now on. The same words again change nothing.

    Args:
        body: Markdown, 1 to `BODY_MAX` characters.
        as_company: speak for the topic's company, under a mandate that is valid now.

    Raises:
        NotAllowed: the author may not post, or not just now, or not in the company's name.
        NotFound: the topic is hidden.
        Invalid: the text does not fit.
    """
    now = clock.now()
    policies.can_reply(author, at=now).require()
    assert author is not None  # can_reply refuses None
    places.seen(topic)
    body = words.body(body)
    body_html = words.html(body)
    posted = again.same_reply(
        author, topic, parent_id=None, body=body, as_company=as_company, at=now
    )
    if posted is not None:
        return posted
    gate.ask(gate.Attempt(author, topic.company_id, topic.id, words.links(body_html), now))
    reply = Reply(
        topic_id=topic.id,
        author_id=author.id,
        body=body,
        body_html=body_html,
        speaks_for_company=as_company,
        created_at=now,
    )
    _save(reply, author, topic, at=now)
    gate.hand_on(reply)
    outbox.publish(
        "reply.posted", topic_id=topic.id, company_id=topic.company_id, reply_id=reply.id
    )
    return reply


def post_comment(
    author: User | None, reply: Reply, *, body: str, as_company: bool = False
) -> Reply:
    """Comment on an answer; the author follows the topic. The same words again change nothing.

    Args:
        body: Markdown, 1 to `COMMENT_MAX` characters.
        as_company: speak for the topic's company, under a mandate that is valid now.

    Raises:
        NotAllowed: the author may not post, or not just now, or not in the company's name.
        NotFound: the answer or its topic is hidden.
        Invalid: the text does not fit, or ``reply`` is a comment itself.
    """
    now = clock.now()
    policies.can_reply(author, at=now).require()
    assert author is not None  # can_reply refuses None
    if reply.parent_id is not None:
        raise Invalid(gettext("Comment on the answer above; comments hang one level deep."))
    body = words.body(body, limit=COMMENT_MAX)
    body_html = words.html(body)
    topic = places.topic_of(reply)
    posted = again.same_reply(
        author, topic, parent_id=reply.id, body=body, as_company=as_company, at=now
    )
    if posted is not None:
        return posted
    gate.ask(gate.Attempt(author, topic.company_id, topic.id, words.links(body_html), now))
    comment = Reply(
        topic_id=topic.id,
        author_id=author.id,
        parent_id=reply.id,
        body=body,
        body_html=body_html,
        speaks_for_company=as_company,
        created_at=now,
    )
    _save(comment, author, topic, at=now)
    gate.hand_on(comment)
    outbox.publish(
        "comment.posted",
        topic_id=topic.id,
        company_id=topic.company_id,
        reply_id=reply.id,
        comment_id=comment.id,
    )
    return comment


def _save(reply: Reply, author: User, topic: Topic, *, at: datetime) -> None:
    """Insert a reply or comment, let its author follow, and count both in one UPDATE."""
    if reply.speaks_for_company:
        policies.can_speak_for(places.mandate_of(author, topic)).require()
    db.session.add(reply)
    db.session.flush()
    pictures.keep(reply.body)
    follows = add_once(Follow, topic_id=topic.id, user_id=author.id, cause=FollowCause.REPLIED)
    values: dict[str, Any] = {
        "last_activity_at": case((Topic.last_activity_at >= at, Topic.last_activity_at), else_=at),
        "follower_count": Topic.follower_count + int(follows),
    }
    if reply.parent_id is None:
        values |= _first_replies(reply, at) | {"reply_count": Topic.reply_count + 1}
    if not change(topic, Topic.hidden_at.is_(None), **values):  # hidden since it was read
        raise NotFound(gettext("There is no such topic."))


def _first_replies(reply: Reply, at: datetime) -> dict[str, Any]:
    """Return the moments of the first replies by others; the asker's own are no answers."""
    by_other = Topic.author_id != reply.author_id
    columns = [Topic.first_reply_at]
    if reply.speaks_for_company:
        columns.append(Topic.first_company_reply_at)
    return {column.key: case(((column <= at) | ~by_other, column), else_=at) for column in columns}


def _seen_topic_id(topic_id: int | None) -> int | None:
    topic = find(Topic, topic_id)
    return topic.id if topic is not None and topic.hidden_at is None else None
