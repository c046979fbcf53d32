"""What every engine keeps of a document, and how it is packed.

An `Entry` is a document after analysis, the same for all engines. Its terms, each with a weight,
are what candidates are found by; its words as spelt complete and correct what people type. The
other three, packed into bytes, are all that is read of a candidate, so an engine may keep them
however it reads them fastest:

- `Row`: numbers, read by every query;
- occurrences: how often each term stands in each field, for scoring with the whole query;
- `Labels`: what facets count.

Change the layout of any of them and `LAYOUT` must change.
"""

import struct
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from community.search import analysis, scoring
from community.search.analysis import Analysis
from community.search.documents import Document, Order
from community.search.ranking import Standing

LAYOUT = 6
VERSION = f"{LAYOUT}.{analysis.VERSION}"  # an index with another is refused

TEXT_MAX = 20_000  # characters of a field; a log pasted whole says no more after that
SHIFTS = (0, 8, 16, 24)  # of each field's occurrences within their number
_COUNT_MAX = 255

_ROW = struct.Struct("<QI8sIIIHHBB3s4H")
_ROWS = np.dtype(  # `_ROW`, of many documents at once
    [
        ("topic_id", "<u8"),
        ("company_id", "<u4"),
        ("fingerprint", "S8"),
        ("created", "<u4"),
        ("last_activity", "<u4"),
        ("confirmed", "<u4"),
        ("helped_count", "<u2"),
        ("me_too_count", "<u2"),
        ("expertise", "u1"),
        ("flags", "u1"),
        ("language", "S3"),
        ("lengths", "<u2", (4,)),
    ]
)
_TOPIC_ID = struct.Struct("<Q")
_COMPANY_ID = struct.Struct("<8xI")
_DATES_AND_ME_TOOS = struct.Struct("<20xII4x2xH")
_SOLVED, _ACCEPTED, _OFFICIAL, _ANSWERED = 1, 2, 4, 8

ROW_SIZE = _ROW.size  # bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as engines keep it.

    ``terms`` gives each term's share of 1 in the document (`scoring.saturate` of its weighted
    occurrences, taken with typical lengths). Stop words are kept apart: they order what other
    words find, and find nothing by themselves.
    """

    topic_id: int
    company_id: int
    language: str
    terms: dict[str, float]
    stop_words: tuple[str, ...]
    words: tuple[str, ...]  # of title, tags and names, as spelt
    row: bytes
    occurrences: bytes
    labels: bytes


class Row(NamedTuple):
    """The numbers of a document."""

    topic_id: int
    company_id: int
    fingerprint: str
    created: int  # seconds since 1970
    last_activity: int
    confirmed: int
    helped_count: int
    me_too_count: int
    expertise: int
    flags: int
    language: str  # three letters of it at most
    lengths: tuple[int, ...]  # terms in each field

    @property
    def has_accepted(self) -> bool:
        return bool(self.flags & _ACCEPTED)

    @property
    def has_official(self) -> bool:
        return bool(self.flags & _OFFICIAL)

    @property
    def is_answered(self) -> bool:
        return bool(self.flags & _ANSWERED)


class Labels(NamedTuple):
    """The words and numbers that a document is filed under."""

    kind: str
    status: str
    language: str
    product_ids: tuple[int, ...]
    tags: tuple[str, ...]


def entry_of(document: Document) -> Entry:
    """Analyse a document in its language."""
    rules = analysis.of(document.language)
    counts = _counts(document, rules)
    lengths = tuple(min(field.total(), 0xFFFF) for field in counts)
    return Entry(
        topic_id=document.topic_id,
        company_id=document.company_id,
        language=document.language,
        terms=_impacts(counts, lengths, rules.stop_words),
        stop_words=tuple(sorted(rules.stop_words.intersection(chain(*counts)))),
        words=tuple(dict.fromkeys(rules.words(_title(document)))),
        row=_pack_row(document, lengths),
        occurrences=pack_occurrences(counts),
        labels=_pack_labels(document),
    )


def entries_of(documents: Iterable[Document]) -> dict[int, Entry]:
    """Analyse documents; of those with one topic id the last counts."""
    last = {document.topic_id: document for document in documents}
    return {topic_id: entry_of(document) for topic_id, document in last.items()}


def _title(document: Document) -> str:
    """Return a title with what else a topic is filed by."""
    return " ".join((document.title, *document.tags, *document.names))


def _counts(document: Document, rules: Analysis) -> tuple[Counter[str], ...]:
    """Count the terms of each of `scoring.FIELDS`."""
    return tuple(
        Counter(rules.terms(text[:TEXT_MAX]))
        for text in (_title(document), document.body, document.accepted, document.best)
    )


def _impacts(
    counts: Sequence[Counter[str]], lengths: Sequence[int], stop_words: frozenset[str]
) -> dict[str, float]:
    norms = scoring.norms(lengths, scoring.TYPICAL_LENGTHS).tolist()
    weights: dict[str, float] = {}
    for field, norm in zip(counts, norms, strict=True):
        for term, count in field.items():
            weights[term] = weights.get(term, 0.0) + norm * count
    return {
        term: scoring.saturate(weight) for term, weight in weights.items() if term not in stop_words
    }


# Terms


def company_term(company_id: int, term: str) -> str:
    """Return the key of a term within a company. The empty term stands for all its documents."""
    return f"{company_id}:{term}"


def token(term: str, company_id: int | None) -> tuple[str, str]:
    """Return in which field of an index a term is looked up, and as what."""
    if company_id is None:
        return "terms", term
    return "company_terms", company_term(company_id, term)


def encode(term: str) -> bytes:
    """Return a term as the index holds it. Half a surrogate pair is somebody's text too."""
    return term.encode("utf-8", "surrogatepass")


