"""From text to terms: the one analysis that indexing, scoring and highlighting share.

A term is what is looked up. Words are folded (compatibility forms, case, accents), freed of
spelling variants and stemmed by the rules of the text's language. Names with inner punctuation
or capitals (``sec_error_unknown_issuer``, ``57.0.7``, ``user.js``, ``about:config``,
``OneDrive``) give themselves and their parts. Scripts written without spaces give single
characters and pairs. Change anything that alters the terms of a text and `VERSION` must change.
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import snowballstemmer

from community.search import spellings
from community.search.stopwords import STOP_WORDS

VERSION = 3
WORD_MAX = 64  # characters; of longer runs only the beginning is a term

# Han, kana, Hangul, Thai, Lao, Burmese, Khmer: written without spaces, or with too few.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# Marks belong to the letter before them; \w lacks them, and with them the vowels of Devanagari.
_LETTER = rf"(?:[^\W_{UNSPACED}][\u0300-\u036f\u0900-\u0903\u093a-\u094f]*)"
_TOKEN = re.compile(
    rf"[{UNSPACED}]+|{_LETTER}+(?:[.:_@&'’-]{{1,2}}{_LETTER}+)*(?:\+\+|[+#](?!\w))?"
)
_UNSPACED_RUN = re.compile(rf"[{UNSPACED}]+")
_WORD = re.compile(rf"{_LETTER}+")
_LETTERS_AND_DIGITS = re.compile(r"\d+|[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_HUMP = re.compile(r"(?<=[a-z][a-z])(?=[A-Z])")  # in "OneDrive", not in "iPhone"
_ACCENTS = re.compile("[\u0300-\u036f]")
# Letters that Unicode does not take apart, as they are typed where keyboards lack them.
_STROKES = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t"}
    | {"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng"}
)


class Token(NamedTuple):
    """A stretch of the text, with the terms it stands for."""

    start: int
    end: int
    terms: tuple[str, ...]


def fold(text: str) -> str:
    """Make spellings of one word equal: compatibility forms, case, accents and digits."""
    if text.isascii():
        return text.lower()
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", _uncased(text)))
    text = _uncased(text).translate(_STROKES)
    return _DIGIT.sub(lambda digit: str(unicodedata.decimal(digit.group())), text)


def _uncased(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _as_it_is(word: str) -> str:
    return word


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What differs between languages.

    Args:
        stemmer: the name of the Snowball algorithm, "" for none.
        stop_words: folded.
        respell: makes spelling variants of a folded word equal.
        cut: takes what an apostrophe sets off from a folded token.
        latin_too: English words are stemmed as such, for they stand out: the language has
            letters of its own.
    """

    stemmer: str = ""
    stop_words: frozenset[str] = frozenset()
    respell: Callable[[str], str] = _as_it_is
    cut: Callable[[str], str] = spellings.without_possessive
    latin_too: bool = False


