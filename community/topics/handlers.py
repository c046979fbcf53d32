"""Jobs that follow changes to topics. All take many payloads and may run any number of times."""

from collections.abc import Sequence
from datetime import timedelta

from community.core import outbox
from community.core.db import reading
from community.search import IndexBusy, SearchUnavailable
from community.topics import indexing
from community.topics.services import figures, standings

BUSY_AGAIN = timedelta(seconds=5)  # somebody rebuilds the index
BROKEN_AGAIN = timedelta(minutes=1)  # somebody has to rebuild it


def index_topics(payloads: Sequence[outbox.Payload]) -> None:
    """Make the index agree with the database about some topics, in one commit.

    Raises:
        Retry: the index is being written by somebody else, or cannot be used.
    """
    try:
        indexing.bring_up_to_date({payload["topic_id"] for payload in payloads})
    except IndexBusy as error:
        raise outbox.Retry(error.message, after=BUSY_AGAIN) from error
    except SearchUnavailable as error:
        raise outbox.Retry(error.message, after=BROKEN_AGAIN) from error


def refresh_standings(payloads: Sequence[outbox.Payload]) -> None:
    """Count again what the authors of some replies have done at the companies concerned."""
    standings.refresh_authors({payload["reply_id"] for payload in payloads})


def refresh_figures(payloads: Sequence[outbox.Payload]) -> None:
    """Measure again the figures of some companies."""
    company_ids = {payload["company_id"] for payload in payloads}
    with reading():
        measured = figures.measure(company_ids)
    figures.keep(measured)
