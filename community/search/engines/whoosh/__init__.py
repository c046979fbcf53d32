"""The embedded default engine, on Whoosh."""

from community.search.engines.whoosh.index import WhooshIndex

__all__ = ["WhooshIndex"]
