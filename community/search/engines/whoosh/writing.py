"""Putting documents in and taking them out."""

from collections.abc import Iterable
from typing import Any

from whoosh.codec.whoosh3 import W3Codec
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader

from community.search.documents import Document
from community.search.engines.whoosh import schema
from community.search.engines.whoosh.storage import storage
from community.search.entries import Entry, entry_of
from community.search.generations import Generation

MERGE_RATIO = 4
MERGE_MAX = 10_000  # documents; a bigger segment is merged only when a third of it is deleted
BLOCK = 256  # postings that are decoded together
REBUILD_MEMORY_MB = 256  # of postings before they go to disk


class LeanCodec(W3Codec):
    """Whoosh's codec without lengths beside each posting, which only its own scoring reads.

    Looking them up asks the file system once a posting: it takes half of the time of a commit.
    """

    length_stats = False


def create(new: Generation, documents: Iterable[Document]) -> None:
    """Fill a new generation. No two documents have the same topic id."""
    index = FileIndex.create(storage(new), schema.schema())
    writer = index.writer(codec=_codec(), limitmb=REBUILD_MEMORY_MB, compound=False)
    try:
        for document in documents:
            writer.add_document(**schema.fields_of(entry_of(document)))
    except BaseException:
        writer.cancel()
        raise
    writer.commit(merge=False)


def update(generation: Generation, put: dict[int, Entry], remove: set[int]) -> None:
    """Replace and remove documents in one commit.

    Args:
        put: entries by topic id.
    """
    writer = FileIndex(storage(generation)).writer(codec=_codec(), compound=False)
    try:
        for topic_id in (*put, *remove):
            writer.delete_by_term("topic", str(topic_id))
        for entry in put.values():
            writer.add_document(**schema.fields_of(entry))
    except BaseException:
        writer.cancel()
        raise
    writer.commit(mergetype=_merge)


def compact(generation: Generation) -> None:
    """Write every segment anew that still holds what was removed or replaced."""
    index = FileIndex(storage(generation))
    if any(segment.deleted_count() for segment in index._segments()):  # noqa: SLF001 (no other way)
        index.writer(codec=_codec(), compound=False).commit(mergetype=_without_deleted)


def _without_deleted(writer: Any, segments: list[Any]) -> list[Any]:
    """Merge the segments in which something is deleted, and keep the others as they are."""
    for segment in segments:
        if segment.deleted_count() and segment.doc_count():
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
    return [segment for segment in segments if not segment.deleted_count()]


def _merge(writer: Any, segments: list[Any]) -> list[Any]:
    """Merge segments so that each is over `MERGE_RATIO` times as big as all smaller ones.

    That keeps their number logarithmic, and each document is rewritten as seldom.
    """
    kept = []
    gathered = writer.doc_count()
    for segment in sorted(segments, key=lambda segment: segment.doc_count()):
        live = segment.doc_count()
        is_small = live <= min(MERGE_RATIO * gathered, MERGE_MAX)
        if not live:
            continue
        if is_small or segment.deleted_count() * 3 > segment.doc_count_all():
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
            gathered += live
        else:
            kept.append(segment)
    return kept


def _codec() -> LeanCodec:
    return LeanCodec(blocklimit=BLOCK, compression=0)
