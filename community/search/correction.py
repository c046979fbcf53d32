"""Misspelt words of a query, replaced by words that titles hold.

`correct` is for asking back ("did you mean …?"), so it may go far. `mended` is for what is looked
up unasked: it leaves every word alone that any topic holds, in which nothing can be lost.
"""

import re
import string
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from community.search import analysis
from community.search.snapshots import Snapshot

WORD_MIN, WORD_MAX = 4, 20  # letters; shorter words are too near to too many others
FAR_MIN = 7  # letters of a word that may be two slips away from the one meant
FAR_SEEN = 2_000  # words looked at for that
RARE = 30  # titles; a word in more of them is taken to be meant
FAR_MORE = 30  # times as many titles must hold the word meant as hold the one typed
MENDED_MIN = 5  # letters of a word that is replaced unasked
MENDED_MAX = 8  # unknown words; a text with more is in a language that no topic is in

_WORD = re.compile(r"[^\W\d_]+")
# A word by itself: parts of addresses, file names and error codes are as they are.
_WORD_ALONE = re.compile(r"(?<![\w.:@&/'’-])[^\W\d_]+(?![\w@&/'’-]|[.:]\w)")


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

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Vocabulary":
        return cls(count=snapshot.titled, beginning_with=snapshot.words_from)


def correct(text: str, vocabulary: Vocabulary) -> str:
    """Return ``text`` with misspelt words replaced, or "" if none seems to be."""
    corrected = _WORD.sub(lambda found: _meant(found.group(), vocabulary), text)
    return corrected if corrected != text else ""


def mended(text: str, snapshot: Snapshot) -> str:
    """Return ``text`` with words that no topic holds replaced by what they are one slip away from.

    A word of four letters must have two of them swapped: what is one letter off "visa" is mostly
    another word. The word that is still being typed stays while it may become one of a title.
    """
    vocabulary = Vocabulary.of(snapshot)
    unknown = 0

    def mend(found: re.Match[str]) -> str:
        nonlocal unknown
        word = analysis.fold(found.group())
        is_last = found.end() == len(text)
        if unknown == MENDED_MAX or _is_known(word, snapshot, may_go_on=is_last):
            return found.group()
        unknown += 1
        likely = (one.word for one in near(word, vocabulary) if _is_plain(word, one.word))
        return next(likely, found.group())

    return _WORD_ALONE.sub(mend, text)


def _is_known(word: str, snapshot: Snapshot, *, may_go_on: bool) -> bool:
    """Say whether a topic holds a word in any form, or it is too short to tell."""
    if len(word) < WORD_MIN or word in analysis.STOP_WORDS_OF_ALL or snapshot.titled(word):
        return True
    if may_go_on and any(True for _ in snapshot.words_from(word)):
        return True
    analyses = dict.fromkeys((*map(analysis.of, snapshot.languages), analysis.AS_SPELT))
    return any(snapshot.holding(term) for rules in analyses for term in rules.terms(word))


def _is_plain(word: str, other: str) -> bool:
    """Say whether ``word`` can hardly be anything but ``other`` with a slip in it."""
    return len(word) >= MENDED_MIN or _is_swapped(word, other)


def _meant(word: str, vocabulary: Vocabulary) -> str:
    folded = analysis.fold(word)
    if folded in analysis.STOP_WORDS_OF_ALL:
        return word
    typed = vocabulary.count(folded)
    if typed > RARE:
        return word
    found = near(folded, vocabulary)
    if not found and not typed and len(folded) >= FAR_MIN and folded.isascii():
        found = _two_slips_away(folded, vocabulary)
    needed = FAR_MORE * typed if typed else 1
    return found[0].word if found and found[0].titles >= needed else word


class Known(NamedTuple):
    """A word that titles hold."""

    word: str
    titles: int  # how many


def near(word: str, vocabulary: Vocabulary) -> list[Known]:
    """Return the words one slip away from ``word``, which is folded, the likeliest first.

    Other forms of the same word are no slips.
    """
    if not (WORD_MIN <= len(word) <= WORD_MAX and word.isascii() and word.isalpha()):
        return []
    stem = analysis.ENGLISH.stem(word)
    return _likeliest_first(
        word,
        (
            Known(other, count)
            for other in _one_slip_away(word)
            if (count := vocabulary.count(other)) and analysis.ENGLISH.stem(other) != stem
        ),
    )


def _likeliest_first(word: str, found: Iterable[Known]) -> list[Known]:
    """Sort by how common words are; letters are swapped more often than mistaken."""
    return sorted(found, key=lambda one: (-one.titles, not _is_swapped(word, one.word), one.word))


def _is_swapped(word: str, other: str) -> bool:
    return sorted(word) == sorted(other)


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


def _two_slips_away(word: str, vocabulary: Vocabulary) -> list[Known]:
    """Return the nearest words that begin with the same two letters."""
    words = zip(vocabulary.beginning_with(word[:2]), range(FAR_SEEN), strict=False)
    return _likeliest_first(
        word,
        (
            Known(other, count)
            for (other, count), _ in words
            if abs(len(other) - len(word)) <= 2 and _distance(word, other) <= 2
        ),
    )


def _distance(one: str, other: str) -> int:
    """Return how many letters must be added, removed or replaced (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, across in enumerate(other, 1):
            cost = min(row[j] + 1, row[j - 1] + 1, diagonal + (letter != across))
            diagonal, row[j] = row[j], cost
    return row[-1]
