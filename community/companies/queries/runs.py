"""A text as runs of words that may be names, and the hosts in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from community.core.names import folded
from community.search.analysis import UNSPACED

WORDS_MAX = 150  # words of a text that are read
RUN_MAX = 4  # words of a name
RUN_OF_SIGNS = range(2, 9)  # signs of a name in a script without spaces
UNSPACED_MAX = 60  # signs of a stretch without spaces that are read
SHOUTED = 0.6  # share of words with a capital, from which capitals say nothing

_WORD = re.compile(r"[^\s/|]+")
_SENTENCE_END = re.compile(r"[.!?:…。！？]['\"”’)\]]*$")
_OPENING = "\"'“”‘’«»‹›([{<¿¡#@*_~`-–—"
_CLOSING = "\"'“”‘’«»‹›)]}>.,;:?!…*_~`-–—、。，！？：；"
_POSSESSIVE = re.compile(r"['’]s$")
_HOST = re.compile(
    r"(?<![\w.-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?![\w-])", re.IGNORECASE
)
_HAS_UNSPACED = re.compile(f"[{UNSPACED}]")


@dataclass(slots=True)
class Run:
    """Where a run of words stands in the text, and how it is written there."""

    words: str
    places: list[tuple[int, int]] = field(default_factory=list)  # numbers of words, from and to
    is_written_as_name: bool = False
    is_single: bool = True


def runs_in(text: str) -> dict[str, Run]:
    """Return the runs of words in ``text`` by their folded form."""
    found: dict[str, Run] = {}
    words = _WORD.findall(text)[:WORDS_MAX]
    shouted = sum(word[:1].isupper() for word in words) > SHOUTED * len(words)
    starts = [at == 0 or bool(_SENTENCE_END.search(words[at - 1])) for at in range(len(words))]
    for start in range(len(words)):
        for end in range(start + 1, min(start + RUN_MAX, len(words)) + 1):
            stripped = " ".join(words[start:end]).lstrip(_OPENING)
            as_name = not shouted and _is_written_as_name(words[start:end], starts[start])
            for written in _readings(stripped):
                run = found.setdefault(folded(written), Run(written))
                run.places.append((start, end))
                run.is_written_as_name |= as_name
                run.is_single &= end == start + 1
    for number, word in enumerate(words):
        if _HAS_UNSPACED.search(word):
            _add_stretches(found, word[:UNSPACED_MAX], number)
    found.pop("", None)
    return found


def _readings(run: str) -> set[str]:
    """Return what may be meant: with the mark at its end (Yahoo!), without it, without ``'s``."""
    bare = run.rstrip(_CLOSING)
    return {run.rstrip(_CLOSING.replace("!", "")), bare, _POSSESSIVE.sub("", bare)}


def _is_written_as_name(words: Sequence[str], begins_sentence: bool) -> bool:
    """Tell whether each word has a capital, and one of them where no sentence asks for it."""
    bare = [word.strip(_OPENING + _CLOSING) for word in words]
    if not all(any(char.isupper() for char in word) for word in bare):
        return False
    return not begins_sentence or any(char.isupper() for char in bare[0][1:])


def _add_stretches(found: dict[str, Run], word: str, number: int) -> None:
    """Add every short stretch of a word that may be several, in a script without spaces."""
    for length in RUN_OF_SIGNS:
        for start in range(len(word) - length + 1):
            written = word[start : start + length]
            run = found.setdefault(folded(written), Run(written, is_single=False))
            run.places.append((number, number + 1))


def hosts_in(text: str) -> dict[str, str]:
    """Return the hosts in ``text``, and what they are part of, each with the host as written."""
    found: dict[str, str] = {}
    for host in _HOST.findall(text):
        labels = host.lower().split(".")
        for at in range(len(labels) - 1):
            found.setdefault(".".join(labels[at:]), host)
    return found
