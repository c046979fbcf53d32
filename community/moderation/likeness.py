"""Whether two texts are of one wave: nearly the same words in nearly the same order. Pure."""

import re

SHINGLE = 3  # words in a row
_WORD = re.compile(r"\w+")


def shingles(text: str) -> frozenset[str]:
    """Return the phrases of `SHINGLE` words in a text, in lower case; a short text is one.

    Scripts without spaces make one word of a sentence; there each phrase is of characters.
    """
    words = _WORD.findall(text.lower())
    if sum(map(len, words)) > 12 * len(words):  # no spaces between words
        words = list("".join(words))
    phrases = zip(*(words[start:] for start in range(SHINGLE)), strict=False)
    return frozenset(" ".join(phrase) for phrase in phrases) or frozenset([" ".join(words)])


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of phrases that two texts have in common (Jaccard), from 0 to 1.

    Broder, "On the resemblance and containment of documents", 1997.
    """
    return len(one & other) / len(one | other)
