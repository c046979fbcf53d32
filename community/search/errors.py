"""The errors of searching. Callers outside this package catch `SearchUnavailable`."""

from community.core.errors import SearchUnavailable

__all__ = ["IndexBusy", "SearchUnavailable"]


class IndexBusy(SearchUnavailable):
    """Another process is writing the index. Nothing was changed: try again later."""
