"""The ``<row …/>`` elements of a data dump's file, without its tree in memory.

Expat is fed line by line. Where it stumbles, the lines that it has not made anything of
yet are tried one by one, the bad ones rejected, and it goes on behind them. A document
type is refused, so there are no entities to expand and nothing else to fetch.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat

from community.topics.importing.interchange import Place
from community.topics.importing.lines import LINE_MAX, Line, Lines
from community.topics.importing.report import Hopeless, Report

Row = Mapping[str, str]


def rows(lines: Lines, report: Report) -> Iterator[tuple[Place, Row]]:
    """Yield the attributes of each row, and where it ended.

    Raises:
        BrokenFile: the file cannot be read to its end.
        Hopeless: it declares a document type, or nothing in it can be used.
    """
    parser = _Parser()
    undone: list[Line] = []  # lines within a tag that is not closed yet
    size = 0  # bytes of them
    for line in lines:
        undone.append(line)
        size += len(line.content)
        is_sound = line.is_whole and size <= LINE_MAX and parser.feed(line.content + b"\n")
        found = parser.take()
        if is_sound and not parser.is_between:
            continue
        if not is_sound:
            found = []
            for each in undone:
                found += _alone(each, lines.name, report)
            parser.restart()
        for row in found:
            yield Place(lines.name, line.number, row), row
        undone, size = [], 0
    for each in undone:
        for row in _alone(each, lines.name, report):
            yield Place(lines.name, each.number, row), row


def _alone(line: Line, file: str, report: Report) -> list[Row]:
    """Return what a line holds by itself; reject it if that is not whole rows."""
    parser = _Parser()
    parser.restart()
    if not line.is_whole:
        report.reject(Place(file, line.number, line.decoded()), f"over {LINE_MAX:,} bytes")
    elif line.content.strip().startswith(b"</") or parser.is_whole(line.content):
        return parser.take()
    else:
        report.reject(Place(file, line.number, line.decoded()), f"not XML: {parser.error}")
    return []


class _Parser:
    """Expat, collecting rows. ``is_between`` tells whether the last line ended outside of a tag."""

    def __init__(self) -> None:
        self.is_between = False
        self.error = ""
        self._root = ""
        self._found: list[Row] = []
        self._begin()

    def feed(self, content: bytes) -> bool:
        """Parse more; return False, and say why in ``error``, if it is not well-formed."""
        self.is_between = False
        try:
            self._expat.Parse(content, False)
        except expat.ExpatError as error:
            self.error = expat.ErrorString(error.code)
            return False
        return True

    def is_whole(self, content: bytes) -> bool:
        """Parse rows and the end of the document after them."""
        return self.feed(content) and self.feed(f"</{self._root}>".encode())

    def take(self) -> list[Row]:
        """Return the rows found since the last time."""
        found, self._found = self._found, []
        return found

    def restart(self) -> None:
        """Begin anew within the root element."""
        root = self._root or "rows"
        self._begin()
        self.feed(f"<{root}>".encode())
        self._found = []

    def _begin(self) -> None:
        self._expat = expat.ParserCreate()
        self._expat.StartElementHandler = self._on_start
        self._expat.StartDoctypeDeclHandler = self._on_doctype
        self._expat.DefaultHandlerExpand = self._on_other

    def _on_start(self, tag: str, attributes: dict[str, str]) -> None:
        self._root = self._root or tag
        if tag == "row":
            self._found.append(attributes)

    def _on_other(self, content: str) -> None:
        # The end of a line is seen as such only outside of tags.
        self.is_between = content.endswith("\n")

    def _on_doctype(self, *_declared: Any) -> None:
        raise Hopeless("The file declares a document type, which a data dump never does.")
