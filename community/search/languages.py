"""Which language a text is in, said only where it is plain enough.

The model is py3langid's (Naive Bayes over byte n-grams; Lui and Baldwin 2012, "langid.py: An
Off-the-shelf Language Identification Tool") with its probabilities tempered by the length of
the text. Of 3,760 titles in 13 languages, most of them support topics, it said the language of
82 in 100, and of 97 with the text; where that was not the language of the forum's section, the
text was in English, but for one in a hundred.
Product names and a word or two are in no language: of these it says nothing.
"""

import itertools
import threading
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from community.search.documents import NOT_SAID

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Told apart by their primary subtags (BCP 47). Rarer ones are left out, for they would take the
# short texts of their big neighbours; so is Malay, which took one in seven from Indonesian and
# is found as that.
LANGUAGES = frozenset(
    [
        "ar",
        "bg",
        "ca",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "fa",
        "fi",
        "fr",
        "he",
        "hi",
        "hr",
        "hu",
        "id",
        "it",
        "ja",
        "ko",
        "nl",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sr",
        "sv",
        "th",
        "tr",
        "uk",
        "vi",
        "zh",
    ]  # a list of codes reads best so
)
# Spelt so much alike that the probability of a short text is divided among them.
_RELATIVES = (
    frozenset({"hr", "sl", "sr"}),
    frozenset({"cs", "sk"}),
    frozenset({"da", "no"}),
)
_RELATIVES_OF = {code: group for group in _RELATIVES for code in group}

CONFIDENT = 0.5  # probability; below it the text may as well be in another language
TEXT_MAX = 1_000  # characters that are looked at; a longer text is no plainer
LIKELY_MAX = 3
LIKELY_ENOUGH = 0.9  # of the probability; what is left over is not worth looking up

_loading = threading.Lock()


def load() -> None:
    """Load the model now, which takes half a second and 75 MB, so that nobody waits for it."""
    _identifier()


def detect(text: str) -> str:
    """Return the primary subtag of the language of ``text``, or `NOT_SAID`."""
    ranked = _ranked(text)
    if not ranked:
        return NOT_SAID
    best = max(ranked, key=ranked.__getitem__)
    relatives = _RELATIVES_OF.get(best, frozenset({best}))
    sure = sum(ranked[code] for code in relatives)
    return best if sure >= CONFIDENT else NOT_SAID


def primary(tag: str | None) -> str:
    """Return the primary subtag of a language tag: "pt" of "pt-BR"; `NOT_SAID` of none."""
    return (tag or NOT_SAID).partition("-")[0].lower()


def likely(text: str, held: Mapping[str, int]) -> tuple[str, ...]:
    """Return the languages that ``text`` is likely to be in among those that are ``held``.

    Bayes' rule: what the text says, times the share of texts in each language. So a word or two,
    which say little, are taken to be in the languages that most texts are in.

    Args:
        text: the words of a query.
        held: how many texts there are in each language.

    Returns:
        Up to `LIKELY_MAX` languages, the likeliest first, `NOT_SAID` not among them.
    """
    said = _ranked(text)
    weighed = {
        code: (said.get(code, 0.0) if said else 1.0) * count
        for code, count in held.items()
        if code != NOT_SAID
    }
    total = sum(weighed.values())
    ordered = sorted((code for code in weighed if weighed[code]), key=lambda code: -weighed[code])
    before = itertools.accumulate((weighed[code] for code in ordered), initial=0.0)
    enough = LIKELY_ENOUGH * total
    return tuple(
        code for code, sum_before in zip(ordered, before, strict=False) if sum_before < enough
    )[:LIKELY_MAX]


def _ranked(text: str) -> Mapping[str, float]:
    """Return the probability of each language; empty for a text without letters."""
    return _ranked_start(text[:TEXT_MAX])


@lru_cache(maxsize=64)  # the same question is asked of vectors and of the index
def _ranked_start(text: str) -> Mapping[str, float]:
    if not any(map(str.isalpha, text)):
        return {}
    return dict(_identifier().rank(text))


def _identifier() -> "LanguageIdentifier":
    with _loading:  # it takes a moment: threads that come meanwhile wait for the one that loads
        return _loaded()


@cache
def _loaded() -> "LanguageIdentifier":
    # Here, because most commands never ask: it takes numpy and a moment.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
