"""One batch of threads, written in one transaction: all of it is there afterwards, or nothing.

What is there already, by its key, stays as it is; what is new below a known topic is added.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import insert, select, update

from community.companies import services as companies
from community.companies.models import Company
from community.core import outbox
from community.core.db import Base, db
from community.core.errors import Invalid
from community.core.sql import changed, chunks
from community.core.sql import insert as insert_new
from community.topics.importing import people
from community.topics.importing.finishing import EVENT, LEFT_TO_US
from community.topics.importing.interchange import Answer, Comment, Person, Place, Post, Thread
from community.topics.importing.looking_up import AT_ONCE
from community.topics.importing.report import Note
from community.topics.importing.texts import Prepared
from community.topics.models import (
    AcceptedAnswer,
    Reply,
    StatusChange,
    StatusRole,
    Tag,
    Topic,
    TopicProduct,
    TopicStatus,
    TopicTag,
)
from community.topics.policies import SOLVABLE
from community.topics.services import languages, recount, tagging

Texts = Mapping[Post, Prepared]
Row = dict[str, Any]
Each = TypeVar("Each", Answer, Comment)


@dataclass
class Written:
    """What became of a batch."""

    added: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    notes: Counter[Note] = field(default_factory=Counter)
    rejected: list[tuple[Place, str]] = field(default_factory=list)


@dataclass
class Found:
    """A topic of the batch, as it is in the database."""

    id: int
    author_id: int
    status: TopicStatus


def write(threads: Sequence[Thread], texts: Texts) -> Written:
    """Write threads inside the caller's transaction.

    Args:
        texts: what is kept of each post.
    """
    batch = _Batch(texts)
    batch.write_topics(threads)
    batch.write_replies(threads)
    batch.finish()
    return batch.written


class _Batch:
    """The state of one call of `write`."""

    def __init__(self, texts: Texts) -> None:
        self.written = Written()
        self._texts = texts
        self._topics: dict[Thread, Found] = {}
        self._users: dict[str, int] = {}
        self._touched: set[int] = set()  # ids of topics

    def write_topics(self, threads: Sequence[Thread]) -> None:
        """Insert the topics that are new, with their products and tags."""
        known = self._known_topics(threads)
        places = _Companies(self.written)
        fresh: dict[str, Thread] = {}
        again: list[Thread] = []
        for thread in threads:
            key = thread.key
            if key in known:
                if known[key].created_at == thread.created_at:
                    self._topics[thread] = _found(known[key])
                    self.written.known["topics"] += 1
                else:
                    self._reject(thread, "the id of another topic; name this source (--source)")
            elif key in fresh:
                again.append(thread)
            elif places.take_in(thread):
                fresh[key] = thread
        self._find_people([*fresh.values(), *self._topics])
        ids = self._insert_topics(fresh, places)
        self._touched.update(ids.values())
        for key, thread in fresh.items():
            self._topics[thread] = Found(ids[key], self._user(thread), TopicStatus.OPEN)
        for thread in again:  # twice in one batch: the same as twice in one file
            self._topics[thread] = self._topics[fresh[thread.key]]
            self.written.known["topics"] += 1
        self._insert_products(fresh.values(), places)
        self._insert_tags(fresh.values())

    def write_replies(self, threads: Sequence[Thread]) -> None:
        """Insert the answers that are new, what was accepted, and the comments below."""
        topics = [thread for thread in threads if thread in self._topics]
        known = self._known_replies(topics)
        answers = self._new(known, "replies", ((t, a) for t in topics for a in t.answers))
        ids = self._insert_replies({answer: (thread, None) for thread, answer in answers})
        self._accept((thread, answer, ids[answer.key]) for thread, answer in answers)
        parents: dict[Comment, int] = {}
        for thread in topics:
            for answer in thread.answers:
                parents |= self._parents(thread, answer, known, ids)
        comments = self._new(
            known, "comments", ((t, c) for t in topics for c in t.comments() if c in parents)
        )
        self._insert_replies({comment: (thread, parents[comment]) for thread, comment in comments})

    def finish(self) -> None:
        """Bring the counts of the topics up to date, and owe what follows."""
        ids = sorted(self._touched)
        if not ids:
            return
        recount.replies_to(ids)
        company_ids = db.session.scalars(
            select(Topic.company_id).where(Topic.id.in_(ids)).distinct()
        ).all()
        outbox.publish(EVENT, after=LEFT_TO_US, topic_ids=ids, company_ids=sorted(company_ids))

    def _user(self, post: Post) -> int:
        return self._users[post.author.key]

    def _reject(self, post: Post, reason: str) -> None:
        self.written.rejected.append((post.place, reason))

    def _known_topics(self, threads: Sequence[Thread]) -> dict[str, Any]:
        """Return the topics that are there, locked, so that nobody replies while we count."""
        rows: Any = db.session.execute(
            select(Topic.source_key, Topic.id, Topic.author_id, Topic.status, Topic.created_at)
            .where(Topic.source_key.in_({thread.key for thread in threads}))
            .order_by(Topic.id)
            .with_for_update()
        )
        return {row.source_key: row for row in rows}

    def _known_replies(self, threads: Sequence[Thread]) -> dict[str, tuple[int, int]]:
        keys = {post.key for thread in threads for post in thread.below()}
        found: dict[str, tuple[int, int]] = {}
        for some in chunks(keys, AT_ONCE):
            rows: Any = db.session.execute(
                select(Reply.source_key, Reply.id, Reply.topic_id).where(Reply.source_key.in_(some))
            )
            found |= {row.source_key: (row.id, row.topic_id) for row in rows}
        return found

    def _find_people(self, threads: Sequence[Thread]) -> None:
        earliest: dict[Person, datetime] = {}
        for thread in threads:
            for post in thread.posts():
                known = earliest.get(post.author)
                if known is None or post.created_at < known:
                    earliest[post.author] = post.created_at
        self._users, made = people.ids_of(earliest)
        self.written.added["people"] += made

    def _insert_topics(self, fresh: Mapping[str, Thread], places: "_Companies") -> dict[str, int]:
        rows = []
        for key, thread in fresh.items():
            kept = self._texts[thread]
            self.written.notes[Note.TITLE] += bool(thread.text.lead)
            self.written.notes[Note.TEXT] += kept.was_cut
            self.written.notes[Note.TAGS] += thread.tags_left_out
            rows.append(
                {
                    "company_id": places.company_of(thread).id,
                    "author_id": self._user(thread),
                    "kind": thread.kind,
                    "status": TopicStatus.OPEN,
                    "title": thread.title,
                    "body": kept.body,
                    "body_html": kept.body_html,
                    "language": languages.language_of(
                        thread.title, kept.body_html, thread.language
                    ),
                    "source_key": key,
                    "created_at": thread.created_at,
                    "last_activity_at": thread.created_at,
                }
            )
        self.written.added["topics"] += len(rows)
        return _inserted(Topic, rows)

    def _insert_products(self, threads: Iterable[Thread], places: "_Companies") -> None:
        rows = [
            {"topic_id": self._topics[thread].id, "product_id": id_, "company_id": company_id}
            for thread in threads
            for company_id, id_ in places.products_of(thread)
        ]
        _add(TopicProduct, rows)

    def _insert_tags(self, threads: Iterable[Thread]) -> None:
        tagged = [(self._topics[thread].id, tag) for thread in threads for tag in thread.tags]
        slugs = sorted({tag for _topic_id, tag in tagged})
        if not slugs:
            return
        new = [{"slug": slug} for slug in slugs]  # in one order, so that nobody waits in a ring
        db.session.execute(insert_new(Tag).on_conflict_do_nothing(), new)
        ids: dict[str, int] = {}
        for some in chunks(slugs, AT_ONCE):
            found: Any = db.session.execute(select(Tag.slug, Tag.id).where(Tag.slug.in_(some)))
            ids |= dict(found.all())
        _add(TopicTag, [{"topic_id": topic, "tag_id": ids[tag]} for topic, tag in tagged])
        tagging.count_topics(Counter(ids[tag] for _topic_id, tag in tagged))

    def _new(
        self,
        known: Mapping[str, tuple[int, int]],
        what: str,
        posts: Iterator[tuple[Thread, Each]],
    ) -> list[tuple[Thread, Each]]:
        """Return the posts that are to be inserted; reject those that cannot be."""
        found: dict[str, tuple[Thread, Each]] = {}
        for thread, post in posts:
            key = post.key
            topic_id = self._topics[thread].id
            if key in known:
                if known[key][1] == topic_id:
                    self.written.known[what] += 1
                else:
                    self._reject(post, "the id of a reply to another topic")
            elif key in found:
                if self._topics[found[key][0]].id == topic_id:
                    self.written.known[what] += 1
                else:
                    self._reject(post, "the id of a reply to another topic")
            elif not self._texts[post].body:
                self._reject(post, "nothing to read in the text")
            else:
                found[key] = (thread, post)
        return list(found.values())

    def _parents(
        self,
        thread: Thread,
        answer: Answer,
        known: Mapping[str, tuple[int, int]],
        new: Mapping[str, int],
    ) -> dict[Comment, int]:
        """Return what the comments on ``answer`` hang below; reject them if it is not there."""
        reply_id, topic_id = known.get(answer.key, (new.get(answer.key), self._topics[thread].id))
        if reply_id is not None and topic_id == self._topics[thread].id:
            return dict.fromkeys(answer.comments, reply_id)
        for comment in answer.comments:
            self._reject(comment, "a comment on an answer that was rejected")
        return {}

    def _insert_replies(self, posts: Mapping[Post, tuple[Thread, int | None]]) -> dict[str, int]:
        rows = []
        for post, (thread, parent_id) in posts.items():
            kept = self._texts[post]
            topic_id = self._topics[thread].id
            self._touched.add(topic_id)
            self.written.notes[Note.TEXT] += kept.was_cut
            self.written.added["replies" if parent_id is None else "comments"] += 1
            helpful, unhelpful = (
                (post.helpful, post.unhelpful) if isinstance(post, Answer) else (0, 0)
            )
            rows.append(
                {
                    "topic_id": topic_id,
                    "author_id": self._user(post),
                    "parent_id": parent_id,
                    "body": kept.body,
                    "body_html": kept.body_html,
                    "helpful_count": helpful,
                    "unhelpful_count": unhelpful,
                    "imported_helpful_count": helpful,
                    "imported_unhelpful_count": unhelpful,
                    "source_key": post.key,
                    "created_at": post.created_at,
                }
            )
        return _inserted(Reply, rows)

    def _accept(self, answers: Iterable[tuple[Thread, Answer, int]]) -> None:
        """Say for the askers what solved it for them, with the step in the topic's history."""
        accepted: list[Row] = []
        changes: list[Row] = []
        solved: set[int] = set()
        for thread, answer, reply_id in answers:
            if answer.accepted_at is None:
                continue
            if thread.kind not in SOLVABLE:
                self.written.notes[Note.ACCEPTED] += 1
                continue
            topic = self._topics[thread]
            row = {"topic_id": topic.id, "reply_id": reply_id}
            at = answer.accepted_at
            accepted.append({**row, "accepted_by_id": topic.author_id, "accepted_at": at})
            if topic.status is TopicStatus.OPEN and topic.id not in solved:
                solved.add(topic.id)
                changes.append(
                    {
                        **row,
                        "actor_id": topic.author_id,
                        "role": StatusRole.ASKER,
                        "old": TopicStatus.OPEN,
                        "new": TopicStatus.SOLVED,
                        "created_at": at,
                    }
                )
        _add(AcceptedAnswer, accepted)
        _add(StatusChange, changes)
        reply_ids = [row["reply_id"] for row in accepted]
        for some in chunks(reply_ids, AT_ONCE):
            changed(update(Reply).where(Reply.id.in_(some)).values(accepted_count=1))
        for some in chunks(sorted(solved), AT_ONCE):
            changed(update(Topic).where(Topic.id.in_(some)).values(status=TopicStatus.SOLVED))


