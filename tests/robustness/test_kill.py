"""Kill -9 at random moments: what was answered with success is there, once, and found."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from http import HTTPStatus
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, or_, select, text, update

from community import search
from community.accounts import passwords
from community.accounts import services as accounts
from community.accounts.models import SignUp
from community.core import clock, outbox
from community.core.db import db, reading, transaction
from community.notifications.models import (
    MailState,
    Notification,
    NotificationKind,
    NotificationMail,
)
from community.topics import services
from community.topics.models import Reply, Topic, TopicKind
from tests.factories import make_company, make_user
from tests.robustness.running import (
    Answer,
    Browser,
    CutOff,
    NotSent,
    Running,
    command,
    environment_of,
    running,
    until,
)

pytestmark = pytest.mark.slow

PASSWORD = "heron palette clover"
PEOPLE = ("ada", "ben", "cleo", "dan")
POSTS = 200  # answered with success
KILLS = {"workers": 4, "web_processes": 5, "web_servers": 2}
SEED = 20261121
CATCH_UP_TRIES = 15
MANY = 150  # jobs of each sort for two workers: more than one claims at once
GIVE_UP_S = 150.0  # far more than it takes on a busy machine
POSTS_PER_ADDRESS = 10  # below the limit of posts a minute
TOPIC_IN = 4  # one post in so many is a topic, the others are replies


@dataclass
class Posted:
    """What the people know of their posts. ``known`` holds the id that the answer told."""

    known: dict[str, int] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    surprises: list[Answer] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    lock: threading.Lock = field(default_factory=threading.Lock)
    killing: threading.Event = field(default_factory=threading.Event)

    def is_enough(self) -> bool:
        """Tell whether all posts are made, some of them after the last kill."""
        return bool(self.surprises) or (len(self.known) >= POSTS and not self.killing.is_set())

    def next_number(self) -> int:
        """Return a number that no other post has."""
        with self.lock:
            return next(self.numbers)


def marker(number: int) -> str:
    """Return a word that only this post holds."""
    return f"zq{number:05}x"


def is_topic(number: int) -> bool:
    """Tell whether this post is a topic; the others are replies."""
    return number % TOPIC_IN == 0


def post_many(site: Running, username: str, topic_id: int, posted: Posted, give_up: float) -> None:
    """Post as one person, again and again, and note what each answer said."""
    browser = Browser(site.port)
    while not posted.is_enough() and time.monotonic() < give_up:
        number = posted.next_number()
        browser.address = f"198.51.100.{number // POSTS_PER_ADDRESS % 250}"
        try:
            while not browser.is_signed_in:
                with suppress(NotSent, CutOff):
                    browser.sign_in(username, PASSWORD)
            answer = post_one(browser, number, topic_id)
        except CutOff:
            posted.unknown.add(marker(number))
            continue
        found = re.search(r"^/t/(\d+)/[^#]*(?:#reply-(\d+))?$", answer.location)
        if answer.status == HTTPStatus.SEE_OTHER and found:
            posted.known[marker(number)] = int(found.group(2) or found.group(1))
        else:
            posted.surprises.append(answer)


def post_one(browser: Browser, number: int, topic_id: int) -> Answer:
    """Post a topic or a reply; while nobody listens nothing is sent, so it is tried again."""
    if is_topic(number):
        path = "/c/brightwave/ask"
        fields = {
            "company": "Brightwave",
            "kind": "problem",
            "title": f"The hub loses {marker(number)}",
            "body": "It worked yesterday.",
            "turned_down": "none",  # the answers of the last look do not fit
        }
    else:
        path = f"/t/{topic_id}/replies"
        fields = {"body": f"Turn off {marker(number)} and on again."}
    while True:
        try:
            return browser.post(path, **fields)
        except NotSent:
            time.sleep(0.02)


def kill_many(site: Running, posted: Posted, give_up: float) -> Counter[str]:
    """Kill processes of each sort in the middle of the posts. Return how many were killed."""
    chance = random.Random(SEED)
    order = [sort for sort, times in KILLS.items() for _ in range(times)]
    chance.shuffle(order)
    killed: Counter[str] = Counter()
    for place, sort in enumerate(order):
        wanted = POSTS * (place + chance.random()) / (len(order) + 1)
        while len(posted.known) < wanted and not posted.surprises and time.monotonic() < give_up:
            time.sleep(0.002)
        make_due("news.waiting")  # mails gather for a minute, which the test does not wait for
        time.sleep(chance.uniform(0, 0.05))
        while time.monotonic() < give_up:
            if victims := getattr(site, sort)():
                with suppress(ProcessLookupError):
                    os.kill(chance.choice(victims), signal.SIGKILL)
                    killed[sort] += 1
                    break
            time.sleep(0.005)
    return killed


def catch_up(site: Running, topic_id: int, posted: Posted) -> None:
    """Wait until the worker of the site has done what is due.

    What killed workers had claimed is due again when `outbox.LEASE` has run out, for which
    the test does not wait; a post tells the worker to look.
    """
    browser = Browser(site.port, address="198.51.100.251")
    until(site.answers)
    browser.sign_in(PEOPLE[0], PASSWORD)
    for _ in range(CATCH_UP_TRIES):
        make_due()
        number = posted.next_number() * TOPIC_IN + 1  # a reply
        answer = post_one(browser, number, topic_id)
        posted.known[marker(number)] = int(answer.location.rpartition("-")[2])
        with suppress(AssertionError):
            until(lambda: due() == 0, within_s=2)
            return
    assert due() == 0, "the worker does not catch up"


def do_all(app: Flask) -> None:
    """Let a worker do what is left, also what waits on purpose: then nothing is owed at all."""
    for _ in range(CATCH_UP_TRIES):
        if owed() == 0:
            return
        make_due()
        with worker(app):  # it begins with what is due
            until(lambda: due() == 0)
    assert owed() == 0, "the worker does not come to an end"


def make_due(event: str = "") -> None:
    """Let what is owed be done now: all of it, while nobody is at it, or the jobs of an event.

    Of an event those that a worker has claimed are left to it.
    """
    rows = update(outbox.OutboxRow).where(text(outbox.OPEN))
    if event:
        rows = rows.where(outbox.OutboxRow.event == event, outbox.OutboxRow.attempts == 0)
    with transaction():
        db.session.execute(rows.values(run_after=clock.now()))


def owed() -> int:
    """Return how much is owed just now; each look sees what the others have committed."""
    with reading():
        return outbox.waiting()


def due() -> int:
    """Return how much is due or being done, which leaves out what waits for its time."""
    row = outbox.OutboxRow
    now = or_(row.run_after <= clock.now(), row.attempts > 0)
    with reading():
        return db.session.scalar(select(func.count(row.id)).where(text(outbox.OPEN), now)) or 0


def assert_kept_once(posted: Posted) -> None:
    """Check that each post that was answered is in the database once, and the others at most."""
    rows = [(title, id_) for id_, title in db.session.execute(select(Topic.id, Topic.title))]
    rows += [(body, id_) for id_, body in db.session.execute(select(Reply.id, Reply.body))]
    found = [(word, id_) for words, id_ in rows for word in re.findall(r"zq\d+x", words)]
    kept = dict(found)
    assert len(kept) == len(found), "something was posted twice"
    assert {word: kept.get(word) for word in posted.known} == posted.known
    assert kept.keys() <= posted.known.keys() | posted.unknown


def assert_indexed_once(app: Flask, posted: Posted) -> None:
    """Check that each topic is found, once, and that index and counts agree with the rows."""
    checked = command(app, "search", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert search.index().count() == db.session.scalar(select(func.count(Topic.id)))
    for word, id_ in posted.known.items():
        if is_topic(int(word[2:-1])):
            assert [match.topic_id for match in search.index().search(word).matches] == [id_]
    recounted = command(app, "recount")
    assert recounted.stdout == "Every count agrees with its rows.\n", recounted.stdout


def assert_told_once(topic_id: int) -> None:
    """Check that the asker was told of each answer, and the others of those since they follow.

    Whoever answers a second time follows for sure, whatever else happens at that moment.
    """
    replies = db.session.execute(
        select(Reply.id, Reply.author_id).where(Reply.topic_id == topic_id).order_by(Reply.id)
    ).all()
    told: defaultdict[int, list[int]] = defaultdict(list)
    news = select(Notification.user_id, Notification.reply_id).order_by(Notification.reply_id)
    for user_id, reply_id in db.session.execute(news.where(Notification.topic_id == topic_id)):
        told[user_id].append(reply_id or 0)
    answers: defaultdict[int, list[int]] = defaultdict(list)
    for reply_id, author_id in replies:
        answers[author_id].append(reply_id)
    asker_id = db.session.get_one(Topic, topic_id).author_id
    second = {author_id: ids[1] for author_id, ids in answers.items()}
    for user_id, since in {**second, asker_id: 0}.items():
        news_to_them = [id_ for id_, author_id in replies if id_ > since and author_id != user_id]
        assert [id_ for id_ in told[user_id] if id_ > since] == news_to_them
    assert told.keys() == {*answers, asker_id}


def assert_mailed_once(app: Flask, killed: int) -> None:
    """Check that each mail of news was sent once, and that none was lost but in the act.

    A worker that is killed between handing a mail over and noting it leaves it as "sending":
    nobody knows whether it arrived, so it is not sent again.
    """
    unmailed = select(func.count(Notification.id)).where(Notification.mailed_at.is_(None))
    assert db.session.scalar(unmailed.where(Notification.kind == NotificationKind.REPLIED)) == 0
    mails = db.session.execute(select(NotificationMail.key, NotificationMail.state)).all()
    states = {f"<{key}@localhost>": state for key, state in mails}
    arrived = Counter(str(message["Message-ID"]) for message in mails_in(app))
    assert set(arrived.values()) == {1}, "a mail was sent twice"
    assert len(arrived) > len(PEOPLE), "mail was sent only at the end"
    sent = {key for key, state in states.items() if state is MailState.SENT}
    hanging = {key for key, state in states.items() if state is MailState.SENDING}
    assert sent | hanging == states.keys()
    assert sent <= arrived.keys() <= sent | hanging
    assert len(hanging) <= killed

    told = Counter(
        (message["To"], reply_id)
        for message in mails_in(app)
        for reply_id in re.findall(r"/r/(\d+)\b", text_of(message))
    )
    assert set(told.values()) == {1}, "an answer was told in two mails"


def test_every_post_answered_with_success_is_kept_and_found_once(live_app: Flask) -> None:
    posted, give_up = Posted(), time.monotonic() + GIVE_UP_S
    with live_app.app_context():
        topic_id = topic_and_people()
        with running(live_app) as site:
            people = [
                threading.Thread(target=post_many, args=(site, name, topic_id, posted, give_up))
                for name in PEOPLE
            ]
            posted.killing.set()
            for person in people:
                person.start()
            killed = kill_many(site, posted, give_up)
            posted.killing.clear()
            for person in people:
                person.join()
            assert posted.surprises == []
            assert len(posted.known) >= POSTS
            assert killed == KILLS
            catch_up(site, topic_id, posted)
        do_all(live_app)

        assert_kept_once(posted)
        assert_told_once(topic_id)
        assert_mailed_once(live_app, killed["workers"])
        assert_indexed_once(live_app, posted)
        given_up = select(outbox.OutboxRow.last_error).where(
            outbox.OutboxRow.failed_at.is_not(None)
        )
        assert db.session.scalars(given_up).all() == []


def topic_and_people() -> int:
    """Make people who can sign in, and a topic to reply to. Return its id."""
    password_hash = passwords.hashed(PASSWORD)
    with transaction():
        for name in PEOPLE:
            make_user(name, password_hash=password_hash, trusted_since=clock.now())
        return services.post_topic(
            make_user("asker"),
            make_company("Brightwave"),
            kind=TopicKind.PROBLEM,
            title="The hub is silent",
            body="No light.",
        ).id


def test_two_workers_share_the_work_and_do_nothing_twice(live_app: Flask) -> None:
    with live_app.app_context():
        topic_ids, addresses = work_for_two()

        with worker(live_app), worker(live_app):
            until(lambda: owed() == 0, within_s=100)

        tries = db.session.scalars(select(outbox.OutboxRow.attempts)).all()
        assert set(tries) == {1}, "a job was done more than once, or failed"
        assert set(search.index().fingerprints()) == topic_ids
        assert search.index().count() == len(topic_ids)
    assert sorted(str(message["To"]) for message in mails_in(live_app)) == sorted(addresses)


def work_for_two() -> tuple[set[int], list[str]]:
    """Owe many jobs of two sorts. Return the topics to index and the addresses to write to."""
    password_hash = passwords.hashed(PASSWORD)
    company, asker = make_company("Brightwave"), make_user("asker", trusted_since=clock.now())
    topic_ids, addresses = set(), []
    for number in range(MANY):
        with transaction():
            topic = services.post_topic(
                asker,
                company,
                kind=TopicKind.PROBLEM,
                title=f"The hub loses {marker(number)}",
                body="It worked yesterday.",
            )
            begun = SignUp(
                key=f"key-{number}",
                username=f"person{number}",
                username_key=f"person{number}",
                email=f"person{number}@mail.example",
                return_to="/",
                password_hash=password_hash,
            )
            accounts.begin_sign_up(begun)
        topic_ids.add(topic.id)
        addresses.append(begun.email)
    return topic_ids, addresses


@contextmanager
def worker(app: Flask) -> Iterator[None]:
    """Run ``community worker``; it must end well when it is asked to."""
    process = subprocess.Popen(
        [sys.executable, "-m", "community", "worker"],
        env=environment_of(app),
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
        process.send_signal(signal.SIGTERM)
        # On a busy machine the other one may be done before this one listens to signals.
        assert process.wait(timeout=30) in {0, -signal.SIGTERM}
    finally:
        process.kill()
        process.wait()


def mails_in(app: Flask) -> list[EmailMessage]:
    """Return all mail that was written."""
    folder = Path(app.config["SETTINGS"].data_dir, "mail")
    return [message_from_bytes(path.read_bytes(), policy=SMTP) for path in folder.iterdir()]


def text_of(message: EmailMessage) -> str:
    """Return the part of a mail that is plain text."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