class Analysis:
    """The rules of one language at work.

    Stop words are terms like others, for "how" and "why" tell questions apart; but they find
    nothing by themselves (`engines` keep no postings for them).
    """

    def __init__(self, rules: Rules, *, remembered: int = 20_000) -> None:
        """Analyse by ``rules``, and remember the terms of as many different tokens."""
        self.stop_words = rules.stop_words
        self._rules = rules
        self._cached = lru_cache(maxsize=remembered)(self.analyse)

    def stem(self, word: str) -> str:
        """Return the stem of a word without accents."""
        if self._rules.latin_too and word.isascii():
            return _snowball("english", spellings.american(word))
        return _snowball(self._rules.stemmer, self._rules.respell(word))

    def tokens(self, text: str) -> Iterator[Token]:
        """Yield the tokens of ``text`` in order."""
        for match in _TOKEN.finditer(text):
            if terms := self._terms(match.group()):
                yield Token(match.start(), match.end(), terms)

    def tokens_with(self, text: str, wanted: Collection[str]) -> list[Token]:
        """Return the stretches of ``text`` that stand for one of the terms ``wanted``.

        They are tokens, or of a run without spaces the parts that are wanted: pairs, and single
        characters only if no pair is wanted.
        """
        wanted = frozenset(wanted)
        found = []
        for match in _TOKEN.finditer(text):
            terms = self._terms(match.group())
            if wanted.isdisjoint(terms):
                continue
            if _UNSPACED_RUN.fullmatch(match.group()):
                found += _parts_of_run(match, wanted)
            else:
                found.append(Token(match.start(), match.end(), terms))
        return found

    def terms(self, text: str) -> list[str]:
        """Return the terms of ``text`` in order, repeated as often as they occur."""
        return [term for token in _TOKEN.findall(text) for term in self._terms(token)]

    def by_token(self, text: str) -> list[tuple[str, ...]]:
        """Return the terms of each token of ``text``; the tokens are those of every language."""
        return [self._terms(token) for token in _TOKEN.findall(text)]

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
        terms = [term for piece in pieces for term in self._piece(piece)]
        if token.isascii():
            terms += self._humps(token)
        else:
            terms += self._accented(token)
        return tuple(dict.fromkeys(terms))

    def _piece(self, folded: str) -> Iterable[str]:
        if _UNSPACED_RUN.match(folded):
            return _characters_and_pairs(folded)
        folded = self._rules.cut(folded.replace("’", "'")).replace("'", "")
        parts = _WORD.findall(folded)
        if parts == [folded]:
            return self._word(folded)
        whole = self._word("".join(parts)) if _is_spelt_apart(folded) else (folded[:WORD_MAX],)
        return (*whole, *(term for part in parts for term in self._word(part)))

    def _word(self, word: str) -> tuple[str, ...]:
        """Return the terms of a folded word without punctuation."""
        word = word[:WORD_MAX]
        if not _DIGIT.search(word):
            return (self._stemmed(word),)
        parts = _LETTERS_AND_DIGITS.findall(word)
        if len(parts) == 2 and "".join(parts) == word:  # "windows10" is also "windows 10"
            return (word, *(self._stemmed(part) for part in parts))
        return (word,)

    def _humps(self, token: str) -> Iterable[str]:
        """Yield the terms of the parts of a name like "OneDrive", which others write apart."""
        parts = _HUMP.split(token)
        if len(parts) > 1:
            for part in parts:
                yield from self._piece(part.lower()) if len(part) > 1 else ()

    def _accented(self, token: str) -> Iterable[str]:
        """Yield the stem of the word as it is spelt, where that differs.

        Stemmers know endings by their accents ("ações"), which half of the people leave out: so
        a word is found both by how it is spelt and by its letters alone.
        """
        word = _uncased(token)
        if word.isalpha() and len(word) <= WORD_MAX and fold(word) not in self.stop_words:
            stem = fold(_snowball(self._rules.stemmer, word))
            if stem and stem not in self.stop_words and _WORD.fullmatch(stem):
                yield stem

    def _stemmed(self, word: str) -> str:
        """Return the stem, except where a stop word would meet another word ("can", "canned")."""
        if word in self.stop_words or (stem := self.stem(word)) in self.stop_words:
            return word
        return stem or word


def _is_spelt_apart(folded: str) -> bool:
    """Tell "add-on" and "e-mail", which others write as one word, from "x86-64"."""
    return folded.replace("-", "").isalpha()


def _characters_and_pairs(run: str) -> tuple[str, ...]:
    return (*run, *(run[i : i + 2] for i in range(len(run) - 1)))


def _parts_of_run(run: re.Match[str], wanted: frozenset[str]) -> list[Token]:
    """Return the stretches of a run without spaces that are wanted, or all of it.

    Folding may make a run longer or shorter; then nobody can say which part is which.
    """
    folded = fold(run.group())
    if len(folded) != len(run.group()):
        return [Token(run.start(), run.end(), _characters_and_pairs(folded))]
    by_pairs = any(len(term) == 2 and _UNSPACED_RUN.fullmatch(term) for term in wanted)
    size = 2 if by_pairs else 1
    found: list[Token] = []
    for at in range(len(folded) - size + 1):
        term = folded[at : at + size]
        if term not in wanted:
            continue
        start, end = run.start() + at, run.start() + at + size
        if found and start <= found[-1].end:
            start, terms = found[-1].start, found.pop().terms
            found.append(Token(start, end, (*terms, term)))
        else:
            found.append(Token(start, end, (term,)))
    return found


