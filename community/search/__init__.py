"""Finding topics: what was asked before, while it is being asked again.

`index` is the one way in: ``search.index().similar("printer jams")``.
"""

from functools import lru_cache
from pathlib import Path

from community.core.errors import SettingsError
from community.search.documents import (
    NOT_SAID,
    Document,
    Explanation,
    Facets,
    Filters,
    Match,
    Order,
    Results,
    Spread,
)
from community.search.engines.whoosh import WhooshIndex
from community.search.errors import IndexBusy, SearchUnavailable
from community.search.highlight import Piece, excerpt, highlight
from community.search.interface import SearchIndex

__all__ = [
    "NOT_SAID",
    "Document",
    "Explanation",
    "Facets",
    "Filters",
    "IndexBusy",
    "Match",
    "Order",
    "Piece",
    "Results",
    "SearchIndex",
    "SearchUnavailable",
    "Spread",
    "excerpt",
    "highlight",
    "index",
    "open_index",
    "use",
]

_in_use: list[SearchIndex] = []


@lru_cache(maxsize=8)
def open_index(engine: str, folder: Path) -> SearchIndex:
    """Return the index of an engine in a folder, the same object every time.

    Raises:
        ValueError: no engine has that name.
        SettingsError: the engine is not installed.
    """
    if engine == "whoosh":
        return WhooshIndex(folder)
    if engine == "tantivy":
        return _tantivy_index(folder)
    raise ValueError(f"There is no search engine named {engine!r}.")


def _tantivy_index(folder: Path) -> SearchIndex:
    try:
        from community.search.engines.tantivy import TantivyIndex  # noqa: PLC0415 (an extra)
    except ModuleNotFoundError as error:
        raise SettingsError(
            "The search engine Tantivy is not installed: "
            'run `pip install "common-ground[tantivy]"`, or choose whoosh:.'
        ) from error
    return TantivyIndex(folder)


def use(chosen: SearchIndex) -> None:
    """Make ``chosen`` what `index` returns, in this process."""
    _in_use[:] = [chosen]


def index() -> SearchIndex:
    """Return the index in use.

    Raises:
        SearchUnavailable: `use` has not been called.
    """
    if not _in_use:
        raise SearchUnavailable("No search index is configured.")
    return _in_use[0]
