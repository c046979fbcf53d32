"""Reads of topics, for screens and for other features."""

from community.topics.queries.answers import answers_for
from community.topics.queries.figures import counts_of, odds, who_answers
from community.topics.queries.lists import page_of_topics, rows_for
from community.topics.queries.shapes import (
    Answer,
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
from community.topics.queries.suggestions import SHOWN_MAX, suggestions
from community.topics.queries.visible import draft, visible, visible_reply

__all__ = [
    "SHOWN_MAX",
    "Answer",
    "CommentView",
    "Helper",
    "Label",
    "Odds",
    "ReplyView",
    "Speaker",
    "StatusStep",
    "Suggestion",
    "TopicLink",
    "TopicPage",
    "TopicRow",
    "answers_for",
    "counts_of",
    "draft",
    "odds",
    "page_of_topics",
    "rows_for",
    "suggestions",
    "visible",
    "visible_reply",
    "who_answers",
]
