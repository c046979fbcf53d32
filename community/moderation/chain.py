"""The canonical form of the public log and its chain of digests. Pure: needs no database.

A row is one JSON object in the canonical form of RFC 8785: keys in order, no spaces, UTF-8. Its
digest is the SHA-256 of that form, and the form holds the digest of the row before::

    {"action":"remove","at":"2026-11-22T08:00:00.000000Z","commitments":{"reason":"9f…"},
     "company":"acme","details":{"decision":7},"previous":"51…","role":"moderator",
     "rule":"spam","seq":12,"target":"reply 7"}

Numbers are whole and below 2^53, so that every language writes them alike. What somebody wrote is
committed to: ``commitments`` holds, for each field, the SHA-256 of salt and text, and both stand
beside the row until the text is redacted. Whoever knows them can check them; whoever does not can
still check the chain.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

BEGINNING = "0" * 64  # what the first row follows
NUMBER_MAX = 2**53 - 1  # the largest that every language holds exactly

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return the canonical form (RFC 8785) of an object of strings, whole numbers and objects.

    Raises:
        ValueError: there is a number that is not whole or too large, a key that is not ASCII
            (others are put in order by their UTF-16 units there), or half of a surrogate pair.
        TypeError: a key is no string.
    """
    _refuse_what_differs(value)
    return _ENCODER.encode(value).encode("utf-8")


def digest(row: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a row's canonical form, in hexadecimal digits."""
    return hashlib.sha256(canonical(row)).hexdigest()


def moment(at: datetime) -> str:
    """Return a moment as it stands in a row: UTC, with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def new_salt() -> str:
    """Return 16 random bytes in hexadecimal digits."""
    return secrets.token_hex(16)


def commitment(salt: str, text: str) -> str:
    """Return what a row says of a text: enough to check it, too little to find it out."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode("utf-8")).hexdigest()


def _refuse_what_differs(value: object) -> None:
    """Refuse what two languages would write in two ways."""
    if isinstance(value, dict):
        if not "".join(value).isascii():
            raise ValueError("Keys in the log are ASCII.")
        for each in value.values():
            if not isinstance(each, str):  # as most are
                _refuse_what_differs(each)
    elif isinstance(value, list | tuple):
        for each in value:
            _refuse_what_differs(each)
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) > NUMBER_MAX):
        raise ValueError("Numbers in the log are whole, and below 2^53.")
