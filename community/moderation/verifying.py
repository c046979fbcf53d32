"""Checks a public log row by row, and names the first that is broken, and how.

Pure: it needs no database, no application and nothing but Python's standard library, so that
whoever does not trust a site can check its log with this file and `chain.py` beside it.

An exported log is a file of JSON lines, each in the canonical form of RFC 8785. The first and the
last line are the same and name the head, which is the newest row and its digest; between them
stands a line for each row, with the texts that it is committed to (``null``: redacted)::

    {"format":"common-ground-log/1","head":{"digest":"a3…","seq":2},"site":"https://…"}
    {"digest":"51…","row":{…},"texts":{"reason":{"salt":"0b…","text":"Sells pills."}}}
    {"digest":"a3…","row":{…},"texts":{"reason":null}}
    {"format":"common-ground-log/1","head":{"digest":"a3…","seq":2},"site":"https://…"}
"""

import enum
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from community.moderation import chain

FORMAT = "common-ground-log/1"
_FIELDS = "action at commitments company details previous role rule seq target"
FIELDS = frozenset(_FIELDS.split())
_HEAD = re.compile(r"(\d{1,15}):([0-9a-f]{64})", re.ASCII)
_SALT = re.compile(r"[0-9a-f]{32}", re.ASCII)


class Fault(enum.StrEnum):
    """How a log can be broken."""

    CHANGED = "changed"
    MISSING = "missing"
    OUT_OF_ORDER = "out of order"
    CUT_OFF = "cut off"
    REWRITTEN = "rewritten"  # whole in itself, but not the log whose head was noted


class Broken(Exception):
    """The log does not hold; ``seq`` is the first row that is broken, 0 for what frames them."""

    def __init__(self, fault: Fault, seq: int, why: str) -> None:
        super().__init__(why)
        self.fault = fault
        self.seq = seq


@dataclass(frozen=True, order=True)
class Head:
    """The newest row of a log at some time. Of an empty one: row 0, of which there is none."""

    seq: int
    digest: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest}"

    @classmethod
    def parse(cls, said: str) -> "Head":
        """Return the head that is written "12:a3…".

        Raises:
            ValueError: it is not.
        """
        found = _HEAD.fullmatch(said.strip())
        if found is None:
            raise ValueError("A head is the number of a row, a colon, and 64 hexadecimal digits.")
        return cls(int(found[1]), found[2])


NOTHING = Head(0, chain.BEGINNING)


@dataclass(frozen=True)
class Link:
    """A row with the digest that stands beside it and the texts that it is committed to.

    Args:
        texts: by field, each with ``salt`` and ``text``, or None where it was redacted.

    Raises:
        ValueError: the row has no canonical form.
    """

    row: Mapping[str, Any]
    digest: str
    texts: Mapping[str, Mapping[str, Any] | None]
    form: bytes = field(init=False, repr=False)  # canonical

    def __post_init__(self) -> None:
        object.__setattr__(self, "form", chain.canonical(self.row))

    def line(self) -> bytes:
        """Return the link as it stands in an exported log."""
        texts = chain.canonical(self.texts)
        return b'{"digest":"%s","row":%s,"texts":%s}\n' % (self.digest.encode(), self.form, texts)


@dataclass(frozen=True)
class Verified:
    """What was found to hold."""

    head: Head
    redacted: int  # texts that are no longer there


def frame(site: str, head: Head) -> bytes:
    """Return the first line of an exported log, which is its last line as well.

    Args:
        site: the address of the site.
    """
    said = {"format": FORMAT, "head": {"digest": head.digest, "seq": head.seq}, "site": site}
    return chain.canonical(said) + b"\n"


def check(links: Iterable[Link], heads: Iterable[Head] = ()) -> Verified:
    """Check that each row is what its digest says, and follows the one before.

    Args:
        links: from row 1 on, in the order in which they stand.
        heads: noted elsewhere, earlier or now; each must be a row of this log.

    Raises:
        Broken: the first row that does not hold.
    """
    noted: dict[int, set[str]] = {}
    for head in heads:
        noted.setdefault(head.seq, set()).add(head.digest)
    rows = iter(links)
    last, redacted = NOTHING, 0
    silent: dict[tuple[int, str], None] = {}  # texts that are gone, and no row yet says so
    for link in rows:
        _check_place(link, last, rows)
        gone = _check_texts(link, last.seq + 1)
        redacted += len(gone)
        silent |= dict.fromkeys(gone)
        for said in _redacted_by(link.row):
            silent.pop(said, None)
        last = Head(last.seq + 1, link.digest)
        if noted.pop(last.seq, {last.digest}) != {last.digest}:
            raise Broken(
                Fault.REWRITTEN,
                last.seq,
                f"Row {last.seq} is another one than when its digest was noted: this row, or one"
                " before it, was written anew.",
            )
    noted.pop(0, None)
    if noted:
        raise _cut_off(last.seq + 1, max(noted))
    for seq, name in silent:
        why = f"The text “{name}” of row {seq} is gone, and no later row says who redacted it."
        raise Broken(Fault.CHANGED, seq, why)
    return Verified(last, redacted)


def check_file(lines: Iterable[bytes], heads: Iterable[Head] = ()) -> Verified:
    """Check an exported log.

    Args:
        lines: of the file, each with its line end, as iterating over the file yields them.
        heads: as for `check`.

    Raises:
        Broken: the first row that does not hold, or the first or last line.
    """
    rest = iter(lines)
    first = next(rest, b"")
    promised = _framed(first)
    verified = check(_links(rest, first, promised), heads)
    if verified.head != promised:
        raise Broken(Fault.CHANGED, 0, "The first and the last line name another head.")
    return verified


