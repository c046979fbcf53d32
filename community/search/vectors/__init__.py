"""Topics that mean the same in other words: sentence vectors, beside the index of words.

`Spaces.neighbours` is the one way in for queries, `spaces` gives those of this site. Where there
are no vectors it finds nothing and says why; words alone answer then, and the whole site works
without.
"""

from community.search.vectors.embedders import NOT_INSTALLED, OVERLOADED, Embedder, NoVectors
from community.search.vectors.spaces import (
    INDEXING,
    Neighbours,
    Space,
    Spaces,
    spaces,
    use,
)

__all__ = [
    "INDEXING",
    "NOT_INSTALLED",
    "OVERLOADED",
    "Embedder",
    "Neighbours",
    "NoVectors",
    "Space",
    "Spaces",
    "spaces",
    "use",
]
