"""What was asked, as weighted terms."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from community.search import analysis, languages
from community.search.documents import NOT_SAID

TEXT_MAX = 2_000  # characters of a query that are read
BODY_MAX = 8_000
TERMS_MAX = 256  # terms; the rarest of a longer text are hard to tell from its noise

BODY_WEIGHT = 0.6  # of a term in the details, next to one in the title
REPEATED = 1.2  # as k1 of BM25: how soon another mention in the query stops counting

PREFIX_MIN = 3  # characters of an unfinished word before it is completed
_UNFINISHED = re.compile(r"[^\W_]+$")
_ENGLISH_ALONE = frozenset({"en", NOT_SAID})  # `NOT_SAID` is read as English


@dataclass(frozen=True, slots=True)
class Query:
    """Terms with their weights, and the word that may still be being typed.

    A word has a stem in each language that the query may be in, and texts in other languages
    hold it as it is spelt ("bookmarks" in a Spanish one). ``instead_of`` gives for these the stem
    in the likeliest language, which they stand beside: together they are one word, as rare as
    all of them (Pirkola 1998, "The Effects of Query Structure and Dictionary Setups").
    """

    terms: dict[str, float]
    unfinished: str = ""
    languages: tuple[str, ...] = ("en",)  # the likeliest first
    instead_of: Mapping[str, str] = field(default_factory=dict)

    def is_stop_word(self, term: str) -> bool:
        """Tell whether a term says nothing in a language that the query may be in."""
        return term in _stop_words(self.languages)

    def completed(self, word: str) -> list[str]:
        """Return the terms of a word that the unfinished one may become."""
        terms = [term for one in _analyses(self.languages) for term in one.terms(word)]
        return list(dict.fromkeys(terms))


def parse(
    text: str, body: str = "", *, finished: bool = False, held: Mapping[str, int] | None = None
) -> Query:
    """Read what was typed.

    Args:
        text: the title or the words searched for.
        body: details, which weigh less.
        finished: the last word of ``text`` is meant as it stands.
        held: how many topics there are in each language, if that is known.
    """
    text, body = text[:TEXT_MAX], body[:BODY_MAX]
    spoken = _spoken(f"{text}\n{body}", held)
    first, *others = _analyses(spoken)
    if held is None or held.keys() - _ENGLISH_ALONE:
        others.append(analysis.AS_SPELT)
    weights: dict[str, float] = {}
    for part, weight in ((text, 1.0), (body, BODY_WEIGHT)):
        for term, count in Counter(first.terms(part)).items():
            repeated = count * (REPEATED + 1) / (count + REPEATED)
            weights[term] = weights.get(term, 0.0) + weight * repeated
    if len(weights) > TERMS_MAX:
        heaviest = sorted(weights, key=weights.__getitem__, reverse=True)[:TERMS_MAX]
        weights = {term: weights[term] for term in heaviest}
    instead_of = _others(f"{text}\n{body}", first, others, weights)
    weights |= {other: weights[term] for other, term in instead_of.items()}
    return Query(
        weights,
        unfinished="" if finished else _unfinished(text),
        languages=spoken,
        instead_of=instead_of,
    )


@lru_cache(maxsize=256)
def _analyses(spoken: tuple[str, ...]) -> tuple[analysis.Analysis, ...]:
    """Return the analysis of each language, the same one once."""
    return tuple(dict.fromkeys(map(analysis.of, spoken)))


@lru_cache(maxsize=256)
def _stop_words(spoken: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(one.stop_words for one in _analyses(spoken)))


def _spoken(text: str, held: Mapping[str, int] | None) -> tuple[str, ...]:
    """Return the languages to read a query in: the likely ones, and English.

    Texts of which nobody knows the language are analysed as English, and people write English
    words (names, errors, menus) in every language.
    """
    if held is None or not held.keys() - _ENGLISH_ALONE:
        return ("en",)
    return tuple(dict.fromkeys((*languages.likely(text, held), "en")))


def _others(
    text: str,
    first: analysis.Analysis,
    others: Collection[analysis.Analysis],
    known: Collection[str],
) -> dict[str, str]:
    """Return the stems that other languages give the words of ``text``, with those it has."""
    found: dict[str, str] = {}
    for other in others:
        for terms, their_terms in zip(first.by_token(text), other.by_token(text), strict=True):
            for position, term in enumerate(their_terms):
                main = terms[position] if len(terms) == len(their_terms) else "".join(terms[:1])
                if term not in known and main in known:
                    found.setdefault(term, main)
    return found


def _unfinished(text: str) -> str:
    found = _UNFINISHED.search(text)
    word = analysis.fold(found.group()) if found else ""
    return word if PREFIX_MIN <= len(word) <= analysis.WORD_MAX and word.isascii() else ""