class _Companies:
    """The companies and products that the threads of a batch are about."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._companies: dict[str, Company] = {}
        self._products: dict[tuple[str, str], int] = {}

    def take_in(self, thread: Thread) -> bool:
        """Find or open what ``thread`` is about; reject it if a name does not fit."""
        try:
            if thread.company not in self._companies:
                self._companies[thread.company] = companies.take_in_company(thread.company)
            for name in thread.products:
                if (thread.company, name) not in self._products:
                    product = companies.take_in_product(self.company_of(thread), name)
                    self._products[thread.company, name] = product.id
        except Invalid as error:
            self._written.rejected.append((thread.place, error.message))
            return False
        return True

    def company_of(self, thread: Thread) -> Company:
        return self._companies[thread.company]

    def products_of(self, thread: Thread) -> set[tuple[int, int]]:
        company_id = self.company_of(thread).id
        return {(company_id, self._products[thread.company, name]) for name in thread.products}


def _found(row: Any) -> Found:
    return Found(row.id, row.author_id, row.status)


def _inserted(table: type[Topic | Reply], rows: Sequence[Row]) -> dict[str, int]:
    """Insert rows; return their ids by source key."""
    if not rows:
        return {}
    made: Any = db.session.execute(insert(table).returning(table.source_key, table.id), rows)
    return dict(made.all())


def _add(table: type[Base], rows: Sequence[Row]) -> None:
    if rows:
        db.session.execute(insert(table), rows)
