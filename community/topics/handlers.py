"""Jobs that follow changes to topics. All take many payloads and may run any number of times."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from community import search
from community.core import erasing, jobs, outbox
from community.core.db import reading, transaction
from community.search import IndexBusy, SearchUnavailable
from community.topics import embedding, indexing
from community.topics.services import figures, languages, related, standings, visibility

BUSY_AGAIN = timedelta(seconds=5)  # somebody rebuilds the index
BROKEN_AGAIN = timedelta(minutes=1)  # somebody has to rebuild it
TOLD_AT_ONCE = 500  # topics; half a second's work
RELATED_A_NIGHT = 2_000  # topics
RELATED_AT_ONCE = 50  # topics


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


def index_erased(payloads: Sequence[outbox.Payload]) -> None:
    """Index topics anew from whose words, or whose answers', somebody's name was taken out.

    Raises:
        Retry: as `index_topics`.
    """
    topic_ids = indexing.topics_of_rows((one["table"], one["ids"]) for one in payloads)
    index_topics([{"topic_id": topic_id} for topic_id in topic_ids])
    embedding.note(topic_ids)


def erase_sealed(username: str, *addresses: str) -> None:
    """Take somebody who is being forgotten out of words that are covered.

    Runs outside a transaction.
    """
    with transaction():
        visibility.erase_sealed(erasing.Traces(username, addresses))


def index_told(payloads: Sequence[outbox.Payload]) -> None:
    """Index topics anew whose language was told, for their words are others now.

    Raises:
        Retry: as `index_topics`.
    """
    topic_ids = {topic_id for payload in payloads for topic_id in payload["topic_ids"]}
    index_topics([{"topic_id": topic_id} for topic_id in topic_ids])
    embedding.note(topic_ids)


def index_answered(payloads: Sequence[outbox.Payload]) -> None:
    """Index topics anew of which an author of answers is more or less of an expert since.

    Raises:
        Retry: as `index_topics`.
    """
    topic_ids = {topic_id for payload in payloads for topic_id in payload["topic_ids"]}
    index_topics([{"topic_id": topic_id} for topic_id in topic_ids])


def tell_languages() -> bool:
    """Tell the language of some topics of which nobody has tried. Return whether there are more."""
    with transaction():
        return languages.tell_some(TOLD_AT_ONCE) == TOLD_AT_ONCE


def note_vectors(payloads: Sequence[outbox.Payload]) -> None:
    """Have the sentence vectors of some topics made anew, as soon as nothing else is to be done.

    The note is kept in the worker's memory: after a start it looks through all topics anyway.
    """
    embedding.note({payload["topic_id"] for payload in payloads})
    jobs.call_spare()


def fill_vectors() -> bool:
    """Make some of the sentence vectors that are missing. Return whether there are more.

    Raises:
        SearchUnavailable: they cannot be read or written.
    """
    filler = embedding.filler()
    return filler.step() if filler else False


def look_through_vectors() -> None:
    """Compare all topics with their sentence vectors once more, in the worker's spare time."""
    if filler := embedding.filler():
        filler.begin()


def compact_index(**_: object) -> None:
    """Let go of what the index still holds of somebody who was forgotten, or of covered words.

    Runs outside a transaction, after the index has been brought up to date.

    Raises:
        Retry: as `index_topics`, or the index does not know yet what was erased or covered.
    """
    with reading():
        waits = any(outbox.owed(event) for event in (erasing.EVENT, "post.hidden"))
    if waits:
        raise outbox.Retry("The index is not up to date.", after=BUSY_AGAIN)
    try:
        search.index().compact()
        if filler := embedding.filler():
            filler.forget()
    except IndexBusy as error:
        raise outbox.Retry(error.message, after=BUSY_AGAIN) from error
    except SearchUnavailable as error:
        raise outbox.Retry(error.message, after=BROKEN_AGAIN) from error


def inspect_index() -> None:
    """Look for damage in the files of the index before somebody's question meets it.

    What is damaged answers no more; the log and a notice to operators say so.
    """
    with suppress(SearchUnavailable):  # there is none: whoever asks is told
        search.index().inspect()


def refresh_standings(payloads: Sequence[outbox.Payload]) -> None:
    """Count again what the authors of some replies have done at the companies concerned."""
    reply_ids = {payload["reply_id"] for payload in payloads} - {None}  # None: a topic was hidden
    standings.refresh_authors(reply_ids)


def refresh_figures(payloads: Sequence[outbox.Payload]) -> None:
    """Measure again the figures of some companies."""
    company_ids = {payload["company_id"] for payload in payloads}
    with reading():
        measured = figures.measure(company_ids)
    figures.keep(measured)


def relate_topic(topic_id: int, **_: object) -> None:
    """Seek the topics that read like one, and again for those, which may now be like it.

    Raises:
        Retry: the index cannot be read.
    """
    try:
        with reading():
            found = related.seek([topic_id])
            found |= related.seek(found.get(topic_id, ()))
    except SearchUnavailable as error:
        raise outbox.Retry(error.message, after=BROKEN_AGAIN) from error
    related.keep(found)


def relate_nightly() -> None:
    """Seek topics like those for which none were sought yet, as many as a night is for."""
    left = RELATED_A_NIGHT
    while left > 0 and (done := relate_some(RELATED_AT_ONCE)):
        left -= done


def relate_some(limit: int) -> int:
    """Seek topics like some for which none were sought yet. Return for how many.

    Raises:
        SearchUnavailable: the index cannot be read.
    """
    with reading():
        found = related.seek(related.unrelated(limit))
    with transaction():
        related.keep(found)
    return len(found)
