"""How far members have read."""

from datetime import datetime

from community.core.sql import changed, insert
from community.topics.models import ReadMark


def mark_read(user_id: int, topic_id: int, until: datetime) -> None:
    """Note that a member has read a topic up to a moment; never back to an earlier one."""
    mark = insert(ReadMark).values(user_id=user_id, topic_id=topic_id, read_until=until)
    changed(
        mark.on_conflict_do_update(
            index_elements=["user_id", "topic_id"],
            set_={"read_until": until},
            where=ReadMark.read_until < until,
        )
    )
