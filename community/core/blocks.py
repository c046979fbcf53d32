"""The blocks of a rendered text, as plain text: what a paragraph says, a step, a piece of code.

Reads the HTML that `community.core.markup` has made and nothing else; it repairs no broken HTML.
"""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser


class Kind(enum.Enum):
    """What a block is."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"  # of a list
    CODE = "code"
    QUOTE = "quote"  # words of somebody else


@dataclass(frozen=True, slots=True)
class Block:
    """A block that holds words.

    ``text`` has single spaces; a line break in it was written as one. Code is as it was typed.
    Of an item with several blocks, the first is the item. ``number`` is what stands before an
    item of a numbered list, else 0.
    """

    kind: Kind
    text: str
    number: int = 0


def blocks(html: str) -> list[Block]:
    """Return the blocks of rendered ``html`` in order, without empty ones.

    A picture is what is said in its place; the cells of a table's row stand in one block.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return reader.found


_HEADINGS = frozenset({"h3", "h4", "h5", "h6"})
_ENDING = frozenset({"p", "ul", "ol", "li", "tr", "hr", "table", "blockquote", "pre"}) | _HEADINGS
_SPACES = re.compile(r"[^\S\x00]+")
_AROUND_BREAKS = re.compile(r" ?\x00[ \x00]*")
_BREAK = "\x00"  # a line break that was written; no rendered text holds this sign


class _Reader(HTMLParser):
    """Collects the words of the innermost block that is open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Block] = []
        self._words: list[str] = []
        self._open: list[str] = []  # blocks around the words: "blockquote", "li", "pre" …
        self._next_numbers: list[int] = []  # of each list around; 0 in one without numbers
        self._item: int | None = None  # the number of an item that begins with the next block

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._words.append(_BREAK)
        elif tag == "img":
            self._words.append(f" {dict(attrs).get('alt') or ''} ")
        elif tag in {"td", "th"}:
            self._words.append(" ")
        elif tag in _ENDING:
            self.end_block()
            if tag != "hr":
                self._open.append(tag)
            self._begin_list(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _ENDING:
            return
        self.end_block()
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]
        if tag == "li":
            self._item = None
        elif tag in {"ul", "ol"} and self._next_numbers:
            self._next_numbers.pop()

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def end_block(self) -> None:
        """Keep what has been read since the last block ended."""
        kind = self._kind()
        text = "".join(self._words)
        self._words.clear()
        if kind is Kind.CODE:
            text = text.replace(_BREAK, "\n").strip("\n").rstrip()
        else:
            text = _SPACES.sub(" ", text).strip(f" {_BREAK}")
            text = _AROUND_BREAKS.sub("\n", text)
        if text:
            self.found.append(Block(kind, text, (self._item or 0) if kind is Kind.ITEM else 0))
            self._item = None

    def _begin_list(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self._next_numbers.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._item = self._next_numbers[-1] if self._next_numbers else 0
            if self._item:
                self._next_numbers[-1] += 1

    def _kind(self) -> Kind:
        if "blockquote" in self._open:
            return Kind.QUOTE
        if "pre" in self._open:
            return Kind.CODE
        if self._item is not None:
            return Kind.ITEM
        return Kind.HEADING if _HEADINGS.intersection(self._open) else Kind.TEXT
