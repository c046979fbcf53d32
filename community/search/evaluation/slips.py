"""Slips of the finger in the queries of a set: what typing fast on a telephone does to words.

Four of five misspelt words have one letter too few, one too many, a wrong one or two that have
changed places (Damerau 1964, "A technique for computer detection and correction of spelling
errors"). One of the four is drawn for each word, each as likely as the others.
"""

import random
import re
import string
from dataclasses import replace

from community.search.evaluation.sets import Item, LabelledSet

LETTERS_MIN = 4  # of a word that is mistyped: what is left of a shorter one says nothing
_WORD = re.compile(rf"\b[a-zA-Z]{{{LETTERS_MIN},}}\b")


def mistyped(labelled: LabelledSet, count: int) -> LabelledSet:
    """Return the set with slips in ``count`` words of the title of each query, or in all it has.

    The slips are drawn by the query's id, so they are the same every time. Words of other letters
    than those of English are left alone.
    """
    return replace(labelled, queries=[_mistyped(query, count) for query in labelled.queries])


def _mistyped(query: Item, count: int) -> Item:
    draw = random.Random(query.id)  # noqa: S311 (no secret hangs on it)
    words = list(_WORD.finditer(query.title))
    title = query.title
    for word in sorted(draw.sample(words, min(count, len(words))), key=lambda one: -one.start()):
        title = title[: word.start()] + slipped(word.group(), draw) + title[word.end() :]
    return replace(query, title=title)


def slipped(word: str, draw: random.Random) -> str:
    """Return ``word``, of two different letters or more, with one slip in it."""
    typed = word
    while typed == word:  # the letter that was there may be drawn
        at = draw.randrange(len(word))
        before, letter, after = word[:at], word[at], word[at + 1 :]
        other = draw.choice(string.ascii_lowercase)
        typed = draw.choice(
            (
                before + after,
                before + other + letter + after,
                before + other + after,
                before + after[:1] + letter + after[1:],
            )
        )
    return typed
