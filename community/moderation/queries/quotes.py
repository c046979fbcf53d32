"""Who quotes a post: what is taken out of sight there stays readable in their words."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, Subquery, and_, cast, null, or_, select, union_all

from community.accounts.models import User
from community.core.db import db
from community.moderation.models import Case
from community.moderation.quoting import Quoted, names_reply
from community.topics.models import Post, Reply, Topic
from community.topics.queries.covered import words_of

CANDIDATES = 500  # posts with quotations that are looked through, the latest
EXCERPT = 200  # characters of a quotation


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A post in sight that quotes the one that a case is about."""

    topic_id: int
    reply_id: int | None  # None: it is the topic itself
    author_name: str
    created_at: datetime
    quotation: str  # its opening; "" where it names the address alone
    case_id: int | None  # its own open case


def quotes_of(post: Post) -> tuple[QuoteView, ...]:
    """Return the posts of the same topic that quote ``post``, covered or not, the latest first."""
    said, posts = words_of(post), _posts(post)
    quoted = Quoted(f"{said.title}\n{said.body}")
    is_about = or_(
        Case.reply_id == posts.c.reply_id,
        and_(posts.c.reply_id.is_(None), Case.topic_id == posts.c.topic_id),
    )
    candidates = db.session.execute(
        select(posts, User.display_name, User.username, Case.id.label("case_id"))
        .join(User, User.id == posts.c.author_id)
        .outerjoin(Case, and_(is_about, Case.decided_at.is_(None)))
        .order_by(posts.c.created_at.desc(), posts.c.reply_id.desc())
        .limit(CANDIDATES)
    )
    found = []
    for row in candidates:
        quotation = quoted.quotation_in(row.body)
        if quotation or (isinstance(post, Reply) and names_reply(row.body, post.id)):
            found.append(
                QuoteView(
                    topic_id=row.topic_id,
                    reply_id=row.reply_id,
                    author_name=row.display_name or row.username or "",
                    created_at=row.created_at,
                    quotation=quotation[:EXCERPT],
                    case_id=row.case_id,
                )
            )
    return tuple(found)


def _posts(post: Post) -> Subquery:
    """Return the posts in sight beside ``post`` that may quote it."""
    replies = select(
        Reply.id.label("reply_id"), Reply.topic_id, Reply.author_id, Reply.body, Reply.created_at
    ).where(Reply.hidden_at.is_(None))
    if isinstance(post, Topic):
        quoting = replies.where(Reply.topic_id == post.id, Reply.body.contains(">"))
        return quoting.subquery()
    quoting = replies.where(
        Reply.topic_id == post.topic_id,
        Reply.id != post.id,
        or_(Reply.body.contains(">"), Reply.body.contains(f"/r/{post.id}")),
    )
    topic = select(
        cast(null(), Integer), Topic.id, Topic.author_id, Topic.body, Topic.created_at
    ).where(Topic.id == post.topic_id, Topic.hidden_at.is_(None))
    return union_all(quoting, topic).subquery()
