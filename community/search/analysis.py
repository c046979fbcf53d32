"""From text to terms: the one analysis that indexing, scoring and highlighting share.

A term is what is looked up. Words are folded (compatibility forms, case, accents) and stemmed.
Names with inner punctuation (``sec_error_unknown_issuer``, ``57.0.7``, ``user.js``,
``about:config``) give themselves and their parts. Scripts written without spaces give single
characters and pairs. Change anything that alters the terms of a text and `VERSION` must change.
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

from community.search.stopwords import ENGLISH_STOP_WORDS

VERSION = 1
WORD_MAX = 64  # characters; of longer runs only the beginning is a term

# Han, kana, Hangul, Thai, Lao, Burmese, Khmer: written without spaces, or with too few.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# Marks belong to the letter before them; \w lacks them, and with them the vowels of Devanagari.
_LETTER = rf"(?:[^\W_{UNSPACED}][\u0300-\u036f\u0900-\u0903\u093a-\u094f]*)"
_TOKEN = re.compile(rf"[{UNSPACED}]+|{_LETTER}+(?:[.:_@'’-]{{1,2}}{_LETTER}+)*(?:\+\+|#(?!\w))?")
_UNSPACED_RUN = re.compile(rf"[{UNSPACED}]+")
_WORD = re.compile(rf"{_LETTER}+")
_LETTERS_AND_DIGITS = re.compile(r"\d+|[^\W\d_]+")
_ACCENTS = re.compile("[\u0300-\u036f]")


class Token(NamedTuple):
    """A stretch of the text, with the terms it stands for."""

    start: int
    end: int
    terms: tuple[str, ...]


def fold(text: str) -> str:
    """Make spellings of one word equal: compatibility forms, case and accents."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", text).casefold()


class Analysis:
    """The rules of one language.

    Stop words are terms like others, for "how" and "why" tell questions apart; but they find
    nothing by themselves (`engines` keep no postings for them).
    """

    def __init__(self, *, stem: Callable[[str], str], stop_words: frozenset[str]) -> None:
        self.stem = stem
        self.stop_words = stop_words
        self._cached = lru_cache(maxsize=100_000)(self.analyse)

    def tokens(self, text: str) -> Iterator[Token]:
        """Yield the tokens of ``text`` in order."""
        for match in _TOKEN.finditer(text):
            if terms := self._terms(match.group()):
                yield Token(match.start(), match.end(), terms)

    def tokens_with(self, text: str, wanted: Collection[str]) -> list[Token]:
        """Return the tokens of ``text`` that stand for one of the terms ``wanted``."""
        wanted = frozenset(wanted)
        return [
            Token(match.start(), match.end(), terms)
            for match in _TOKEN.finditer(text)
            if not wanted.isdisjoint(terms := self._terms(match.group()))
        ]

    def terms(self, text: str) -> list[str]:
        """Return the terms of ``text`` in order, repeated as often as they occur."""
        return [term for token in _TOKEN.findall(text) for term in self._terms(token)]

    def words(self, text: str) -> list[str]:
        """Return the folded words of ``text`` as they are spelt, for completion and correction."""
        return [
            word[:WORD_MAX]
            for token in _TOKEN.findall(text)
            for word in _WORD.findall(fold(token))
            if len(word) > 2 and word not in self.stop_words and not word.isdigit()
        ]

    def _terms(self, token: str) -> tuple[str, ...]:
        # Long tokens are seldom seen twice: they would only push others out of the cache.
        return self._cached(token) if len(token) <= WORD_MAX else self.analyse(token)

    def analyse(self, token: str) -> tuple[str, ...]:
        """Return the terms of one token."""
        folded = fold(token)
        # Folding may turn one token into several, as it does with "㍿" and "½".
        pieces = [folded] if folded.isascii() else _TOKEN.findall(folded)
        return tuple(dict.fromkeys(term for piece in pieces for term in self._piece(piece)))

    def _piece(self, folded: str) -> Iterable[str]:
        if _UNSPACED_RUN.match(folded):
            return _characters_and_pairs(folded)
        folded = folded.replace("’", "'").removesuffix("'s").replace("'", "")
        parts = _WORD.findall(folded)
        if parts == [folded]:
            return self._word(folded)
        whole = self._word("".join(parts)) if _is_spelt_apart(folded) else (folded[:WORD_MAX],)
        return (*whole, *(term for part in parts for term in self._word(part)))

    def _word(self, word: str) -> tuple[str, ...]:
        """Return the terms of a folded word without punctuation."""
        word = word[:WORD_MAX]
        if word.isalpha():
            return (self._stemmed(word),)
        parts = _LETTERS_AND_DIGITS.findall(word)
        if len(parts) == 2 and parts[0].isalpha():  # "windows10" is also "windows 10"
            return (word, self._stemmed(parts[0]), parts[1])
        return (word,)

    def _stemmed(self, word: str) -> str:
        """Return the stem, except where a stop word would meet another word ("can", "canned")."""
        if word in self.stop_words or (stem := self.stem(word)) in self.stop_words:
            return word
        return stem


def _is_spelt_apart(folded: str) -> bool:
    """Tell "add-on" and "e-mail", which others write as one word, from "x86-64"."""
    return folded.replace("-", "").isalpha()


def _characters_and_pairs(run: str) -> tuple[str, ...]:
    return (*run, *(run[i : i + 2] for i in range(len(run) - 1)))


class _Stemmers(threading.local):
    """A stemmer keeps the word it works on, so every thread has its own."""

    def __init__(self) -> None:
        self.english = snowballstemmer.stemmer("english")


_stemmers = _Stemmers()


def stem_english(word: str) -> str:
    """Return the Snowball (Porter 2) stem of a folded word."""
    stem: str = _stemmers.english.stemWord(word)
    return stem


ENGLISH = Analysis(stem=stem_english, stop_words=ENGLISH_STOP_WORDS)


def of(language: str) -> Analysis:  # noqa: ARG001  # every language shares the English rules
    """Return the analysis of texts in a language, given by its primary subtag ("en", "zh")."""
    return ENGLISH
