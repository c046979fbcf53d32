"""Sending what people want mailed: many over one connection, none of them twice.

Each mail is claimed in a transaction of its own, sent outside any, and noted in another. What
the server cannot take now is tried again after 5, 10, 20 … minutes, and given up after
`TRIES_MAX`; while the server cannot be reached at all, everything waits.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from community.accounts import queries as people
from community.core import clock, mail, outbox
from community.core.db import transaction
from community.core.errors import Conflict
from community.notifications import letters, queries, services
from community.notifications.letters import Letter

EIGHT = 8  # o'clock, where the reader is: the hour of daily mail
TRIES_MAX = 8  # of a mail that the server puts off: the last after about ten hours
TRY_AGAIN = timedelta(minutes=5)  # doubled with each try
SERVER_GONE = timedelta(minutes=2)

log = logging.getLogger(__name__)

Task = tuple[str, outbox.Payload]  # an event and its payload, to be owed once more


def mail_news(payloads: Sequence[outbox.Payload]) -> None:
    """Send what happened in some topics, each reader and topic one mail.

    Raises:
        Retry: the mail server cannot be reached.
    """
    tasks = {(each["user_id"], each["topic_id"]): each for each in payloads}
    _send_all(
        (letter, ("news.waiting", payload))
        for (user_id, topic_id), payload in tasks.items()
        if (letter := letters.at_once(user_id, topic_id)) is not None
    )


def mail_daily(payloads: Sequence[outbox.Payload]) -> None:
    """Send some people the mail of their day.

    Raises:
        Retry: the mail server cannot be reached.
    """
    tasks = {(each["user_id"], each["day"]): each for each in payloads}
    _send_all(
        (letter, ("day.begun", payload))
        for (user_id, day), payload in tasks.items()
        if (letter := letters.daily(user_id, day)) is not None
    )


def begin_the_day() -> int:
    """Owe a daily mail to everybody whose eight o'clock has come and who has news from before.

    Returns:
        How many they are.
    """
    due = []
    for waiting in queries.waiting_for_their_day():
        eight = _last_eight(waiting.time_zone)
        if waiting.since < eight and (waiting.mailed_last or waiting.since) < eight:
            due.append({"user_id": waiting.user_id, "day": eight.date().isoformat()})
    with transaction():
        outbox.publish_all("day.begun", due)
    return len(due)


def let_news_go(user_id: int, **_: object) -> None:
    """Mail nothing of what waited for somebody who has closed their account."""
    user = people.by_id(user_id)
    if user is not None and user.deleted_at is not None:  # else they came back
        services.mail_nothing_waiting(user_id)


def _last_eight(time_zone: str) -> datetime:
    """Return when it was eight in the morning last in a time zone; an unknown one is UTC."""
    try:
        zone = ZoneInfo(time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    now = clock.now().astimezone(zone)
    eight = now.replace(hour=EIGHT, minute=0, second=0, microsecond=0)
    return eight if eight <= now else eight - timedelta(days=1)


def _send_all(written: Iterable[tuple[Letter, Task]]) -> None:
    """Send letters over one connection, which is made when there is a first."""
    waiting: Iterator[tuple[Letter, Task]] = iter(written)
    first = next(waiting, None)
    if first is None:
        return
    try:
        with mail.connection() as post:
            for letter, task in chain([first], waiting):
                _send(post, letter, task)
    except OSError as error:
        log.warning("Mail waits: %s: %s", type(error).__name__, error)
        raise outbox.Retry(str(error), after=SERVER_GONE) from error


def _send(post: mail.Post, letter: Letter, task: Task) -> None:
    """Send one letter, unless it was sent or is being sent.

    Raises:
        OSError: the server is gone. The letter waits, unless it may have arrived.
    """
    try:
        with transaction():
            mail_id = services.claim(letter.key, letter.user_id, letter.news_ids)
    except Conflict:
        return
    try:
        post(letter.write(mail_id))
    except mail.Refused as refused:
        _note_refused(mail_id, letter, task, refused)
    except mail.Unclear:
        raise  # it may have arrived, so it is not sent again: it stays as it is
    except Exception:
        with transaction():
            services.let_go(mail_id, letter.news_ids)
        raise
    else:
        with transaction():
            services.note_sent(mail_id)


def _note_refused(mail_id: int, letter: Letter, task: Task, refused: mail.Refused) -> None:
    event, payload = task
    tries = payload.get("tries", 0) + 1
    is_final = refused.is_final or tries >= TRIES_MAX
    log.info("Mail %s: %s%s", mail_id, refused, "" if is_final else " It is tried again.")
    with transaction():
        services.note_refused(
            mail_id,
            letter.news_ids,
            is_final=is_final,
            is_address_dead=refused.is_address_dead,
        )
        if not is_final:
            again = {**payload, "tries": tries}
            outbox.publish_all(event, [again], after=TRY_AGAIN * 2 ** (tries - 1))
