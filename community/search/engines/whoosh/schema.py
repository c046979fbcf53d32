"""How a document is laid out in Whoosh.

Three indexed fields hold the same terms for three purposes: ``terms`` for all companies,
``company_terms`` (``"<company id>:<term>"``) so that a search in one company reads only that
company's postings, and ``words``, the words of titles and tags as spelt, for completing and
correcting what people type. The weight of a posting is the term's weighted occurrences in the
document (`scoring`), taken with typical lengths; it chooses the candidates.

Three columns, read by document number straight from the memory-mapped file, hold what scoring a
candidate needs: ``row`` (numbers), ``vector`` (the occurrences of every term in every field)
and ``labels`` (what facets count).
"""

import struct
import sys
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from zlib import crc32

from whoosh import columns, fields, formats

from community.search import analysis, scoring
from community.search.documents import Document, Order
from community.search.ranking import Standing

# Of the index as a whole: a reader that expects another stamp refuses it.
VERSION = f"2.{analysis.VERSION}"

TEXT_MAX = 20_000  # characters of a field; a log pasted whole says no more after that
_COUNT_MAX = 255

_ROW = struct.Struct("=QI8sIIHHB4H")
_TOPIC_ID = struct.Struct("=Q")
_DATES_AND_ME_TOOS = struct.Struct("=II2xH")
_SOLVED, _ACCEPTED, _OFFICIAL, _ANSWERED = 1, 2, 4, 8


class Impacts(fields.FieldType):
    """A field that is given its terms with their weights, already analysed."""

    indexed = True
    stored = False
    scorable = False
    multitoken_query = "default"
    column_type = None
    vector = None
    spelling = False
    unique = False
    analyzer = None

    def __init__(self) -> None:
        self.format = formats.Existence()  # a posting has a weight and no other value

    def index(
        self, value: Mapping[str, float], **_: Any
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield a posting for each term."""
        for term, weight in value.items():
            yield encode(term), 1, weight, b""


def schema() -> fields.Schema:
    """Return the schema of a new index."""
    return fields.Schema(
        topic=fields.ID(unique=True),
        terms=Impacts(),
        company_terms=Impacts(),
        words=Impacts(),
        row=fields.COLUMN(columns.FixedBytesColumn(_ROW.size)),
        vector=fields.COLUMN(columns.VarBytesColumn()),
        labels=fields.COLUMN(columns.VarBytesColumn()),
    )


class Row(NamedTuple):
    """The numbers of a document."""

    topic_id: int
    company_id: int
    fingerprint: str
    created: int  # seconds since 1970
    last_activity: int
    helped_count: int
    me_too_count: int
    flags: int
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

    def standing(self) -> Standing:
        return Standing(
            is_solved=bool(self.flags & _SOLVED),
            has_accepted=self.has_accepted,
            has_official=self.has_official,
            helped_count=self.helped_count,
            last_activity=self.last_activity,
        )


class Labels(NamedTuple):
    """The words and numbers that a document is filed under."""

    kind: str
    status: str
    language: str
    product_ids: tuple[int, ...]
    tags: tuple[str, ...]


def company_term(company_id: int, term: str) -> str:
    """Return the key of a term within a company."""
    return f"{company_id}:{term}"


def encode(term: str) -> bytes:
    """Return a term as the index holds it. Half a surrogate pair is somebody's text too."""
    return term.encode("utf-8", "surrogatepass")


def key(term: str) -> int:
    """Return the number that stands for a term in vectors.

    Two of four billion: a chance meeting within one candidate would at worst nudge its score.
    """
    return crc32(encode(term))


def fields_of(document: Document) -> dict[str, Any]:
    """Return what `whoosh.writing.IndexWriter.add_document` takes."""
    counts = _counts(document)
    lengths = tuple(min(field.total(), 0xFFFF) for field in counts)
    norms = scoring.norms(lengths, scoring.TYPICAL_LENGTHS)
    weights: dict[str, float] = {}
    for field, norm in zip(counts, norms, strict=True):
        for term, count in field.items():
            weights[term] = weights.get(term, 0.0) + norm * count
    impacts = {
        term: scoring.saturate(weight)
        for term, weight in weights.items()
        if term not in analysis.ENGLISH.stop_words
    }
    spelt = analysis.ENGLISH.words(" ".join((document.title, *document.tags)))
    return {
        "topic": str(document.topic_id),
        "terms": impacts,
        "company_terms": {
            company_term(document.company_id, term): impact
            for term, impact in (*impacts.items(), ("", 1.0))  # the empty term: all of them
        },
        "words": dict.fromkeys(spelt, 1.0),
        "row": _pack_row(document, lengths),
        "vector": pack_vector(counts),
        "labels": _pack_labels(document),
    }


def _counts(document: Document) -> tuple[Counter[str], ...]:
    title = " ".join((document.title, *document.tags))
    return tuple(
        Counter(analysis.ENGLISH.terms(text[:TEXT_MAX]))
        for text in (title, document.body, document.accepted, document.best)
    )


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
        min(document.helped_count, 0xFFFF),
        min(document.me_too_count, 0xFFFF),
        flags,
        *lengths,
    )


def unpack_row(packed: bytes) -> Row:
    (
        topic_id,
        company_id,
        fingerprint,
        created,
        last_activity,
        helped_count,
        me_too_count,
        flags,
        *lengths,
    ) = _ROW.unpack(packed)
    return Row(
        topic_id=topic_id,
        company_id=company_id,
        fingerprint=fingerprint.hex(),
        created=created,
        last_activity=last_activity,
        helped_count=helped_count,
        me_too_count=me_too_count,
        flags=flags,
        lengths=tuple(lengths),
    )


def pack_vector(counts: Sequence[Counter[str]]) -> bytes:
    """Pack the keys of all terms, then their occurrences, a byte for each of the four fields."""
    packed: dict[int, int] = {}
    for shift, field in zip((0, 8, 16, 24), counts, strict=True):
        for term, count in field.items():
            number = key(term)
            packed[number] = packed.get(number, 0) | min(count, _COUNT_MAX) << shift
    pair = array("I", packed.keys()), array("I", packed.values())
    if sys.byteorder == "big":
        for numbers in pair:
            numbers.byteswap()
    return pair[0].tobytes() + pair[1].tobytes()


def topic_id(packed_row: bytes) -> int:
    """Return one number of a row, without unpacking the others."""
    number: int = _TOPIC_ID.unpack_from(packed_row, 0)[0]
    return number


def sort_key(packed_row: bytes, order: Order) -> int:
    """Return what an order other than `Order.BEST` goes by, the larger the sooner."""
    created, active, me_toos = _DATES_AND_ME_TOOS.unpack_from(packed_row, 20)
    if order is Order.NEWEST:
        return int(created)
    return int(me_toos << 32 | active if order is Order.ME_TOO else active)


def unpack_vector(packed: bytes) -> dict[int, int]:
    """Return the occurrences of each term by its key, a byte for each of the four fields."""
    numbers = array("I")
    numbers.frombytes(packed)
    if sys.byteorder == "big":
        numbers.byteswap()
    half = len(numbers) // 2
    return dict(zip(numbers[:half], numbers[half:], strict=True))


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