def key(term: str) -> int:
    """Return the number that stands for a term among occurrences.

    Two of four billion: a chance meeting within one candidate would at worst nudge its score.
    """
    return crc32(encode(term))


# Rows


def _pack_row(document: Document, lengths: Sequence[int]) -> bytes:
    flags = (
        _SOLVED * document.is_solved
        | _ACCEPTED * document.has_accepted
        | _OFFICIAL * document.has_official
        | _ANSWERED * document.is_answered
    )
    return _ROW.pack(
        document.topic_id,
        document.company_id,
        bytes.fromhex(document.fingerprint()),
        max(0, int(document.created_at.timestamp())),
        max(0, int(document.last_activity_at.timestamp())),
        max(0, int(document.confirmed_at.timestamp())),
        min(document.helped_count, 0xFFFF),
        min(document.me_too_count, 0xFFFF),
        document.expertise,
        flags,
        document.language.encode("ascii", "replace"),
        *lengths,
    )


def unpack_row(packed: bytes) -> Row:
    (
        topic_id,
        company_id,
        fingerprint,
        created,
        last_activity,
        confirmed,
        helped_count,
        me_too_count,
        expertise,
        flags,
        language,
        *lengths,
    ) = _ROW.unpack(packed)
    return Row(
        topic_id=topic_id,
        company_id=company_id,
        fingerprint=fingerprint.hex(),
        created=created,
        last_activity=last_activity,
        confirmed=confirmed,
        helped_count=helped_count,
        me_too_count=me_too_count,
        expertise=expertise,
        flags=flags,
        language=language.rstrip(b"\0").decode("ascii"),
        lengths=tuple(lengths),
    )


class Rows(NamedTuple):
    """The numbers of many documents that scoring takes."""

    topic_ids: NDArray[np.uint64]  # shape (documents,)
    lengths: NDArray[np.uint16]  # terms in each field, shape (documents, fields)
    standing: Standing  # arrays of shape (documents,)


def unpack_rows(packed: Sequence[bytes]) -> Rows:
    """Unpack the rows of many documents at once."""
    rows = np.frombuffer(b"".join(packed), _ROWS)
    flags = rows["flags"]
    standing = Standing(
        company_id=rows["company_id"],
        language=rows["language"].astype(str),
        is_solved=(flags & _SOLVED) > 0,
        has_accepted=(flags & _ACCEPTED) > 0,
        has_official=(flags & _OFFICIAL) > 0,
        helped_count=rows["helped_count"],
        expertise=rows["expertise"],
        confirmed=rows["confirmed"],
    )
    return Rows(rows["topic_id"], rows["lengths"], standing)


