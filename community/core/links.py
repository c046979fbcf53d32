"""Whole addresses of pages, from ``COMMUNITY_BASE_URL``.

Never from the request: whoever sends one chooses its ``Host``, and jobs have none.
"""

from urllib.parse import urlsplit

from flask import current_app

from community.core import config


def absolute(endpoint: str, **values: object) -> str:
    """Return the whole address of a page, to be read outside this site."""
    base = urlsplit(config.current().base_url)
    adapter = current_app.url_map.bind(base.netloc, base.path or "/", url_scheme=base.scheme)
    return adapter.build(endpoint, values, force_external=True)
