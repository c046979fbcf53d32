"""What is forgotten of a person who leaves; what they wrote and judged stays, without a name."""

from sqlalchemy import delete, or_, select, update

from community.accounts.models import User
from community.core.sql import changed
from community.topics.models import DeflectionEvent, Follow, ReadMark, SavedSearch, Topic


def forget(user: User) -> None:
    """Forget what the person follows, looked for and has read, and who follows them.

    Votes and other verdicts stay, as rows that point to nobody: the counts rest on them.
    """
    followed = select(Follow.topic_id).where(
        Follow.user_id == user.id, Follow.topic_id.is_not(None)
    )
    changed(
        update(Topic).where(Topic.id.in_(followed)).values(follower_count=Topic.follower_count - 1)
    )
    changed(delete(Follow).where(or_(Follow.user_id == user.id, Follow.person_id == user.id)))
    changed(delete(SavedSearch).where(SavedSearch.user_id == user.id))
    changed(delete(ReadMark).where(ReadMark.user_id == user.id))
    changed(
        update(DeflectionEvent)
        .where(DeflectionEvent.user_id == user.id)
        .values(user_id=None, query="", reason="")
    )
