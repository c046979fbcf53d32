"""Personal data in what somebody is about to post: found, and masked so that its kind still shows.

Everybody can read a post, and nobody needs a number of somebody else's card. What is
found is a guess, so the writer decides; nothing is changed or refused by this module.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a piece of text looks like."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    ACCOUNT = "account"  # of a bank
    DEVICE = "device"  # IMEI, MAC address
    NETWORK = "network"  # the IP address of a connection
    NUMBER = "number"  # of an order, invoice, customer, licence, appliance …


@dataclass(frozen=True)
class Finding:
    """A piece of a text that looks like personal data."""

    kind: Kind
    start: int  # the text is ``whole[start:end]``
    end: int
    text: str
    masked: str


_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def find(text: str) -> tuple[Finding, ...]:
    """Return what looks like personal data in ``text``, in its order and without overlaps."""
    return tuple(
        Finding(Kind.EMAIL, match.start(), match.end(), match[0], _masked_email(match[0]))
        for match in _EMAIL.finditer(text)
    )


def mask(text: str, findings: Iterable[Finding] | None = None) -> str:
    """Return ``text`` with each of ``findings`` (default: all there are) masked."""
    parts, at = [], 0
    for found in find(text) if findings is None else findings:
        parts += [text[at : found.start], found.masked]
        at = found.end
    return "".join([*parts, text[at:]])


def _masked_email(address: str) -> str:
    name, _, host = address.partition("@")
    return f"{name[0]}•••@{host}"