def topic_id(packed_row: bytes) -> int:
    """Return one number of a row, without unpacking the others."""
    number: int = _TOPIC_ID.unpack_from(packed_row)[0]
    return number


def company_id(packed_row: bytes) -> int:
    """Return one number of a row, without unpacking the others."""
    number: int = _COMPANY_ID.unpack_from(packed_row)[0]
    return number


def sort_key(packed_row: bytes, order: Order) -> int:
    """Return what an order other than `Order.BEST` goes by, the larger the sooner."""
    created, active, me_toos = _DATES_AND_ME_TOOS.unpack_from(packed_row)
    if order is Order.NEWEST:
        return int(created)
    return int(me_toos << 32 | active if order is Order.ME_TOO else active)


# Occurrences


def pack_occurrences(counts: Sequence[Counter[str]]) -> bytes:
    """Pack the keys of all terms, then their occurrences, a byte for each of the four fields."""
    packed: dict[int, int] = {}
    for shift, field in zip(SHIFTS, counts, strict=True):
        for term, count in field.items():
            number = key(term)
            packed[number] = packed.get(number, 0) | min(count, _COUNT_MAX) << shift
    pair = array("I", packed.keys()), array("I", packed.values())
    if sys.byteorder == "big":
        for numbers in pair:
            numbers.byteswap()
    return pair[0].tobytes() + pair[1].tobytes()


class Occurrences(NamedTuple):
    """How often some terms stand in some documents: a row for each term in a document."""

    documents: NDArray[np.intp]  # places in the list of documents, ascending; shape (rows,)
    terms: NDArray[np.intp]  # places in the list of terms; shape (rows,)
    counts: NDArray[np.uint8]  # in each of `scoring.FIELDS`; shape (rows, fields)


def unpack_occurrences(packed: Sequence[bytes], terms: Sequence[str]) -> Occurrences:
    """Return how often terms stand in documents, looked up in all documents at once.

    Args:
        packed: of each document, as `pack_occurrences` makes it.
        terms: the terms to look for, none twice.
    """
    halves = [len(one) // 2 for one in packed]
    parts = list(zip(packed, halves, strict=True))
    keys = np.frombuffer(b"".join(one[:half] for one, half in parts), "<u4")
    counts = np.frombuffer(b"".join(one[half:] for one, half in parts), np.uint8)
    places, found = _places(keys, np.array([key(term) for term in terms], np.uint32))
    ends = np.cumsum(halves) // keys.itemsize
    documents = np.searchsorted(ends, places, side="right")
    return Occurrences(documents, found, counts.reshape(-1, len(SHIFTS))[places])


def _places(
    keys: NDArray[np.uint32], wanted: NDArray[np.uint32]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where the wanted keys stand among ``keys``, and which each is."""
    # Their last 16 bits tell most keys from those wanted, far faster than a binary search does.
    maybe = np.zeros(1 << 16, bool)
    maybe[wanted & 0xFFFF] = True
    places = np.flatnonzero(maybe[keys.view("<u2")[::2]])
    order = np.argsort(wanted)
    ranks = np.searchsorted(wanted, keys[places], sorter=order)
    nearest = order[np.minimum(ranks, len(wanted) - 1)]
    is_wanted = wanted[nearest] == keys[places]
    return places[is_wanted], nearest[is_wanted]


# Labels


def _pack_labels(document: Document) -> bytes:
    parts = (
        document.kind,
        document.status,
        document.language,
        ",".join(map(str, document.product_ids)),
        "\x1e".join(document.tags),
    )
    return "\x1f".join(parts).encode("utf-8", "surrogatepass")


def unpack_labels(packed: bytes) -> Labels:
    words = packed.decode("utf-8", "surrogatepass").split("\x1f", 4)
    kind, status, language, products, tags = words
    return Labels(
        kind,
        status,
        language,
        tuple(map(int, products.split(","))) if products else (),
        tuple(tags.split("\x1e")) if tags else (),
    )
