"""How good are the guesses? Ask the site's own topics what they are about, and compare.

Each topic is asked with its own words while it is left out of the topics that vote, so it
is as new as it was when it was posted. What is right is the company and the products
that it is filed under.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from community.core.db import db, reading
from community.core.sql import chunks
from community.search.evaluation import evenly
from community.topics import queries
from community.topics.models import Topic, TopicProduct

AT_ONCE = 200  # topics read in one transaction


@dataclass
class Figures:
    """What was counted. Shares of nothing are none."""

    topics: int = 0
    guessed: int = 0  # topics with at least one guess
    right: int = 0  # topics of which the first guess is the company
    among_three: int = 0  # topics of which one of the guesses is
    certain: int = 0
    certain_and_right: int = 0
    with_product: int = 0  # topics filed under a product
    product_guessed: int = 0  # of those, and the company is right
    product_right: int = 0

    def shares(self) -> dict[str, float | None]:
        """Return precision and recall, of companies and of products."""
        return {
            "company_precision": _share(self.right, self.guessed),
            "company_recall": _share(self.right, self.topics),
            "company_recall_at_3": _share(self.among_three, self.topics),
            "certain_precision": _share(self.certain_and_right, self.certain),
            "certain_share": _share(self.certain, self.topics),
            "product_precision": _share(self.product_right, self.product_guessed),
            "product_recall": _share(self.product_right, self.with_product),
        }

    def as_dict(self) -> dict[str, float | int | None]:
        """Return everything by name."""
        return asdict(self) | self.shares()


def measure(topic_ids: Sequence[int], *, with_body: bool) -> Iterator[Figures]:
    """Ask what topics are about. Yield the figures so far after each of them.

    Args:
        with_body: ask with title and text, else with the title alone.
    """
    figures = Figures()
    for some in chunks(topic_ids, AT_ONCE):
        with reading():
            for topic in _topics(some):
                _count(figures, topic, with_body=with_body)
                yield figures


def spread_evenly(limit: int | None) -> list[int]:
    """Return the ids of at most ``limit`` visible topics, evenly spread from old to new."""
    visible = select(Topic.id).where(Topic.hidden_at.is_(None)).order_by(Topic.id)
    return evenly(db.session.scalars(visible).all(), limit)


def _topics(topic_ids: Sequence[int]) -> list[tuple[Any, frozenset[int]]]:
    products = defaultdict(set)
    filed = select(TopicProduct.topic_id, TopicProduct.product_id)
    for topic_id, product_id in db.session.execute(
        filed.where(TopicProduct.topic_id.in_(topic_ids))
    ):
        products[topic_id].add(product_id)
    topics = db.session.execute(
        select(Topic.id, Topic.company_id, Topic.title, Topic.body)
        .where(Topic.id.in_(topic_ids))
        .order_by(Topic.id)
    )
    return [(topic, frozenset(products[topic.id])) for topic in topics]


def _count(figures: Figures, filed: tuple[Any, frozenset[int]], *, with_body: bool) -> None:
    topic, product_ids = filed
    body = topic.body if with_body else ""
    guesses = queries.guesses(topic.title, body=body, exclude={topic.id})
    figures.topics += 1
    figures.with_product += bool(product_ids)
    figures.among_three += any(one.subject.company_id == topic.company_id for one in guesses)
    if not guesses:
        return
    first = guesses[0]
    right = first.subject.company_id == topic.company_id
    figures.guessed += 1
    figures.right += right
    figures.certain += first.is_certain
    figures.certain_and_right += first.is_certain and right
    if product_ids and right and first.subject.product_id is not None:
        figures.product_guessed += 1
        figures.product_right += first.subject.product_id in product_ids


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