def _links(lines: Iterator[bytes], first: bytes, promised: Head) -> Iterator[Link]:
    """Yield the rows of a file up to its last line, which is like the first."""
    seq = 1
    for line in lines:
        if line == first:
            if seq <= promised.seq:
                raise _cut_off(seq, promised.seq)
            if next(lines, None) is not None:
                raise Broken(Fault.CHANGED, 0, "There is more after the last line.")
            return
        if seq > promised.seq or line.startswith(b'{"format":'):
            raise Broken(Fault.CHANGED, 0, "The first and the last line are not the same.")
        if not line.endswith(b"\n"):
            raise Broken(Fault.CUT_OFF, seq, f"The file ends in the middle of row {seq}.")
        yield _parsed(line, seq)
        seq += 1
    if seq <= promised.seq:
        raise _cut_off(seq, promised.seq)
    raise Broken(Fault.CUT_OFF, 0, "The last line is missing.")


def _framed(line: bytes) -> Head:
    """Return the head that a first line names."""
    try:
        said = json.loads(line)
        head = Head.parse(f"{said['head']['seq']}:{said['head']['digest']}")
        if frame(said["site"], head) == line and isinstance(said["site"], str):
            return head
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise Broken(Fault.CHANGED, 0, "The first line is not that of a public log.")


def _parsed(line: bytes, seq: int) -> Link:
    """Return the row of a line, which must stand there in its one form."""
    try:
        said = json.loads(line)
        link = Link(said["row"], said["digest"], said["texts"])
        if link.line() == line and isinstance(link.row, dict) and isinstance(link.texts, dict):
            return link
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise Broken(Fault.CHANGED, seq, f"Row {seq} is not written as rows are.")


def _check_place(link: Link, last: Head, rest: Iterator[Link]) -> None:
    """Check that a row is what its digest says, and the one that comes after ``last``."""
    seq, row = last.seq + 1, link.row
    is_row = row.keys() == FIELDS and isinstance(row["commitments"], Mapping)
    if not is_row or hashlib.sha256(link.form).hexdigest() != link.digest:
        raise Broken(Fault.CHANGED, seq, f"Row {seq} is not what its digest says.")
    if row["seq"] != seq:
        raise _misplaced(seq, row["seq"], rest)
    if row["previous"] != last.digest:
        raise _unlinked(link, seq, rest)


def _misplaced(seq: int, found: Any, rest: Iterator[Link]) -> Broken:
    """Say why another row stands where ``seq`` should: it comes later, or not at all."""
    if not isinstance(found, int) or found < seq:
        why = f"Where row {seq} should be, row {found} stands a second time."
        return Broken(Fault.OUT_OF_ORDER, seq, why)
    try:
        comes_later = any(link.row.get("seq") == seq for link in rest)
    except Broken:  # the rest of the file is broken as well: the first fault is what counts
        comes_later = False
    if comes_later:
        why = f"Row {seq} is out of order: row {found} stands before it."
        return Broken(Fault.OUT_OF_ORDER, seq, why)
    return Broken(Fault.MISSING, seq, f"{_rows(seq, found - 1)} missing.")


def _unlinked(link: Link, seq: int, rest: Iterator[Link]) -> Broken:
    """Say which of two rows that do not follow each other was written anew, with a new digest.

    The row after them was made for the true one.
    """
    try:
        after = next(rest, None)
    except Broken:
        after = None
    is_true = seq > 1 and (after is None or after.row.get("previous") == link.digest)
    if is_true:
        why = f"Row {seq - 1} was written anew: row {seq} follows another one."
        return Broken(Fault.CHANGED, seq - 1, why)
    return Broken(Fault.CHANGED, seq, f"Row {seq} does not follow row {seq - 1}.")


def _check_texts(link: Link, seq: int) -> list[tuple[int, str]]:
    """Check the texts beside a row against it. Return the row and field of those that are gone."""
    commitments = link.row["commitments"]
    if link.texts.keys() != commitments.keys():
        raise Broken(Fault.CHANGED, seq, f"Row {seq} is committed to other texts than it has.")
    for name, said in link.texts.items():
        if said is not None and not _holds(said, commitments[name]):
            why = f"The text “{name}” of row {seq} is not the one that the row is committed to."
            raise Broken(Fault.CHANGED, seq, why)
    return [(seq, name) for name, said in link.texts.items() if said is None]


def _redacted_by(row: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield the row and field of each text that ``row`` says was redacted."""
    kind, _, number = str(row["target"]).partition(" ")
    fields = row["details"].get("fields") if isinstance(row["details"], Mapping) else None
    if row["action"] == "redact" and kind == "log" and number.isdecimal():
        yield from ((int(number), str(name)) for name in fields or ())


def _holds(said: Any, commitment: str) -> bool:
    if not isinstance(said, Mapping) or said.keys() != {"salt", "text"}:
        return False
    salt, text = said["salt"], said["text"]
    if not (isinstance(text, str) and isinstance(salt, str) and _SALT.fullmatch(salt)):
        return False
    return chain.commitment(salt, text) == commitment


def _cut_off(first: int, last: int) -> Broken:
    return Broken(Fault.CUT_OFF, first, f"{_rows(first, last)} cut off.")


def _rows(first: int, last: int) -> str:
    return f"Row {first} is" if first == last else f"Rows {first} to {last} are"
