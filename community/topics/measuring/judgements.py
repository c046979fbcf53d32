"""Which topic fits what somebody typed, by what they pressed.

| pressed | says | grade |
|---|---|---|
| "this fixed it" | the answer was there | 2 |
| "I have this too" | the same, and still unsolved | 1 |
| "mine differs because …" | looks the same and is not: a hard negative | 0 |

That something was shown and left alone says nothing: most of it was never looked at. That it was opened
says only that the title promised something. Somebody who presses several is taken by the
last. Of people who typed the same words the majority counts; where they are as many for as
against, nothing is learnt.

Besides, a topic that was posted in spite of another says, with its whole text, that the
other one differs.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from community.core.db import db
from community.core.names import folded
from community.topics.models import DeflectionEvent, DeflectionStep, Topic

GRADES = {
    DeflectionStep.SOLVED: 2,
    DeflectionStep.ME_TOO: 1,
    DeflectionStep.DIFFERS: 0,
}


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, and how topics fit it."""

    text: str
    asked_at: datetime  # when somebody first said something of a topic shown for it
    grades: dict[int, int]  # topic id -> 0 to 2


@dataclass(frozen=True, slots=True)
class Turned:
    """A topic that was posted although another was shown."""

    topic_id: int
    title: str
    body_html: str
    language: str | None
    created_at: datetime
    differs_from_id: int


def typed() -> list[Query]:
    """Return what was typed and judged, the first asked first; of visible topics only."""
    said: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    first: dict[str, Any] = {}
    for press in _last_presses():
        key = folded(press.query)
        first.setdefault(key, press)
        said[key][press.topic_id].append(GRADES[press.step])
    queries = []
    for key, press in first.items():
        grades = {topic_id: agreed(votes) for topic_id, votes in said[key].items()}
        settled = {topic_id: grade for topic_id, grade in grades.items() if grade is not None}
        if settled:
            queries.append(Query(press.query, press.created_at, settled))
    return queries


def agreed(votes: Iterable[int]) -> int | None:
    """Return the grade that the majority gives: the best of those for, or 0; None if undecided."""
    grades = list(votes)
    against = grades.count(0)
    if 2 * against == len(grades):
        return None
    return 0 if 2 * against > len(grades) else max(grades)


def turned_down() -> Iterator[Turned]:
    """Yield the topics that were posted in spite of another, where both can be seen, by id."""
    other = aliased(Topic)
    rows = db.session.execute(
        select(
            Topic.id,
            Topic.title,
            Topic.body_html,
            Topic.language,
            Topic.created_at,
            other.id,
        )
        .join(other, other.id == Topic.differs_from_id)
        .where(Topic.hidden_at.is_(None), other.hidden_at.is_(None))
        .order_by(Topic.id)
    )
    for row in rows:
        yield Turned(*row)


def _last_presses() -> Iterable[Any]:
    """Return what each visit said last of each topic, the oldest first."""
    pressed = db.session.execute(
        select(
            DeflectionEvent.visit,
            DeflectionEvent.topic_id,
            DeflectionEvent.step,
            DeflectionEvent.query,
            DeflectionEvent.created_at,
        )
        .join(Topic, Topic.id == DeflectionEvent.topic_id)
        .where(
            DeflectionEvent.step.in_(GRADES),
            DeflectionEvent.query != "",  # of those who have left nothing is kept that they typed
            Topic.hidden_at.is_(None),
        )
        .order_by(DeflectionEvent.created_at, DeflectionEvent.id)
    )
    last = {(press.visit, press.topic_id): press for press in pressed}
    return sorted(last.values(), key=lambda press: press.created_at)
