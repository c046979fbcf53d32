"""How an entry is laid out in Whoosh.

Fields are indexed by what is looked up: ``terms`` for all companies,
``company_terms`` (``"<company id>:<term>"``) so that a search in one company reads only that
company's postings, ``words``, of titles and tags as spelt, for completing and
correcting what people type, and ``languages`` to count them. A posting carries its term's weight in the document; it chooses the
candidates.

Three columns, read by document number straight from the memory-mapped file, hold what scoring a
candidate needs: ``row``, ``occurrences`` and ``labels``, packed by `community.search.entries`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from whoosh import columns, fields, formats

from community.search import entries
from community.search.entries import Entry, company_term, encode

# Of the index as a whole: a reader that expects another stamp refuses it.
VERSION = entries.VERSION


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
        languages=Impacts(),
        row=fields.COLUMN(columns.FixedBytesColumn(entries.ROW_SIZE)),
        occurrences=fields.COLUMN(columns.VarBytesColumn()),
        labels=fields.COLUMN(columns.VarBytesColumn()),
    )


def fields_of(entry: Entry) -> dict[str, Any]:
    """Return what `whoosh.writing.IndexWriter.add_document` takes."""
    return {
        "topic": str(entry.topic_id),
        "terms": entry.terms,
        "company_terms": {
            company_term(entry.company_id, term): impact
            for term, impact in (*entry.terms.items(), ("", 1.0))
        },
        "words": dict.fromkeys(entry.words, 1.0),
        "languages": {entry.language: 1.0},
        "row": entry.row,
        "occurrences": entry.occurrences,
        "labels": entry.labels,
    }
