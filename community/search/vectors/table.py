"""The vectors of one model in memory, and which are nearest to another.

Finding goes in two steps. Each vector has a *code*: the sign of each number, a bit each. How many
bits differ estimates the angle (Charikar, 2002, "Similarity estimation techniques from rounding
algorithms"), of what is left of it without the mean of all: the vectors of some models lie in one
corner. Counting them for 200,000 codes takes under a millisecond. The nearest by code are
then compared by their numbers, 8 bits each, which stay in the file.
"""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESCORED = 1_000  # compared by their numbers: finds 945 of the 1,000 nearest in tens of hundreds
BLOCK = 8_192  # rows unpacked at once
FAR = np.iinfo(np.uint16).max

Rows = NDArray[np.void]


def record(dimensions: int) -> np.dtype[np.void]:
    """Return how a row lies on disk, little-endian.

    ``check`` is the CRC-32 of the rest of the row; ``scale`` times ``vector`` is the vector, of
    length 1; a scale of 0 says that the topic was removed; ``text`` is `texts.fingerprint`.
    """
    return np.dtype(
        [
            ("check", "<u4"),
            ("scale", "<f4"),
            ("topic", "<i8"),
            ("company", "<i8"),
            ("text", "<u8"),
            ("vector", "i1", (dimensions,)),
        ]
    )


def pack(
    topics: Collection[int],
    companies: Collection[int],
    fingerprints: Collection[int],
    vectors: NDArray[np.float32],
) -> Rows:
    """Return the rows of some topics, from vectors of shape (topics, dimensions)."""
    rows = np.zeros(len(topics), record(vectors.shape[1]))
    scales = np.abs(vectors).max(axis=1, initial=0) / 127
    rows["topic"], rows["company"], rows["text"] = list(topics), list(companies), list(fingerprints)
    rows["scale"] = scales
    rows["vector"] = np.round(vectors / np.maximum(scales, 1e-12)[:, None])
    return sealed(rows)


def removals(topics: Collection[int], dimensions: int) -> Rows:
    """Return the rows that say that these topics are gone."""
    rows = np.zeros(len(topics), record(dimensions))
    rows["topic"] = list(topics)
    return sealed(rows)


def sealed(rows: Rows) -> Rows:
    """Return the rows with their checks."""
    rows["check"] = _checks(rows)
    return rows


def are_whole(rows: Rows) -> NDArray[np.bool_]:
    """Say of each row whether it is as it was written."""
    return np.asarray(rows["check"] == _checks(rows))


