"""The tables of topics: what is asked and answered, what is said of it, what is counted.

Counts and ``last_activity_at`` are caches: they are changed in SQL beside the unique
row that justifies them, and ``community recount`` rebuilds them from those rows.
"""

from community.topics.models.asking import (
    DeflectionEvent,
    DeflectionStep,
)
from community.topics.models.editing import RelatedTopic, Revision
from community.topics.models.figures import (
    CompanyFigures,
    Standing,
)
from community.topics.models.following import (
    Follow,
    FollowCause,
    MeToo,
    ReadMark,
    SavedSearch,
)
from community.topics.models.limits import (
    BODY_MAX,
    COMMENT_MAX,
    GUEST_LINKS_MAX,
    LANGUAGE_MAX,
    NOTE_MAX,
    QUERY_MAX,
    REASON_MAX,
    SEARCH_NAME_MAX,
    SEARCHES_MAX,
    SOURCE_KEY_MAX,
    TAG_MAX,
    TAGS_MAX,
    TITLE_MAX,
    VERSION_MAX,
    VISIT_LENGTH,
)
from community.topics.models.posts import Post, keys_of
from community.topics.models.replies import (
    REPLY_IS_SEEN,
    AcceptedAnswer,
    OfficialAnswer,
    Outcome,
    Reply,
    Vote,
)
from community.topics.models.topics import (
    SOLVED_STATUSES,
    STATUSES,
    StatusChange,
    StatusRole,
    Tag,
    Topic,
    TopicKind,
    TopicProduct,
    TopicStatus,
    TopicTag,
    slug_of,
)
from community.topics.models.visibility import COVERED, AskedBy, Rule, Sight, Tombstone

__all__ = [
    "BODY_MAX",
    "COMMENT_MAX",
    "COVERED",
    "GUEST_LINKS_MAX",
    "LANGUAGE_MAX",
    "NOTE_MAX",
    "QUERY_MAX",
    "REASON_MAX",
    "REPLY_IS_SEEN",
    "SEARCHES_MAX",
    "SEARCH_NAME_MAX",
    "SOLVED_STATUSES",
    "SOURCE_KEY_MAX",
    "STATUSES",
    "TAGS_MAX",
    "TAG_MAX",
    "TITLE_MAX",
    "VERSION_MAX",
    "VISIT_LENGTH",
    "AcceptedAnswer",
    "AskedBy",
    "CompanyFigures",
    "DeflectionEvent",
    "DeflectionStep",
    "Follow",
    "FollowCause",
    "MeToo",
    "OfficialAnswer",
    "Outcome",
    "Post",
    "ReadMark",
    "RelatedTopic",
    "Reply",
    "Revision",
    "Rule",
    "SavedSearch",
    "Sight",
    "Standing",
    "StatusChange",
    "StatusRole",
    "Tag",
    "Tombstone",
    "Topic",
    "TopicKind",
    "TopicProduct",
    "TopicStatus",
    "TopicTag",
    "Vote",
    "keys_of",
    "slug_of",
]
