"""What an import did and did not do: counts, notes, and the file of rejected rows."""

import enum
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

from community.topics.importing.interchange import Place
from community.topics.models import TAGS_MAX, TITLE_MAX

ROW_MAX = 100_000  # characters of a rejected row that are kept
HOPELESS = 200  # rows rejected before any was good: this is some other file


class Note(enum.StrEnum):
    """What was changed or left out on purpose; said at the end, followed by its number."""

    TITLE = f"Titles cut at {TITLE_MAX} characters, with the whole in front of the text"
    TEXT = "Texts that were too long, cut and marked […]"
    TAGS = f"Tags left out, beyond {TAGS_MAX} on one topic"
    ACCEPTED = "Accepted answers to ideas and praise, taken as replies"
    QUESTION_VOTES = "Votes on questions left out: topics are not voted on here"
    OTHER_VOTES = "Bookmarks, bounties, flags and other marks left out"
    LOST_VOTES = "Votes left out, on posts that are not in the dump"
    QUESTION_COMMENTS = "Comments on questions left out: comments hang below replies here"
    LOST_COMMENTS = "Comments left out, on posts that are not in the dump"
    OTHER_POSTS = "Posts left out that are no question and no answer"


class Hopeless(Exception):
    """Nothing in a file can be used."""


class Report:
    """Counts what happens. Rejected rows go to a file, which is made for the first of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.added: Counter[str] = Counter()
        self.known: Counter[str] = Counter()
        self.notes: Counter[Note] = Counter()
        self.rejected = 0
        self._is_hopeless = True
        self._file: TextIOWrapper | None = None

    @contextmanager
    def open(self) -> Iterator["Report"]:
        """Close the file of rejected rows in the end."""
        try:
            yield self
        finally:
            if self._file is not None:
                self._file.close()
                self._file = None

    def good(self) -> None:
        """Note that a row could be used."""
        self._is_hopeless = False

    def reject(self, place: Place, reason: str) -> None:
        """Write a row to the file of rejected rows.

        Args:
            reason: the end of a sentence that begins with the row.

        Raises:
            Hopeless: the first `HOPELESS` rows were all rejected.
        """
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8", errors="backslashreplace")
        row = place.row
        if isinstance(row, str) and len(row) > ROW_MAX:
            row = f"{row[:ROW_MAX]} …"
        told = {"file": place.file, "line": place.line, "reason": reason, "row": row}
        self._file.write(json.dumps(told, ensure_ascii=False) + "\n")
        self._file.flush()  # what is written stays if we are killed
        self.rejected += 1
        if self._is_hopeless and self.rejected >= HOPELESS:
            raise Hopeless(f"The first {HOPELESS} rows of {place.file} cannot be used: {reason}")
