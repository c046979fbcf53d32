"""Addresses of static files that change with their content, so that they may be kept for ever."""

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from flask import Flask


def init_app(app: Flask) -> None:
    """Add ``?v=<digest>`` to every ``url_for("static", …)``."""
    folder = Path(app.static_folder or "")
    digest = _digest if app.debug else cache(_digest)

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            values["v"] = digest(folder / values["filename"])


def _digest(path: Path) -> str | None:
    """Return a short digest of a file, or None when there is none."""
    return blake2b(path.read_bytes(), digest_size=6).hexdigest() if path.is_file() else None
