"""Where a form leads afterwards: on by GET, and back into this site, nowhere else."""

from urllib.parse import urlsplit

from flask import redirect
from werkzeug import Response

SEE_OTHER = 303


def see_other(location: str) -> Response:
    """Lead on after a form that was taken, so that loading the page again sends nothing twice."""
    return redirect(location, SEE_OTHER)


def local_path(target: str | None) -> str | None:
    """Return ``target`` if it is a path on this site, else None.

    Browsers read a backslash as a slash and skip control characters, so neither is let through.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(char < " " or char == "\x7f" for char in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return target if not parts.scheme and not parts.netloc else None
