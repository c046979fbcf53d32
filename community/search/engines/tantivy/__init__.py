"""An embedded engine for large sites, on Tantivy; `docs/search.md` says when to move."""

from community.search.engines.tantivy.index import TantivyIndex

__all__ = ["TantivyIndex"]
