"""Changes to topics: each takes the actor, checks, changes, and says what happened.

None commits; the caller opens the transaction (`community.core.db.transaction`).

asking, post        a question with the pages that open for it; topics, replies, comments
again, gate, words  what stands before each post: sent twice, held by others, checked
editing, tagging, statuses, moving  what a post says, is filed under, where it stands
verdicts, following, reading, searches  what people say of posts, and want to hear of
visibility, covering  out of sight and back; words under a seal
deflection, visits  what became of the answers that were shown
recount, standings, figures, related, languages  what is derived from the rows, counted again
places              what a change may touch: seen, and locked
"""

from community.topics.services.asking import Question, ask, ask_as_guest
from community.topics.services.deflection import record_shown, record_step, settle_visit
from community.topics.services.editing import edit_reply, edit_topic, sort_topic
from community.topics.services.following import add_me_too, follow, remove_me_too, unfollow
from community.topics.services.post import post_comment, post_reply, post_topic
from community.topics.services.reading import mark_read
from community.topics.services.searches import change_search, drop_search, keep_search
from community.topics.services.statuses import set_status
from community.topics.services.verdicts import (
    accept,
    mark_official,
    record_outcome,
    unaccept,
    unmark_official,
    vote,
)
from community.topics.services.visibility import hide, lift

__all__ = [
    "Question",
    "accept",
    "add_me_too",
    "ask",
    "ask_as_guest",
    "change_search",
    "drop_search",
    "edit_reply",
    "edit_topic",
    "follow",
    "hide",
    "keep_search",
    "lift",
    "mark_official",
    "mark_read",
    "post_comment",
    "post_reply",
    "post_topic",
    "record_outcome",
    "record_shown",
    "record_step",
    "remove_me_too",
    "set_status",
    "settle_visit",
    "sort_topic",
    "unaccept",
    "unfollow",
    "unmark_official",
    "vote",
]
