"""From topics in the database to documents in the index, many at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select

from community import search
from community.companies.models import Company, Product
from community.core import markup
from community.core.db import db, reading
from community.search import Document, languages, ranking
from community.topics.models import (
    SOLVED_STATUSES,
    AcceptedAnswer,
    OfficialAnswer,
    Reply,
    Standing,
    Tag,
    Topic,
    TopicProduct,
    TopicTag,
)
from community.topics.queries.answers import BEST_FIRST, IS_OFFICIAL, with_verdicts

CHUNK = 500  # topics read at once
VOUCHED_MAX = 5  # accepted and official answers of one topic


def visible_count() -> int:
    """Return how many topics belong in the index."""
    return db.session.scalar(select(func.count(Topic.id)).where(Topic.hidden_at.is_(None))) or 0


def documents_of(topic_ids: Collection[int]) -> list[Document]:
    """Return the documents of these topics, without those that are hidden or gone."""
    return _documents(Topic.id.in_(list(topic_ids)), limit=len(topic_ids))


def all_documents() -> Iterator[Document]:
    """Yield the document of every visible topic, by id; reads `CHUNK` topics at a time.

    Each chunk is read as it then is, so that what changes meanwhile is either seen or
    still owed to the index.
    """
    after: int | None = 0
    while after is not None:
        with reading():
            documents = _documents(Topic.id > after, limit=CHUNK)
        yield from documents
        after = documents[-1].topic_id if documents else None


@dataclass(frozen=True, slots=True)
class Differences:
    """The ids of topics about which the index and the database do not agree."""

    missing: list[int]
    outdated: list[int]
    left_over: list[int]  # in the index, but hidden or gone

    @property
    def ids(self) -> list[int]:
        """All of them."""
        return [*self.missing, *self.outdated, *self.left_over]


def differences(fingerprints: Mapping[int, str], documents: Iterable[Document]) -> Differences:
    """Compare what is in the index with what should be.

    Args:
        fingerprints: of the index, by topic.
        documents: of every visible topic.
    """
    indexed = dict(fingerprints)
    found = Differences([], [], [])
    for document in documents:
        fingerprint = indexed.pop(document.topic_id, None)
        if fingerprint is None:
            found.missing.append(document.topic_id)
        elif fingerprint != document.fingerprint():
            found.outdated.append(document.topic_id)
    found.left_over.extend(indexed)
    return found


def topics_of_rows(rows: Iterable[tuple[str, Collection[int]]]) -> set[int]:
    """Return the topics to which rows of the tables of topics and replies belong.

    Args:
        rows: name of a table and ids of its rows; other tables have no part in the index.
    """
    found: set[int] = set()
    with reading():
        for table, ids in rows:
            if table == Topic.__tablename__:
                found |= set(ids)
            elif table == Reply.__tablename__:
                found |= set(
                    db.session.scalars(select(Reply.topic_id).where(Reply.id.in_(list(ids))))
                )
    return found


def bring_up_to_date(topic_ids: Collection[int]) -> None:
    """Make the index agree with the database about these topics, in one commit.

    Raises:
        IndexBusy: somebody else is writing the index.
        SearchUnavailable: the index cannot be used.
    """
    with reading():
        documents = documents_of(topic_ids)
    gone = set(topic_ids) - {document.topic_id for document in documents}
    search.index().update(put=documents, remove=gone)


def _documents(which: ColumnElement[bool], *, limit: int) -> list[Document]:
    topics = db.session.execute(
        select(
            Topic.id,
            Topic.company_id,
            Company.name.label("company_name"),
            Topic.kind,
            Topic.status,
            Topic.title,
            Topic.body_html,
            Topic.language,
            Topic.helped_count,
            Topic.me_too_count,
            Topic.first_reply_at,
            Topic.created_at,
            Topic.last_activity_at,
        )
        .join(Company, Company.id == Topic.company_id)
        .where(which, Topic.hidden_at.is_(None))
        .order_by(Topic.id)
        .limit(limit)
    ).all()
    ids = [topic.id for topic in topics]
    if not ids:
        return []
    answers, tags, products = _answers(ids), _tags(ids), _products(ids)
    return [
        _document(topic, answers[topic.id], tags[topic.id], products[topic.id]) for topic in topics
    ]


def _document(topic: Any, answers: Sequence[Any], tags: list[str], products: list[Any]) -> Document:
    vouched = [answer for answer in answers if answer.is_official or answer.accepted_count]
    others = [answer for answer in answers if answer not in vouched]
    return Document(
        topic_id=topic.id,
        company_id=topic.company_id,
        kind=topic.kind.value,
        status=topic.status.value,
        title=topic.title,
        body=markup.plain_text(topic.body_html),
        accepted="\n".join(markup.plain_text(answer.body_html) for answer in vouched),
        best="\n".join(markup.plain_text(answer.body_html) for answer in others),
        tags=tuple(tags),
        product_ids=tuple(product.id for product in products),
        names=(topic.company_name, *(product.name for product in products)),
        has_official=any(answer.is_official for answer in vouched),
        has_accepted=any(answer.accepted_count for answer in vouched),
        is_solved=topic.status in SOLVED_STATUSES,
        is_answered=topic.first_reply_at is not None,
        language=languages.primary(topic.language),
        me_too_count=topic.me_too_count,
        # "This fixed it" counts for the answer as well: the larger counts nobody twice.
        helped_count=max([topic.helped_count, *(answer.worked_count for answer in answers)]),
        expertise=ranking.doublings(answers[0].solved_count or 0) if answers else 0,
        created_at=topic.created_at,
        last_activity_at=topic.last_activity_at,
        confirmed_at=max([topic.created_at, *filter(None, _confirmed(answers))]),
    )


def _confirmed(answers: Sequence[Any]) -> Iterator[datetime | None]:
    """Yield when each answer was given, and when it was last said to solve or to work."""
    for answer in answers:
        yield from (answer.created_at, answer.accepted_at, answer.last_worked_at, answer.marked_at)


def _ranked(topic_ids: Sequence[int]) -> Subquery:
    """Return the answers in sight, each with its place among those of its topic.

    Vouched-for ones (official, accepted) have places of their own, and so have the others.
    """
    vouched = or_(IS_OFFICIAL, Reply.accepted_count > 0)
    answers: Select[Any] = with_verdicts(
        select(
            Reply.id,
            Topic.company_id,
            IS_OFFICIAL.label("is_official"),
            OfficialAnswer.marked_at,
            vouched.label("is_vouched"),
            func.row_number()
            .over(partition_by=(Reply.topic_id, vouched), order_by=BEST_FIRST)
            .label("place"),
        ).join(Topic, Topic.id == Reply.topic_id)
    ).where(
        Reply.topic_id.in_(topic_ids),
        Reply.parent_id.is_(None),
        Reply.hidden_at.is_(None),
        # The asker's own words tell more of the problem; what failed is no answer.
        or_(
            vouched,
            and_(Reply.author_id != Topic.author_id, Reply.failed_count <= Reply.worked_count),
        ),
    )
    return answers.subquery()


def _answers(topic_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Return each topic's vouched-for answers and the best of the others, best first."""
    ranked = _ranked(topic_ids)
    last_accepted = (
        select(func.max(AcceptedAnswer.accepted_at))
        .where(AcceptedAnswer.reply_id == Reply.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            Reply.topic_id,
            Reply.body_html,
            Reply.accepted_count,
            Reply.worked_count,
            Reply.created_at,
            Reply.last_worked_at,
            last_accepted.label("accepted_at"),
            ranked.c.is_official,
            ranked.c.marked_at,
            Standing.solved_count,
        )
        .join(ranked, ranked.c.id == Reply.id)
        .outerjoin(
            Standing,
            and_(Standing.company_id == ranked.c.company_id, Standing.user_id == Reply.author_id),
        )
        .where(or_(ranked.c.place == 1, and_(ranked.c.is_vouched, ranked.c.place <= VOUCHED_MAX)))
        .order_by(Reply.topic_id, ranked.c.is_vouched.desc(), ranked.c.place)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.topic_id].append(row)
    return found


def _tags(topic_ids: Sequence[int]) -> dict[int, list[str]]:
    rows = db.session.execute(
        select(TopicTag.topic_id, Tag.slug)
        .join(Tag, Tag.id == TopicTag.tag_id)
        .where(TopicTag.topic_id.in_(topic_ids))
        .order_by(TopicTag.topic_id, Tag.slug)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for topic_id, slug in rows:
        found[topic_id].append(slug)
    return found


def _products(topic_ids: Sequence[int]) -> dict[int, list[Any]]:
    rows = db.session.execute(
        select(TopicProduct.topic_id, Product.id, Product.name)
        .join(Product, Product.id == TopicProduct.product_id)
        .where(TopicProduct.topic_id.in_(topic_ids))
        .order_by(TopicProduct.topic_id, Product.id)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.topic_id].append(row)
    return found
