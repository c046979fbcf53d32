"""The answer shown: which reply answers a question best, by its words, and which passage of it.

Both are judged without knowing a language: by how much of the question they speak of, how much
they say, whether they ask back, and where they stand. Whom to trust is for the caller to say, who
knows the verdicts. The weights were fitted on labelled replies; docs/search.md tells how, and
``community eval answers`` measures them.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from community.core.blocks import Block, Kind, blocks
from community.search import analysis, sentences

LENGTH = 400  # characters of a passage
UNITS_MAX = 200  # sentences, items and pieces of code of a reply that are looked at
HTML_MAX = 20_000  # characters of a reply that are looked at
ELLIPSIS = "…"
QUESTION_MAX = 2_000  # characters of the title and of the details that are looked at

BODY_WEIGHT = 0.6  # of a word in the details, next to one in the title
LEAD = 0.1  # what the beginning of a reply is worth, as a share of the question spoken of

# What speaks for a reply, as in logistic regression.
FOR_LENGTH = 1.0  # for each natural logarithm of its terms
FOR_PLACE = 2.0  # divided by its place
FOR_COVER = 2.0  # times the share of the question that it speaks of
AGAINST_QUESTIONS = 3.0  # times the share of its sentences that ask back

_OVERHEAD = 4  # characters for an ellipsis and a space at either end
_CLAUSE = re.compile(r"[,;:，；：、]\s*|\s+")
_ANNOUNCING = (":", "：")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of one block of a reply, with the sign or number that stands before an item."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences, items and pieces of code that follow each other in a reply.

    An ellipsis stands for what comes before them and after.
    """

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """Return it as plain text of at most `LENGTH` characters, a block a line."""
        return "\n".join(part.text for part in self.parts)


