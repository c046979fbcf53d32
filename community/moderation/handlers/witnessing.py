"""What keeps watch over the public log: heads noted outside it, and a look at all of it by night."""

import logging
from collections.abc import Sequence
from typing import Any

from community.core.db import one_moment, reading, transaction
from community.core.erasing import Traces
from community.moderation import heads
from community.moderation.queries import log as public_log
from community.moderation.services import redact
from community.moderation.verifying import Broken

log = logging.getLogger(__name__)


def note_head(_written: Sequence[dict[str, Any]]) -> None:
    """Write the newest head of the log into the data folder.

    Not where the log no longer agrees with what was noted: then the contradiction is to stay.
    """
    noted, now = heads.newest(), public_log.head()
    if now.seq < noted.seq:
        cut_off = "The public log was cut off: row %d was noted, and row %d is the last."
        log.error(cut_off, noted.seq, now.seq)
    elif noted.seq and public_log.digest_of(noted.seq) != noted.digest:
        log.error("The public log was written anew: row %d is not what was noted.", noted.seq)
    elif now.seq > noted.seq:
        heads.note(now)


def inspect_log() -> None:
    """Check the whole log, and tell the operator in the logs of the worker if it is broken."""
    try:
        with reading():
            one_moment()
            public_log.verified()
    except Broken as broken:
        log.error("The public log is broken (%s): %s", broken.fault, broken)  # noqa: TRY400 (no trace)


def forget_in_log(username: str, *addresses: str) -> None:
    """Take the texts out of the log that name somebody who has left. Opens its own transaction."""
    with transaction():
        redact.redact_person(Traces(username, addresses))
