"""Telling spam from what people write: pure, layered, and explaining itself.

`signs` finds what can be seen in a text and in who wrote it (a number to call, letters in disguise,
the same text again), `words` learns from decisions which words stand in spam, `repetition` tells
near-same texts, and `judging` weighs them all and says what is done with a post, and why.
"""

from community.moderation.spam.judging import (
    HOLD_FROM,
    LOOK_FROM,
    Judgement,
    Outcome,
    Part,
    judge,
    weigh_words,
)
from community.moderation.spam.learning import ALL, Counts, Learnt, key_of, learnable, words_of
from community.moderation.spam.repetition import fingerprint, is_near
from community.moderation.spam.signs import Seen, Sign, Text, Writer, signs_of

__all__ = [
    "ALL",
    "HOLD_FROM",
    "LOOK_FROM",
    "Counts",
    "Judgement",
    "Learnt",
    "Outcome",
    "Part",
    "Seen",
    "Sign",
    "Text",
    "Writer",
    "fingerprint",
    "is_near",
    "judge",
    "key_of",
    "learnable",
    "signs_of",
    "weigh_words",
    "words_of",
]
