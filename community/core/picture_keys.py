"""The names of pictures, which say how large they are.

A text is rendered without a look at the database, and room is kept on the page for each
picture of a text before it has come. So its key holds its size: ``5f…0c-1280x800``.
"""

import re
import secrets
from dataclasses import dataclass

SIDE_MAX = 2_000  # pixels of the longer side
KEY_MAX = 42  # characters: 32 hexadecimal digits of 16 random bytes, and two sides of up to four
_RANDOM_BYTES = 16
_KEY = r"[0-9a-f]{32}-([1-9][0-9]{0,3})x([1-9][0-9]{0,3})"
_IS_KEY = re.compile(_KEY)
_NAMED = re.compile(rf"/pictures/({_KEY})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels."""

    width: int
    height: int


def new_key(size: Size) -> str:
    """Return a key that nobody can guess."""
    return f"{secrets.token_hex(_RANDOM_BYTES)}-{size.width}x{size.height}"


def size_of(key: str) -> Size | None:
    """Return the size that a key names, or None if it is no key of ours."""
    found = _IS_KEY.fullmatch(key)
    if found is None:
        return None
    size = Size(int(found[1]), int(found[2]))
    return size if max(size.width, size.height) <= SIDE_MAX else None


def address(key: str) -> str:
    """Return where the picture is, on this site."""
    return f"/pictures/{key}"


def key_at(address: str) -> str | None:
    """Return the key of the picture at ``address``, or None if it is not one of our pictures."""
    key = address.removeprefix("/pictures/")
    return key if key != address and size_of(key) is not None else None


def named_in(text: str) -> tuple[str, ...]:
    """Return the keys of the pictures that a text names, each once, in their order."""
    return tuple(dict.fromkeys(found[1] for found in _NAMED.finditer(text)))
