"""Near-same texts, by a fingerprint that changes little when a text does.

The fingerprint is a SimHash (Charikar 2002, "Similarity Estimation Techniques from Rounding
Algorithms") of 64 bits over the runs of four letters of a text, folded and freed of digits, signs
and spaces: what floods change from one post to the next. The share of bits in which two
fingerprints differ is about the angle between the texts, divided by pi; unrelated texts of one
language differ in about 27 bits of 64.
"""

import hashlib
from collections import Counter
from functools import lru_cache

from community.search.analysis import fold

BITS = 64
NEAR = 10  # bits: an angle of 28 degrees, a cosine of 0.88
LETTERS_MIN = 30  # of shorter texts many are alike by chance: "Firefox keeps crashing"
LETTERS_MAX = 4_000  # what is looked at
_RUN = 4  # letters


def fingerprint(text: str) -> int | None:
    """Return the fingerprint of a text, from -2**63 to 2**63 - 1; None if it is too short."""
    letters = "".join(char for char in fold(text[:LETTERS_MAX]) if char.isalpha())
    if len(letters) < LETTERS_MIN:
        return None
    runs = Counter(letters[at : at + _RUN] for at in range(len(letters) - _RUN + 1))
    # Sums of all bits at once: each run adds its count to a lane of 16 bits for each bit set.
    ups = sum(_lanes(run) * count for run, count in runs.items())
    half = runs.total() / 2
    found = 0
    for bit in range(BITS):
        if (ups >> (16 * bit)) & 0xFFFF > half:
            found |= 1 << bit
    return found - (1 << BITS) if found >> (BITS - 1) else found


def is_near(one: int | None, other: int | None) -> bool:
    """Tell whether two texts are near-same. A text too short to tell is like no other."""
    if one is None or other is None:
        return False
    return ((one ^ other) & ((1 << BITS) - 1)).bit_count() <= NEAR


@lru_cache(maxsize=50_000)
def _lanes(run: str) -> int:
    """Return 64 lanes of 16 bits, each 1 where the digest of ``run`` has that bit."""
    bits = int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest())
    lanes = 0
    for bit in range(BITS):
        lanes |= ((bits >> bit) & 1) << (16 * bit)
    return lanes
