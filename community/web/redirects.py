"""Where a form may send somebody afterwards: back into this site, nowhere else."""

from urllib.parse import urlsplit


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
