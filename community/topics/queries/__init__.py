"""Reads of topics, for screens and for other features.

page                a topic's page, made of `conversation`, `comments`, `speakers`, `tombstones`
lists, headings     many topics; how topics and replies are called elsewhere
suggestions         the answers that exist already, with their best reply (`answers`)
revisions, covered  what a post said before, and says while its words are covered
permalinks, visible, searches, following, figures  single questions of other screens
shapes, reading     the frozen rows that all of these return, and how they are read
"""

from community.topics.queries.answers import answers_for
from community.topics.queries.figures import counts_of, odds, who_answers
from community.topics.queries.following import (
    Followed,
    FollowedRow,
    followable,
    followed_by,
    follows,
    name_of,
)
from community.topics.queries.lists import (
    ASKING,
    WAITS,
    ListOrder,
    excerpt,
    page_of_topics,
    rows_for,
)
from community.topics.queries.page import topic_page
from community.topics.queries.permalinks import ReplyPlace, place_of
from community.topics.queries.searches import KeptSearch, columns_of, kept_search, searches_of
from community.topics.queries.shapes import (
    Answer,
    Comments,
    CommentView,
    GoneReply,
    GoneTopic,
    Helper,
    Label,
    Odds,
    ReplyView,
    Speaker,
    StatusStep,
    Suggestion,
    TombstoneView,
    TopicLink,
    TopicPage,
    TopicRow,
)
from community.topics.queries.suggestions import (
    SHOWN_MAX,
    TEXT_MAX,
    TEXT_MIN,
    Look,
    asker_of,
    guesses,
    look,
    suggestions,
)
from community.topics.queries.tombstones import gone_topic
from community.topics.queries.visible import tag_by_slug, visible, visible_reply

__all__ = [
    "ASKING",
    "SHOWN_MAX",
    "TEXT_MAX",
    "TEXT_MIN",
    "WAITS",
    "Answer",
    "CommentView",
    "Comments",
    "Followed",
    "FollowedRow",
    "GoneReply",
    "GoneTopic",
    "Helper",
    "KeptSearch",
    "Label",
    "ListOrder",
    "Look",
    "Odds",
    "ReplyPlace",
    "ReplyView",
    "Speaker",
    "StatusStep",
    "Suggestion",
    "TombstoneView",
    "TopicLink",
    "TopicPage",
    "TopicRow",
    "answers_for",
    "asker_of",
    "columns_of",
    "counts_of",
    "excerpt",
    "followable",
    "followed_by",
    "follows",
    "gone_topic",
    "guesses",
    "kept_search",
    "look",
    "name_of",
    "odds",
    "page_of_topics",
    "place_of",
    "rows_for",
    "searches_of",
    "suggestions",
    "tag_by_slug",
    "topic_page",
    "visible",
    "visible_reply",
    "who_answers",
]
