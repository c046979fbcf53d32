"""Whether somebody is answered with a page or with JSON."""

from flask import request


def wants_json() -> bool:
    """Tell whether a script asks, and reads JSON: at an address of the API or by its `Accept`."""
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"
