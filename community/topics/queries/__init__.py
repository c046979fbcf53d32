"""Reads of topics, for screens and for other features."""

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
    Helper,
    Label,
    Odds,
    ReplyView,
    Speaker,
    StatusStep,
    Suggestion,
    TopicLink,
    TopicPage,
    TopicRow,
)
from community.topics.queries.suggestions import (
    SHOWN_MAX,
    TEXT_MAX,
    TEXT_MIN,
    Look,
    guesses,
    look,
    suggestions,
)
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
    "TopicLink",
    "TopicPage",
    "TopicRow",
    "answers_for",
    "columns_of",
    "counts_of",
    "excerpt",
    "followable",
    "followed_by",
    "follows",
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