class _Stemmers(threading.local):
    """A stemmer keeps the word it works on, so every thread has its own."""

    def __init__(self) -> None:
        self.by_name: dict[str, Callable[[str], str]] = {"": _as_it_is}


_stemmers = _Stemmers()


def _snowball(name: str, word: str) -> str:
    stem = _stemmers.by_name.get(name)
    if stem is None:
        stem = _stemmers.by_name[name] = snowballstemmer.stemmer(name).stemWord
    return stem(word)


_ENGLISH = Rules(stemmer="english", stop_words=STOP_WORDS["en"], respell=spellings.american)
_RULES = {
    "en": _ENGLISH,
    "ar": Rules(stemmer="arabic", latin_too=True),
    "bg": Rules(latin_too=True),
    "ca": Rules(stemmer="catalan", cut=spellings.without_article),
    "cs": Rules(stemmer="czech", stop_words=STOP_WORDS["cs"]),
    "da": Rules(stemmer="danish"),
    "de": Rules(stemmer="german", stop_words=STOP_WORDS["de"]),
    "el": Rules(stemmer="greek", latin_too=True),
    "es": Rules(stemmer="spanish", stop_words=STOP_WORDS["es"]),
    "fa": Rules(stemmer="persian", latin_too=True),
    "fi": Rules(stemmer="finnish", stop_words=STOP_WORDS["fi"]),
    "fr": Rules(stemmer="french", stop_words=STOP_WORDS["fr"], cut=spellings.without_article),
    "he": Rules(latin_too=True),
    "hi": Rules(stemmer="hindi", latin_too=True),
    "hr": Rules(stemmer="serbian", stop_words=STOP_WORDS["sr"]),
    "hu": Rules(stemmer="hungarian", stop_words=STOP_WORDS["hu"]),
    "id": Rules(stemmer="indonesian", stop_words=STOP_WORDS["id"]),
    "it": Rules(stemmer="italian", stop_words=STOP_WORDS["it"], cut=spellings.without_article),
    "nl": Rules(stemmer="dutch", stop_words=STOP_WORDS["nl"]),
    "no": Rules(stemmer="norwegian"),
    "pl": Rules(stemmer="polish"),
    "pt": Rules(stemmer="portuguese", stop_words=STOP_WORDS["pt"]),
    "ro": Rules(stemmer="romanian"),
    "ru": Rules(stemmer="russian", latin_too=True),
    "sk": Rules(),
    "sl": Rules(stop_words=STOP_WORDS["sl"]),
    "sr": Rules(stemmer="serbian", stop_words=STOP_WORDS["sr"], respell=spellings.latin_serbian),
    "sv": Rules(stemmer="swedish"),
    "tr": Rules(stemmer="turkish", stop_words=STOP_WORDS["tr"], cut=spellings.without_case),
    "uk": Rules(latin_too=True),
    "vi": Rules(),
}

STOP_WORDS_OF_ALL = frozenset().union(*(rules.stop_words for rules in _RULES.values()))
"""Terms without postings in texts of some language; their frequencies are estimated."""


@cache
def of(language: str) -> Analysis:
    """Return the analysis of texts in a language.

    Args:
        language: its primary subtag. Of a language without rules, and of texts of which nobody
            knows the language, the words are taken for English; Chinese, Japanese and Korean
            need no rules but those for the English words among theirs.
    """
    if language == "en":
        return Analysis(_ENGLISH, remembered=100_000)
    rules = _RULES.get(language)
    return Analysis(rules) if rules else of("en")


ENGLISH = of("en")
AS_SPELT = Analysis(Rules())
"""What words of one language are to the rules of most others: not stemmed."""