class Question:
    """What is asked, as weighted words; stop words say nothing here."""

    def __init__(self, title: str = "", body: str = "", *, language: str = "") -> None:
        """Read the words.

        Args:
            title: what was typed.
            body: its details, which weigh less.
            language: of the replies that it is compared with, see `Reply`.
        """
        self.language = language
        rules = analysis.of(language)
        self._weights = dict.fromkeys(_words(rules.terms(body[:QUESTION_MAX]), rules), BODY_WEIGHT)
        self._weights |= dict.fromkeys(_words(rules.terms(title[:QUESTION_MAX]), rules), 1.0)
        self._total = sum(self._weights.values())

    def cover(self, words: frozenset[str]) -> float:
        """Return how much of the question ``words`` speak of, from 0 to 1."""
        if not self._total:
            return 0.0
        return sum(self._weights[word] for word in words & self._weights.keys()) / self._total


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is shown whole or not at all: a sentence, a piece of code."""

    place: int  # of its block
    start: int  # characters of the block's text
    end: int
    words: frozenset[str]


class Reply:
    """A reply, taken apart once: into blocks, and these into what is shown whole."""

    def __init__(self, html: str, language: str = "") -> None:
        """Take a reply apart.

        Args:
            html: as `community.core.markup` renders it.
            language: of its words, by the primary subtag ("en"), or "" if nobody knows.
        """
        if len(html) > HTML_MAX:  # up to where its last tag begins
            html = html[:HTML_MAX].rpartition("<")[0] or html[:HTML_MAX]
        found = blocks(html)
        own = [block for block in found if block.kind is not Kind.QUOTE]
        self.blocks = own or found  # who only quotes says it in somebody else's words
        self._rules = analysis.of(language)
        self.units: list[_Unit] = []
        self._size = 0  # terms, repeated ones too
        self._said = self._asked = 0  # sentences
        for place, block in enumerate(self.blocks):
            self._take(place, block)

    def _take(self, place: int, block: Block) -> None:
        is_code = block.kind is Kind.CODE
        whole = [(0, len(block.text))]
        for start, end in whole if is_code else sentences.spans(block.text):
            if len(self.units) == UNITS_MAX:
                return
            text = block.text[start:end]
            terms = self._rules.terms(text)
            self.units.append(_Unit(place, start, end, _words(terms, self._rules)))
            self._size += len(terms)
            self._said += not is_code
            self._asked += not is_code and sentences.is_question(text)

    def fit(self, question: Question, place: int) -> float:
        """Return how likely the reply answers the question, as log-odds up to a constant.

        Args:
            question: what is asked.
            place: of the reply among those of its topic, from 1: by trust, then by time.
        """
        words = frozenset().union(*(unit.words for unit in self.units))
        return (
            FOR_LENGTH * math.log1p(self._size)
            + FOR_PLACE / place
            + FOR_COVER * question.cover(words)
            - AGAINST_QUESTIONS * self._asked / max(1, self._said)
        )

    def passage(self, question: Question, *, length: int = LENGTH) -> Passage:
        """Return the passage that speaks of most of the question; of equals, the earlier.

        Sentences are whole. Code that does not fit is left out, and only where nothing fits at
        all is something cut: a sentence at a word, code at a line.

        Args:
            question: what is asked. If it is empty, the passage is the beginning.
            length: characters at most, ellipses included.
        """

        def worth(window: tuple[int, int]) -> float:
            start, end = window
            words = frozenset().union(*(unit.words for unit in self.units[start:end]))
            return question.cover(words) + LEAD / (1 + start)

        windows = list(self._windows(length))
        if not windows:
            return _cut(self.blocks, length)
        return self._shown(*max(windows, key=worth))

    def _windows(self, length: int) -> Iterator[tuple[int, int]]:
        """Yield, for each unit that fits, how far one can go on from it: first unit, and last + 1.

        What only announces ("Do this:") does not end a passage.
        """
        for first in range(len(self.units)):
            size = _OVERHEAD
            last = first
            while last < len(self.units):
                size += self._added(last, is_first=last == first)
                if size > length:
                    break
                last += 1
            while last - first > 1 and last < len(self.units) and self._announces(last - 1):
                last -= 1
            if last > first:
                yield first, last

    def _added(self, number: int, *, is_first: bool) -> int:
        """Return how many characters a unit adds, with what separates it from the one before."""
        unit = self.units[number]
        if is_first:
            return unit.end - unit.start + len(self._marker(unit))
        before = self.units[number - 1]
        if unit.place == before.place:
            return unit.end - before.end
        return 1 + unit.end - unit.start + len(self._marker(unit))

    def _announces(self, number: int) -> bool:
        unit = self.units[number]
        block = self.blocks[unit.place]
        return block.kind is Kind.HEADING or block.text.endswith(_ANNOUNCING, 0, unit.end)

    def _marker(self, unit: _Unit) -> str:
        block = self.blocks[unit.place]
        if block.kind is not Kind.ITEM or unit.start:
            return ""
        return f"{block.number}. " if block.number else "• "

    def _shown(self, first: int, last: int) -> Passage:
        parts = []
        shown = self.units[first:last]
        for place in dict.fromkeys(unit.place for unit in shown):
            block = self.blocks[place]
            here = [unit for unit in shown if unit.place == place]
            text = self._marker(here[0]) + block.text[here[0].start : here[-1].end]
            parts.append(Part(block.kind, text))
        if first:
            parts = _opened(parts)
        if last < len(self.units):
            parts = _left_open(parts)
        return Passage(tuple(parts))


def best(replies: Sequence[Reply], question: Question) -> int:
    """Return which of some replies to a topic answers the question best: its index.

    Args:
        replies: in the order of trust, then of time; at least one.
        question: what is asked.
    """
    fits = [reply.fit(question, place) for place, reply in enumerate(replies, 1)]
    return max(range(len(replies)), key=fits.__getitem__)


@lru_cache(maxsize=500)  # some 10 MB: who types sees the same topics again at the next letter
def read(html: str, language: str = "") -> Reply:
    """Return a reply, taken apart; see `Reply`. It is not to be changed."""
    return Reply(html, language)


def _words(terms: Iterable[str], rules: analysis.Analysis) -> frozenset[str]:
    """Return the different terms, without stop words."""
    return frozenset(terms) - rules.stop_words


def _opened(parts: list[Part]) -> list[Part]:
    head, *others = parts
    if head.kind is Kind.CODE:
        return [Part(Kind.TEXT, ELLIPSIS), *parts]
    return [Part(head.kind, f"{ELLIPSIS} {head.text}"), *others]


def _left_open(parts: list[Part]) -> list[Part]:
    *others, tail = parts
    if tail.kind is Kind.CODE:
        return [*parts, Part(Kind.TEXT, ELLIPSIS)]
    return [*others, Part(tail.kind, f"{tail.text} {ELLIPSIS}")]


def _cut(of: Sequence[Block], length: int) -> Passage:
    """Return the beginning of what is too long to be shown whole, rather words than code."""
    if not of:
        return Passage(())
    block = next((block for block in of if block.kind is not Kind.CODE), of[0])
    text = block.text[: length - _OVERHEAD]
    if len(text) == len(block.text):
        return Passage((Part(block.kind, text),))
    if block.kind is Kind.CODE:
        whole_lines = text.rpartition("\n")[0] or text
        return Passage((Part(Kind.CODE, whole_lines), Part(Kind.TEXT, ELLIPSIS)))
    ends = [clause.start() for clause in _CLAUSE.finditer(text, length // 2)]
    return Passage((Part(block.kind, f"{text[: ends[-1]] if ends else text} {ELLIPSIS}"),))
