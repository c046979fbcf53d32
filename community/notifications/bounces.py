"""Mail that came back, as mail servers report it (RFC 3464)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default

from community.core.mail import is_about_the_address
from community.notifications import tokens

SIZE_MAX = 2 * 1024 * 1024  # bytes of a report that are read
_WHERE_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")  # as servers write it down
_MARKED = re.compile(r"\+(\d{1,10}-[0-9a-f]{16})@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail of ours that came back. Hard: its address takes none, now or later."""

    mail_id: int
    is_hard: bool


def read(report: bytes) -> Bounce | None:
    """Return which mail came back, or None where the report says that none did.

    Only a report of a failure counts, to an address with a mark that we signed: a note that
    mail is late, an automatic answer, or somebody's invention changes nothing.
    """
    message = message_from_bytes(report[:SIZE_MAX], _class=EmailMessage, policy=default)
    mail_id = next(filter(None, map(tokens.mail_of, _marks(message))), None)
    failures = [
        str(part.get("Status", "")).strip()
        for part in _recipients(message)
        if str(part.get("Action", "")).strip().lower() == "failed"
    ]
    if mail_id is None or not failures:
        return None
    return Bounce(mail_id, is_hard=any(is_about_the_address(status) for status in failures))


def _marks(message: EmailMessage) -> Iterator[str]:
    for header in _WHERE_TO:
        for value in message.get_all(header, []):
            yield from _MARKED.findall(str(value))


def _recipients(message: EmailMessage) -> Iterator[Message]:
    """Yield what the report says of each recipient; the first block is about the mail."""
    for part in message.walk():
        blocks = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(blocks, list):
            yield from (block for block in blocks[1:] if isinstance(block, Message))
