"""Search engines behind `community.search.interface.SearchIndex`."""
