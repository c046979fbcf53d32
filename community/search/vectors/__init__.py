"""Topics that mean the same in other words: sentence vectors, beside the index of words.

`neighbours` is the one way in for queries. Where there are no vectors it finds nothing and says
why; words alone answer then, and the whole site works without.
"""

from community.search.vectors.embedders import NOT_INSTALLED, OVERLOADED, Embedder, NoVectors
from community.search.vectors.spaces import (
    INDEXING,
    NOT_IN_USE,
    Neighbours,
    Space,
    Spaces,
    neighbours,
    spaces,
    use,
)

__all__ = [
    "INDEXING",
    "NOT_INSTALLED",
    "NOT_IN_USE",
    "OVERLOADED",
    "Embedder",
    "Neighbours",
    "NoVectors",
    "Space",
    "Spaces",
    "neighbours",
    "spaces",
    "use",
]
