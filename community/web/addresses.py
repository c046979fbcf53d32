"""Addresses in templates: `absolute_url`, `page_at`, and `url_for`, remembered.

A path depends on nothing but its parts. A list of topics has a hundred of them, and
building one costs more than rendering the row around it.
"""

from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request
from werkzeug.routing import BuildError

from community.core.links import absolute

REMEMBERED = 8192  # addresses
_PLAIN = frozenset({str, int, type(None)})  # exactly: True and 1 are one key and two addresses


def init_app(app: Flask) -> None:
    """Give templates `absolute_url`, and a `url_for` that asks Flask only for what is new."""
    app.add_template_global(absolute, "absolute_url")

    @lru_cache(maxsize=REMEMBERED)
    def path(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return app.url_for(endpoint, **dict(values))

    def url_for(endpoint: str, **values: Any) -> str:
        if (
            has_request_context()
            and endpoint[:1] != "."
            and "_external" not in values
            and "_scheme" not in values
            and all(type(value) in _PLAIN for value in values.values())
        ):
            root: str = request.environ.get("SCRIPT_NAME", "")
            return path(root, endpoint, tuple(values.items()))
        return app.url_for(endpoint, **values)

    def page_at(endpoint: str, **values: Any) -> str | None:
        """Return the address of a page that a layer above may have; None if it has not."""
        try:
            return app.url_for(endpoint, **values)
        except BuildError:
            return None

    app.jinja_env.globals["page_at"] = page_at
    if not app.debug:  # where static files change under our feet
        app.jinja_env.globals["url_for"] = url_for
