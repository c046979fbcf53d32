"""A post: a topic, or a reply to one. Rows that are about either name it in a column of two."""

from typing import TypeAlias

from community.topics.models.replies import Reply
from community.topics.models.topics import Topic

Post: TypeAlias = Topic | Reply


def keys_of(post: Post) -> dict[str, int]:
    """Return the column by which rows refer to ``post``, and its value."""
    return {"topic_id": post.id} if isinstance(post, Topic) else {"reply_id": post.id}
