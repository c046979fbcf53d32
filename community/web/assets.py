"""Static files: without what only their authors read, at addresses that change with them."""

import shutil
import tempfile
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask
from rcssmin import cssmin
from rjsmin import jsmin
from whitenoise.compress import Compressor

_MINIFY = {".css": cssmin, ".js": jsmin}
_KEPT = 2  # the files of this version, and of the one whose last pages are still being read


def init_app(app: Flask) -> None:
    """Add ``?v=<digest>`` to every ``url_for("static", …)``."""
    folder = Path(app.static_folder or "")
    digest = _digest if app.debug else cache(_digest)

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            values["v"] = digest(folder / values["filename"])


def prepared(source: Path, parent: Path) -> Path:
    """Return a folder with the files of ``source`` as they are sent, made the first time.

    Styles and scripts lose their comments and spaces; what compresses well lies compressed
    beside itself. Many processes may ask at once: the first to be ready gives its folder.

    Args:
        source: the files as they were written.
        parent: where such folders are kept, each under the digest of its sources.
    """
    made = parent / _digest_of_all(source)
    if made.is_dir():
        return made
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=".") as workplace:
        folder = Path(workplace, "static")
        shutil.copytree(source, folder)
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            _prepare(file)
        with suppress(OSError):  # another process was first
            folder.rename(made)
    _forget_old(parent)
    return made


def _prepare(file: Path) -> None:
    if minify := _MINIFY.get(file.suffix):
        file.write_text(str(minify(file.read_text(encoding="utf-8"))), encoding="utf-8")
    compressor = Compressor(quiet=True)
    if compressor.should_compress(file.name):
        compressor.compress(str(file))


def _forget_old(parent: Path) -> None:
    """Remove all but the newest folders."""
    made = [path for path in parent.iterdir() if not path.name.startswith(".")]
    made.sort(key=lambda path: path.stat().st_ctime, reverse=True)
    for old in made[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _digest_of_all(source: Path) -> str:
    """Return a digest of all that decides what is sent: the files, and what minifies them."""
    digest = blake2b(digest_size=8)
    for name in ("rcssmin", "rjsmin"):
        digest.update(f"{name} {version(name)}\n".encode())
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(source).as_posix()}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _digest(path: Path) -> str | None:
    """Return a short digest of a file, or None when there is none."""
    return blake2b(path.read_bytes(), digest_size=6).hexdigest() if path.is_file() else None
