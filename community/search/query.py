"""What was asked, as weighted terms."""

import re
from collections import Counter
from dataclasses import dataclass

from community.search import analysis

TEXT_MAX = 2_000  # characters of a query that are read
BODY_MAX = 8_000
TERMS_MAX = 256  # terms; the rarest of a longer text are hard to tell from its noise

BODY_WEIGHT = 0.6  # of a term in the details, next to one in the title
REPEATED = 1.2  # as k1 of BM25: how soon another mention in the query stops counting

PREFIX_MIN = 3  # characters of an unfinished word before it is completed
_UNFINISHED = re.compile(r"[^\W_]+$")


@dataclass(frozen=True, slots=True)
class Query:
    """Terms with their weights, and the word that may still be being typed."""

    terms: dict[str, float]
    unfinished: str = ""


def parse(text: str, body: str = "", *, finished: bool = False) -> Query:
    """Read what was typed.

    Args:
        text: the title or the words searched for.
        body: details, which weigh less.
        finished: the last word of ``text`` is meant as it stands.
    """
    text, body = text[:TEXT_MAX], body[:BODY_MAX]
    weights: dict[str, float] = {}
    for part, weight in ((text, 1.0), (body, BODY_WEIGHT)):
        for term, count in Counter(analysis.ENGLISH.terms(part)).items():
            repeated = count * (REPEATED + 1) / (count + REPEATED)
            weights[term] = weights.get(term, 0.0) + weight * repeated
    if len(weights) > TERMS_MAX:
        heaviest = sorted(weights, key=weights.__getitem__, reverse=True)[:TERMS_MAX]
        weights = {term: weights[term] for term in heaviest}
    return Query(weights, unfinished="" if finished else _unfinished(text))


def _unfinished(text: str) -> str:
    found = _UNFINISHED.search(text)
    word = analysis.fold(found.group()) if found else ""
    return word if PREFIX_MIN <= len(word) <= analysis.WORD_MAX and word.isascii() else ""
