"""Did you mean: misspelt words of a query, replaced by words that titles hold."""

import re
import string
from collections.abc import Callable, Iterable, Iterator

from community.search import analysis

WORD_MIN, WORD_MAX = 4, 20  # letters; shorter words are too near to too many others
FAR_MIN = 7  # letters of a word that may be two slips away from the one meant
FAR_SEEN = 2_000  # words looked at for that
RARE = 30  # titles; a word in more of them is taken to be meant
FAR_MORE = 30  # times as many titles must hold the word meant as hold the one typed

_WORD = re.compile(r"[^\W\d_]+")


class Vocabulary:
    """The words of all titles, as an engine can look them up."""

    def __init__(
        self,
        count: Callable[[str], int],
        beginning_with: Callable[[str], Iterable[tuple[str, int]]],
    ) -> None:
        """Take the engine's look-ups.

        Args:
            count: how many titles hold a word.
            beginning_with: the words with a beginning, and how many titles hold each.
        """
        self.count = count
        self.beginning_with = beginning_with


def correct(text: str, vocabulary: Vocabulary) -> str:
    """Return ``text`` with misspelt words replaced, or "" if none seems to be."""
    corrected = _WORD.sub(lambda found: _meant(found.group(), vocabulary), text)
    return corrected if corrected != text else ""


def _meant(word: str, vocabulary: Vocabulary) -> str:
    folded = analysis.fold(word)
    if not (WORD_MIN <= len(folded) <= WORD_MAX and folded.isascii()):
        return word
    if folded in analysis.STOP_WORDS_OF_ALL:
        return word
    typed = vocabulary.count(folded)
    if typed > RARE:
        return word
    needed = FAR_MORE * typed if typed else 1
    stem = analysis.ENGLISH.stem(folded)
    near = [
        (count, other)
        for other in _one_slip_away(folded)
        if (count := vocabulary.count(other)) and analysis.ENGLISH.stem(other) != stem
    ]
    if not near and not typed and len(folded) >= FAR_MIN:
        near = _two_slips_away(folded, vocabulary)
    # Letters are swapped more often than mistaken.
    ranked = ((count, sorted(other) == sorted(folded), other) for count, other in near)
    count, _, other = max(ranked, default=(0, False, word))
    return other if count >= needed else word


def _one_slip_away(word: str) -> Iterator[str]:
    """Yield the words that one missing, extra, wrong or swapped letter makes of ``word``."""
    seen = {word}
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        slips = [head + letter + tail for letter in string.ascii_lowercase]
        if tail:
            slips.append(head + tail[1:])
            slips += [head + letter + tail[1:] for letter in string.ascii_lowercase]
        if len(tail) > 1:
            slips.append(head + tail[1] + tail[0] + tail[2:])
        for slip in slips:
            if slip not in seen:
                seen.add(slip)
                yield slip


def _two_slips_away(word: str, vocabulary: Vocabulary) -> list[tuple[int, str]]:
    """Return the nearest words that begin with the same two letters."""
    words = zip(vocabulary.beginning_with(word[:2]), range(FAR_SEEN), strict=False)
    return [
        (count, other)
        for (other, count), _ in words
        if abs(len(other) - len(word)) <= 2 and _distance(word, other) <= 2
    ]


def _distance(one: str, other: str) -> int:
    """Return how many letters must be added, removed or replaced (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, across in enumerate(other, 1):
            cost = min(row[j] + 1, row[j - 1] + 1, diagonal + (letter != across))
            diagonal, row[j] = row[j], cost
    return row[-1]
