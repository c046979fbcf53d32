"""The vectors of a labelled set, made once and kept."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from community.search.documents import Document
from community.search.vectors import Space, Spaces, texts

CHUNK = 256  # documents between two looks at the clock


def fill(spaces: Spaces, documents: Iterable[Document]) -> Iterator[int]:
    """Make the vectors that are missing, and yield how many documents each step has dealt with.

    Raises:
        NoVectors: a model that a document needs is not there.
        SearchUnavailable: the folder cannot be written.
    """
    by_space: dict[Space, list[Document]] = defaultdict(list)
    for document in documents:
        by_space[spaces.of(document.language)].append(document)
    for space, its in by_space.items():
        for start in range(0, len(its), CHUNK):
            some = its[start : start + CHUNK]
            _make(space, some)
            yield len(some)
        space.store.complete()


def _make(space: Space, documents: Collection[Document]) -> None:
    wanted = {document.topic_id: texts.of(document.title, document.body) for document in documents}
    prints = {topic_id: texts.fingerprint(0, text) for topic_id, text in wanted.items()}
    held = space.store.read().fingerprints(wanted)
    missing = [
        topic_id for topic_id, text in wanted.items() if held.get(topic_id) != prints[topic_id]
    ]
    if missing:
        vectors = space.embedder.embed([wanted[topic_id] for topic_id in missing], asking=False)
        marks = [prints[topic_id] for topic_id in missing]
        space.store.put(missing, [0] * len(missing), marks, vectors)
