"""The lines of a file, one at a time: plain or gzipped, from a path or standard input."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, cast

LINE_MAX = 16 * 1024 * 1024  # bytes; more is no row of anything
STANDARD_INPUT = "-"
_GZIP = b"\x1f\x8b"


class BrokenFile(Exception):
    """A compressed file ends early or is damaged; what came before could be read."""


class Line(NamedTuple):
    """A line without its end. ``is_whole`` is false when it has more than `LINE_MAX` bytes."""

    number: int  # from 1
    content: bytes
    is_whole: bool

    def decoded(self) -> str:
        """Return the line as text, with a sign for each byte that is none."""
        return self.content.decode("utf-8", "backslashreplace")


class Lines:
    """Iterate over the lines; a context manager that closes the file."""

    def __init__(self, path: str) -> None:
        self.name = "standard input" if path == STANDARD_INPUT else Path(path).name
        self.size = None if path == STANDARD_INPUT else Path(path).stat().st_size
        self._path = path

    def __enter__(self) -> Self:
        if self._path == STANDARD_INPUT:
            self._raw = _peekable(sys.stdin.buffer)
        else:
            self._raw = Path(self._path).open("rb")
        is_gzipped = self._raw.peek(2).startswith(_GZIP)
        self._file = cast(BinaryIO, gzip.open(self._raw)) if is_gzipped else self._raw
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if self._path != STANDARD_INPUT:
            self._raw.close()

    def __iter__(self) -> Iterator[Line]:
        """Yield each line.

        Raises:
            BrokenFile: the compressed file cannot be read any further.
        """
        number = 0
        try:
            while content := self._file.readline(LINE_MAX):
                number += 1
                is_whole = content.endswith(b"\n") or len(content) < LINE_MAX
                if not is_whole:
                    self._skip_line()
                yield Line(number, content.rstrip(b"\r\n"), is_whole)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BrokenFile(
                f"{self.name} is damaged or ends early, after line {number:,}"
            ) from error

    def position(self) -> int:
        """Return how many bytes of the file were read, compressed as they are."""
        return 0 if self.size is None else self._raw.tell()

    def _skip_line(self) -> None:
        while (piece := self._file.readline(LINE_MAX)) and not piece.endswith(b"\n"):
            pass


def _peekable(stream: BinaryIO) -> io.BufferedReader:
    if isinstance(stream, io.BufferedReader):
        return stream
    return io.BufferedReader(cast(io.RawIOBase, stream))
