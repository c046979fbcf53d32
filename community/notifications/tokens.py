"""What mail carries so that it can be stopped, and so that it can come back.

Both are signed and neither is kept. A link to stop mails works for as long as the site has
its key: it holds the number of a person, the kinds of news, and no name or address. The mark
in the address that bounces go to names one mail.
"""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer

from community.core import config
from community.notifications.models import NotificationKind

_DAILY = "daily"
_MARK = re.compile(r"(\d{1,10})-([0-9a-f]{16})\Z")


@dataclass(frozen=True, slots=True)
class Stop:
    """Which mails somebody can stop with a link: those of some kinds, or the daily one."""

    user_id: int
    kinds: tuple[NotificationKind, ...] = ()  # none: the daily mail, whatever is in it
    topic_id: int | None = None  # that the mail was about

    @property
    def is_daily(self) -> bool:
        """True for the daily mail."""
        return not self.kinds


def for_stop(stop: Stop) -> str:
    """Return the token of a link that stops mails."""
    kinds = ".".join(kind.value for kind in stop.kinds) or _DAILY
    return str(_serializer().dumps([stop.user_id, kinds, stop.topic_id]))


def stop_of(token: str) -> Stop | None:
    """Return what a link stops, or None if it is none of ours."""
    try:
        user_id, words, topic_id = _serializer().loads(token)
        kinds = (
            () if words == _DAILY else tuple(NotificationKind(word) for word in words.split("."))
        )
    except (BadData, ValueError, TypeError, AttributeError):  # or of a version with other kinds
        return None
    return Stop(user_id, kinds, topic_id)


def for_bounce(mail_id: int) -> str:
    """Return the mark that a bounce brings back, fit for the local part of an address."""
    return f"{mail_id}-{_signature(mail_id)}"


def mail_of(mark: str) -> int | None:
    """Return the id of the mail that came back, or None if the mark is none of ours."""
    found = _MARK.match(mark.lower())
    if found is None:
        return None
    mail_id = int(found[1])
    return mail_id if hmac.compare_digest(_signature(mail_id), found[2]) else None


def _signature(mail_id: int) -> str:
    key = config.current().secret_key.encode()
    return hmac.new(key, f"bounce {mail_id}".encode(), sha256).hexdigest()[:16]


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(config.current().secret_key, salt="stop-mails")
