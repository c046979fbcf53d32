"""What people are told after each change. All may run any number of times.

One person gets one notification for one thing. Who has several reasons gets it for the first
of these: being named in it, a saved search, following the topic, following a company, a
product, a tag or a person. The author of an accepted answer hears that it was accepted, not
besides that the topic is solved.

Whoever did it is not told. Nobody is told of what is hidden by now, nor of what an import
brought in: imports publish events of their own.
"""

from dataclasses import replace

from sqlalchemy import ColumnElement, func, select

from community.core import markup
from community.core.db import db
from community.notifications import queries
from community.notifications.models import NotificationKind
from community.notifications.queries import Reason
from community.notifications.services import Happening, tell
from community.topics import queries as topics
from community.topics.models import (
    SOLVED_STATUSES,
    OfficialAnswer,
    Reply,
    Revision,
    StatusChange,
    Topic,
    TopicStatus,
)

MENTIONS_MAX = 10  # people who are told that one text names them


def tell_of_topic(topic_id: int, **_: object) -> None:
    """Tell who is named, whose search it fits, and who follows what it is about."""
    topic = topics.visible(topic_id)
    if topic is None:
        return
    around = queries.following_around(topic)
    tell(
        Happening(source_key=f"topic-{topic.id}", topic_id=topic.id, actor_id=topic.author_id),
        [
            *_naming(topic.body),
            Reason(NotificationKind.MATCHED, queries.owning_searches(queries.fitting(topic))),
            *(Reason(NotificationKind.POSTED, people) for people in around),
        ],
    )


def tell_of_reply(topic_id: int, reply_id: int, **_: object) -> None:
    """Tell who is named, who follows the topic, and who follows the one who answers."""
    reply = topics.visible_reply(reply_id)
    if reply is None:
        return
    tell(
        _written(reply),
        [
            *_naming(reply.body),
            Reason(NotificationKind.REPLIED, queries.following_topic(topic_id)),
            Reason(NotificationKind.POSTED, queries.following_person(reply.author_id)),
        ],
    )


def tell_of_comment(topic_id: int, reply_id: int, comment_id: int, **_: object) -> None:
    """Tell who is named, whose answer it hangs below, and who follows the topic."""
    comment, answer = topics.visible_reply(comment_id), topics.visible_reply(reply_id)
    if comment is None or answer is None:
        return
    tell(
        _written(comment),
        [
            *_naming(comment.body),
            Reason(NotificationKind.COMMENTED, queries.just(answer.author_id)),
            Reason(NotificationKind.COMMENTED, queries.following_topic(topic_id)),
        ],
    )


def tell_of_acceptance(topic_id: int, reply_id: int, user_id: int, **_: object) -> None:
    """Tell the author of an answer that it solved it: for the asker, and for the first other."""
    reply = topics.visible_reply(reply_id)
    if reply is None:
        return
    by_asker = user_id == reply.topic.author_id
    tell(
        Happening(
            source_key=f"reply-{reply_id}-asker" if by_asker else f"reply-{reply_id}",
            topic_id=topic_id,
            reply_id=reply_id,
            actor_id=user_id,
        ),
        [Reason(NotificationKind.ACCEPTED, queries.just(reply.author_id))],
    )


def tell_of_official_answer(topic_id: int, reply_id: int, user_id: int, **_: object) -> None:
    """Tell who follows or has it too, if it still is the company's answer.

    Whoever has just been told of the answer itself sees there that it is official.
    """
    marked = db.session.get(OfficialAnswer, topic_id)
    if marked is None or marked.reply_id != reply_id or topics.visible_reply(reply_id) is None:
        return
    key = f"reply-{reply_id}"
    tell(
        Happening(source_key=key, topic_id=topic_id, reply_id=reply_id, actor_id=user_id),
        [
            Reason(kind, queries.not_hearing_of(key, people))
            for kind, people in _around_topic(NotificationKind.OFFICIAL, topic_id)
        ],
    )


def tell_of_status(topic_id: int, actor_id: int, new: str, change_id: int, **_: object) -> None:
    """Tell who follows or has it too. That a topic is solved they hear once and for all."""
    topic = topics.visible(topic_id)
    if topic is None or topic.status != new:
        return  # it stands elsewhere by now, and that has news of its own
    change = db.session.get_one(StatusChange, change_id)
    reply = topics.visible_reply(change.reply_id) if change.reply_id is not None else None
    if TopicStatus(new) not in SOLVED_STATUSES:
        tell(
            Happening(
                source_key=f"status-{change_id}",
                topic_id=topic_id,
                actor_id=actor_id,
                change_id=change_id,
            ),
            [Reason(NotificationKind.STATUS, queries.following_topic(topic_id))],
        )
        return
    tell(
        Happening(
            source_key=f"topic-{topic_id}",
            topic_id=topic_id,
            actor_id=actor_id,
            reply_id=reply.id if reply is not None else None,
            change_id=change_id,
        ),
        _around_topic(NotificationKind.SOLVED, topic_id),
        but=[reply.author_id] if reply is not None else [],
    )


def tell_of_help(topic_id: int, reply_id: int, helped_count: int, **_: object) -> None:
    """Tell an author how many people their answer kept from asking, each number once."""
    reply = topics.visible_reply(reply_id)
    if reply is None:
        return
    tell(
        Happening(
            source_key=f"reply-{reply_id}-{helped_count}",
            topic_id=topic_id,
            reply_id=reply_id,
            number=helped_count,
        ),
        [Reason(NotificationKind.HELPED, queries.just(reply.author_id))],
    )


def tell_of_edited_topic(topic_id: int, editor_id: int, **_: object) -> None:
    """Tell its author, if it was somebody else, and whom it names now."""
    topic = topics.visible(topic_id)
    if topic is not None:
        posted = Happening(source_key=f"topic-{topic.id}", topic_id=topic.id, actor_id=editor_id)
        _tell_of_edit(topic, posted, _newest(Revision.topic_id == topic_id))


def tell_of_edited_reply(reply_id: int, editor_id: int, **_: object) -> None:
    """Tell its author, if it was somebody else, and whom it names now."""
    reply = topics.visible_reply(reply_id)
    if reply is not None:
        posted = replace(_written(reply), actor_id=editor_id)
        _tell_of_edit(reply, posted, _newest(Revision.reply_id == reply_id))


def _tell_of_edit(post: Topic | Reply, posted: Happening, revision: int) -> None:
    """Tell of an edit. Whom the text named before, was told under the key of the post."""
    tell(posted, _naming(post.body), but=[post.author_id])
    tell(
        replace(posted, source_key=f"{posted.source_key}-revision-{revision}"),
        [Reason(NotificationKind.EDITED, queries.just(post.author_id))],
    )


def _newest(of_it: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.max(Revision.number)).where(of_it)) or 0


def _naming(body: str) -> list[Reason]:
    """Return the reason of those whom a text names."""
    names = markup.mentions(body)[:MENTIONS_MAX]
    return [Reason(NotificationKind.MENTIONED, queries.named(names))] if names else []


def _around_topic(kind: NotificationKind, topic_id: int) -> list[Reason]:
    """Return the reasons of those who follow a topic or have it too."""
    return [
        Reason(kind, queries.following_topic(topic_id)),
        Reason(kind, queries.having_too(topic_id)),
    ]


def _written(reply: Reply) -> Happening:
    """Return that a reply or comment was written."""
    return Happening(
        source_key=f"reply-{reply.id}",
        topic_id=reply.topic_id,
        reply_id=reply.id,
        actor_id=reply.author_id,
    )