def _checks(rows: Rows) -> NDArray[np.uint32]:
    size = rows.dtype.itemsize
    content = np.ascontiguousarray(rows).view(np.uint8).data
    starts = range(0, len(rows) * size, size)
    found = (zlib.crc32(content[start + 4 : start + size]) for start in starts)
    return np.fromiter(found, np.uint32, len(rows))


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that a reader knows of. Never changed: what was appended makes another table."""

    rows: Rows  # mapped from the file
    topics: NDArray[np.int64]
    companies: NDArray[np.int64]
    is_live: NDArray[np.bool_]  # the newest row of its topic, whole, and no removal
    codes: NDArray[np.uint64]  # shape (dimensions / 64, rows): a word of all rows lies together
    centre: NDArray[np.float32]  # the mean of the first `centred` rows, taken off before signs
    centred: int

    @classmethod
    def empty(cls, dimensions: int) -> "Table":
        none = np.zeros(0, np.int64)
        codes = np.zeros((dimensions // 64, 0), np.uint64)
        centre = np.zeros(dimensions, np.float32)
        return cls(np.zeros(0, record(dimensions)), none, none, none.astype(bool), codes, centre, 0)

    def grown(self, rows: Rows) -> "Table":
        """Return the table of ``rows``, which begin with those known.

        What is half-written at the end is left for the next time.
        """
        known = len(self.topics)
        new = np.asarray(rows[known:])
        whole = are_whole(new)
        new = new[: np.flatnonzero(whole)[-1] + 1] if whole.any() else new[:0]
        whole = whole[: len(new)]
        topics = np.concatenate([self.topics, new["topic"]])
        is_newest = _newest(topics, np.concatenate([self.is_live, whole]))
        centre, centred, codes = self.centre, self.centred, [self.codes]
        if len(topics) > 2 * centred:  # it has moved since: all codes anew
            new, centred, codes = rows[: len(topics)], len(topics), []
            centre = _mean(new)
        codes += [
            codes_of(_vectors(new[start : start + BLOCK]), centre)
            for start in range(0, len(new), BLOCK)
        ]
        return Table(
            rows[: len(topics)],
            topics,
            np.concatenate([self.companies, rows["company"][known : len(topics)]]),
            is_newest & np.concatenate([self.is_live, rows["scale"][known : len(topics)] > 0]),
            np.concatenate(codes, axis=1) if codes else self.codes,
            centre,
            centred,
        )

    def __len__(self) -> int:
        """Return the number of rows, live or not."""
        return len(self.topics)

    @property
    def live_count(self) -> int:
        return int(np.count_nonzero(self.is_live))

    def fingerprints(self, topic_ids: Collection[int]) -> dict[int, int]:
        """Return what the vectors of these topics were made of; those without have none."""
        places = np.flatnonzero(np.isin(self.topics, list(topic_ids)) & self.is_live)
        found = self.rows[places]
        return dict(zip(found["topic"].tolist(), found["text"].tolist(), strict=True))

    def live_topics(self) -> set[int]:
        return set(self.topics[self.is_live].tolist())

    def nearest(
        self,
        vector: NDArray[np.float32],
        *,
        count: int,
        company_id: int | None = None,
        exclude: Collection[int] = (),
    ) -> dict[int, float]:
        """Return the cosines of the topics that are nearest to a vector of length 1.

        Args:
            count: of topics.
            company_id: of this company's topics only.
            exclude: topics to leave out.
        """
        wanted = self.is_live
        if company_id is not None:
            wanted = wanted & (self.companies == company_id)
        if exclude:
            wanted = wanted & ~np.isin(self.topics, list(exclude))
        places = self._near(vector, wanted, max(RESCORED, count))
        some = self.rows[places]
        cosines = (some["vector"].astype(np.float32) @ vector) * some["scale"]
        best = np.argsort(-cosines, kind="stable")[:count]
        topics = some["topic"][best].tolist()
        return dict(zip(topics, np.clip(cosines[best], -1.0, 1.0).tolist(), strict=True))

    def cosines(self, vector: NDArray[np.float32], topic_ids: Collection[int]) -> dict[int, float]:
        """Return the cosines of those of these topics that have a vector, to one of length 1."""
        places = np.flatnonzero(np.isin(self.topics, list(topic_ids)) & self.is_live)
        some = self.rows[places]
        cosines = (some["vector"].astype(np.float32) @ vector) * some["scale"]
        return dict(zip(some["topic"].tolist(), cosines.tolist(), strict=True))

    def _near(
        self, vector: NDArray[np.float32], wanted: NDArray[np.bool_], count: int
    ) -> NDArray[np.intp]:
        """Return where some ``count`` of the wanted rows are whose codes differ least."""
        places = np.flatnonzero(wanted)
        if len(places) <= count:
            return places
        distances = np.zeros(len(self), np.uint16)
        for ours, theirs in zip(codes_of(vector[None], self.centre)[:, 0], self.codes, strict=True):
            distances += np.bitwise_count(theirs ^ ours)
        distances[~wanted] = FAR
        seen = np.bincount(distances[places], minlength=1).cumsum()
        farthest = np.searchsorted(seen, count)  # all that differ as little are compared
        return np.flatnonzero(distances <= farthest)


def codes_of(vectors: NDArray[Any], centre: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Return the signs of vectors, shape (vectors, dimensions), as (dimensions / 64, vectors)."""
    words = np.packbits(np.asarray(vectors) > centre, axis=1).view(np.uint64)
    return np.ascontiguousarray(words.T)


def _vectors(rows: Rows) -> NDArray[np.float32]:
    return np.asarray(rows["vector"] * rows["scale"][:, None], np.float32)


def _mean(rows: Rows) -> NDArray[np.float32]:
    """Return the mean of some of the vectors, evenly spread."""
    some = _vectors(rows[:: max(1, len(rows) // BLOCK)])
    return np.asarray(some.mean(axis=0) if len(some) else np.zeros(some.shape[1]), np.float32)


def _newest(topics: NDArray[np.int64], counts: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say of each row that counts whether no later one that counts is of its topic."""
    places = np.flatnonzero(counts)
    _, last = np.unique(topics[places][::-1], return_index=True)
    found = np.zeros(len(topics), bool)
    found[places[len(places) - 1 - last]] = True
    return found
