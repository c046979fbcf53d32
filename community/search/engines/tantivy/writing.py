"""Putting documents in and taking them out. Each function makes one commit, which is atomic."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import tantivy

from community.search.documents import Document
from community.search.engines.tantivy.schema import copy_of, document_of, schema
from community.search.entries import Entry, entry_of
from community.search.generations import Generation

CHANGING = ("meta.json", ".managed.json")  # files that every commit writes anew
MEMORY = 32 << 20  # bytes of postings before they go to disk
REBUILD_MEMORY = 256 << 20
STORE_BLOCK = 4_096  # bytes that are unpacked to read one document


def create(generation: Generation, documents: Iterable[Document]) -> None:
    """Fill an empty generation with documents, each of another topic."""
    tantivy.Index(schema(), path=str(generation.folder))
    _set_store_block(generation)
    with _writer(tantivy.Index.open(str(generation.folder)), REBUILD_MEMORY) as writer:
        for document in documents:
            writer.add_document(document_of(entry_of(document)))


def _set_store_block(generation: Generation) -> None:
    """Have documents stored in small blocks: reading one takes 10 µs instead of 16.

    The store grows by a twelfth. Tantivy keeps the setting in the index, its Python binding
    has no argument for it.
    """
    path = generation.folder / "meta.json"
    contents = json.loads(path.read_text("utf-8"))
    contents["index_settings"]["docstore_blocksize"] = STORE_BLOCK
    path.write_text(json.dumps(contents), "utf-8")


def update(generation: Generation, put: dict[int, Entry], remove: set[int]) -> None:
    """Replace and remove documents in one commit.

    Args:
        put: entries by topic id.
        remove: topic ids.
    """
    with _writer(tantivy.Index.open(str(generation.folder)), MEMORY) as writer:
        for topic_id in (*put, *remove):
            writer.delete_documents_by_term("topic", topic_id)
        for entry in put.values():
            writer.add_document(document_of(entry))


def compact(generation: Generation) -> None:
    """Write every segment anew that still holds what was removed or replaced.

    Tantivy drops a segment of which every document is deleted, so the documents that are left
    move to a new one.
    """
    index = tantivy.Index.open(str(generation.folder))
    sizes = _left_in_damaged_segments(generation)
    if not sizes:
        return
    searcher = index.searcher()
    by_segment: dict[int, list[tantivy.DocAddress]] = defaultdict(list)
    for address in addresses(searcher):
        by_segment[address.segment_ord].append(address)
    with _writer(index, REBUILD_MEMORY) as writer:
        for left in by_segment.values():
            if len(left) in sizes:  # a whole segment of that size is moved too, which is harmless
                topic_ids = searcher.fast_field_values("topic", left)
                for topic_id, address in zip(topic_ids, left, strict=True):
                    writer.delete_documents_by_term("topic", topic_id)
                    writer.add_document(copy_of(searcher.doc(address)))


def addresses(searcher: tantivy.Searcher) -> list[tantivy.DocAddress]:
    """Return where every document lies."""
    if not searcher.num_docs:
        return []
    every = tantivy.Query.all_query()
    return [address for _, address in searcher.search(every, searcher.num_docs, count=False).hits]


def _left_in_damaged_segments(generation: Generation) -> set[int]:
    """Return how many documents are left in each segment from which some were deleted."""
    contents = json.loads((generation.folder / "meta.json").read_text("utf-8"))
    return {
        segment["max_doc"] - segment["deletes"]["num_deleted_docs"]
        for segment in contents["segments"]
        if segment["deletes"]
    }


@contextmanager
def _writer(index: tantivy.Index, memory: int) -> Iterator[tantivy.IndexWriter]:
    """Commit what is written in the block; if it raises, nothing was."""
    # One thread: it keeps up with the analysis, and segments stay few.
    writer = index.writer(heap_size=memory, num_threads=1)
    try:
        yield writer
        writer.commit()
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()
