"""How an entry is laid out in Tantivy.

Terms come analysed, so fields of text hold them parted by spaces. ``terms`` finds documents of
all companies and ``company_terms`` (``"<company id>:<term>"``) those of one, which reads no
other's postings. ``stop_words`` are only counted. ``words``, of titles and tags as spelt, complete
and correct what people type.

Tantivy scores by term frequency alone, so a term is repeated for its weight in the document.
Numbers that order and count are fast fields; what scoring a candidate needs is stored as
`community.search.entries` packs it. Everything else can be made from what is stored, which is how
`writing.compact` writes documents anew.
"""

from typing import Any

import tantivy

from community.search import entries
from community.search.documents import Order
from community.search.entries import Entry, company_term

# Of the index as a whole: a reader that expects another stamp refuses it.
VERSION = f"tantivy-{entries.VERSION}"

REPEATED = 4.0  # times for an impact of 1/2
REPEATED_MOST = 64
ORDERS = {Order.NEWEST: "created", Order.ACTIVITY: "active", Order.ME_TOO: "me_too"}
STORED = ("terms", "stop_words", "words", "language", "row", "occurrences", "labels")
LENGTHS = ("title_length", "body_length", "accepted_length", "best_length")


def schema() -> tantivy.Schema:
    """Return the schema of every index."""
    builder = tantivy.SchemaBuilder()
    # Signed, for documents are deleted by signed numbers whatever the field is.
    builder.add_integer_field("topic", indexed=True, fast=True)
    for name, option, stored in (
        ("terms", "freq", True),
        ("company_terms", "freq", False),
        ("stop_words", "basic", True),
        ("words", "basic", True),
    ):
        builder.add_text_field(
            name, stored=stored, tokenizer_name="whitespace", index_option=option
        )
    builder.add_text_field("language", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("fingerprint", *ORDERS.values(), *LENGTHS):
        builder.add_unsigned_field(name, fast=True)
    for name in ("row", "occurrences", "labels"):
        builder.add_bytes_field(name, stored=True)
    return builder.build()


def document_of(entry: Entry) -> tantivy.Document:
    """Return what `tantivy.IndexWriter.add_document` takes."""
    return _document(
        terms=" ".join(_repeated(entry.terms)),
        stop_words=" ".join(entry.stop_words),
        words=" ".join(entry.words),
        language=entry.language,
        row=entry.row,
        occurrences=entry.occurrences,
        labels=entry.labels,
    )


def copy_of(stored: tantivy.Document) -> tantivy.Document:
    """Make a document anew from what is stored of it."""
    kept: dict[str, Any] = {name: stored.get_first(name) for name in STORED}
    return _document(**kept)


def _document(
    *,
    terms: str,
    stop_words: str,
    words: str,
    language: str,
    row: bytes,
    occurrences: bytes,
    labels: bytes,
) -> tantivy.Document:
    numbers = entries.unpack_row(row)
    document = tantivy.Document()
    document.add_integer("topic", numbers.topic_id)
    document.add_text("terms", terms)
    of_company = [company_term(numbers.company_id, term) for term in ("", *terms.split(" "))]
    document.add_text("company_terms", " ".join(of_company))
    document.add_text("stop_words", stop_words)
    document.add_text("words", words)
    document.add_text("language", language)
    document.add_unsigned("fingerprint", int(numbers.fingerprint, 16))
    for order, name in ORDERS.items():
        document.add_unsigned(name, entries.sort_key(row, order))
    for name, length in zip(LENGTHS, numbers.lengths, strict=True):
        document.add_unsigned(name, length)
    document.add_bytes("row", row)
    document.add_bytes("occurrences", occurrences)
    document.add_bytes("labels", labels)
    return document


def _repeated(terms: dict[str, float]) -> list[str]:
    """Repeat each term in proportion to the weighted occurrences that its impact comes from."""
    repeated: list[str] = []
    for term, impact in terms.items():
        times = round(REPEATED * impact / (1 - impact)) if impact < 1 else REPEATED_MOST
        repeated += [term] * max(1, min(times, REPEATED_MOST))
    return repeated
