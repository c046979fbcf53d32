"""What became of the answers that were shown to people about to ask.

By place in the list: of a hundred that were shown there, how many were opened, solved it,
were the same, or differed. A place is not a judgement of the engine alone: what stands first is looked at
first (Joachims et al., "Accurately interpreting clickthrough data as implicit feedback",
SIGIR 2005), so compare a place with itself over time.

By day (UTC) on which a visit was first shown something: how many of the visits found their
answer, and how many posted all the same. A visit is a browser; steps of one that began
before the period count for nothing.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, case, func, select

from community.core.db import db
from community.core.sql import epoch_s
from community.search.evaluation.intervals import Interval, wilson
from community.topics.models import DeflectionEvent, DeflectionStep, Topic

DAY_S = 86_400
REPORTED = (
    DeflectionStep.OPENED,
    DeflectionStep.SOLVED,
    DeflectionStep.ME_TOO,
    DeflectionStep.DIFFERS,
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were shown something, and what became of it. Each counts once for each step."""

    shown: int = 0
    opened: int = 0
    solved: int = 0
    me_too: int = 0
    differs: int = 0
    posted: int = 0  # visits that asked all the same; of places, always 0

    def __add__(self, other: "Tally") -> "Tally":
        mine, theirs = asdict(self), asdict(other)
        return Tally(**{name: mine[name] + theirs[name] for name in mine})

    def solve_rate(self) -> Interval | None:
        """Return the share that found an answer, with its 95 % interval; None if none could."""
        return wilson(self.solved, self.shown)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of suggestions in a period."""

    by_rank: dict[int, Tally]  # topics shown at each place, from 1
    by_day: dict[date, Tally]  # visits, by the day they were first shown something

    @property
    def places(self) -> Tally:
        """All topics that were shown, together."""
        return sum(self.by_rank.values(), Tally())

    @property
    def visits(self) -> Tally:
        """All visits together."""
        return sum(self.by_day.values(), Tally())

    def as_dict(self) -> dict[str, Any]:
        """Return everything by name, with solve rates."""
        return {
            "by_rank": {str(rank): _told(tally) for rank, tally in self.by_rank.items()},
            "by_day": {day.isoformat(): _told(tally) for day, tally in self.by_day.items()},
            "places": _told(self.places),
            "visits": _told(self.visits),
        }


def report(since: datetime, company_id: int | None = None) -> Report:
    """Count what has happened since a moment.

    Args:
        company_id: count what this company's topics came to, and visits that were shown one;
            everything if None.
    """
    return Report(
        by_rank=dict(_by_rank(since, company_id)), by_day=dict(_by_day(since, company_id))
    )


def _by_rank(since: datetime, company_id: int | None) -> Iterator[tuple[int, Tally]]:
    rank = func.max(case((_is(DeflectionStep.SHOWN), DeflectionEvent.rank))).label("rank")
    pairs = (
        _steps(since, company_id, DeflectionEvent.visit, DeflectionEvent.topic_id)
        .add_columns(rank)
        .where(DeflectionEvent.topic_id.is_not(None))
        .subquery()
    )
    sums = [func.sum(pairs.c[step.value]).label(step.value) for step in REPORTED]
    counted = (
        select(pairs.c.rank, func.count().label("shown"), *sums)
        .where(pairs.c.rank.is_not(None))
        .group_by(pairs.c.rank)
        .order_by(pairs.c.rank)
    )
    for row in db.session.execute(counted):
        yield row.rank, Tally(**{name: getattr(row, name) for name in ("shown", *REPORTED)})


def _by_day(since: datetime, company_id: int | None) -> Iterator[tuple[date, Tally]]:
    began = func.min(case((_is(DeflectionStep.SHOWN), DeflectionEvent.created_at)))
    visits = (
        _steps(since, company_id, DeflectionEvent.visit)
        .add_columns((epoch_s(began) // DAY_S).label("day"), _any(DeflectionStep.POSTED))
        .subquery()
    )
    steps = (*REPORTED, DeflectionStep.POSTED)
    sums = [func.sum(visits.c[step.value]).label(step.value) for step in steps]
    counted = (
        select(visits.c.day, func.count().label("shown"), *sums)
        .group_by(visits.c.day)
        .order_by(visits.c.day)
    )
    for row in db.session.execute(counted):
        day = datetime.fromtimestamp(row.day * DAY_S, UTC).date()
        yield day, Tally(**{name: getattr(row, name) for name in ("shown", *steps)})


def _steps(since: datetime, company_id: int | None, *by: SQLColumnExpression[Any]) -> Select[Any]:
    """Say of each group that was shown something which steps were taken, as 1 or 0."""
    taken = (
        select(*by, *(_any(step) for step in REPORTED))
        .where(DeflectionEvent.created_at >= since)
        .group_by(*by)
        .having(func.max(case((_is(DeflectionStep.SHOWN), 1), else_=0)) == 1)
    )
    if company_id is None:
        return taken
    # The company of an event is the one that was asked, if there was one; here its topics count.
    its = select(Topic.id).where(Topic.company_id == company_id)
    return taken.where(DeflectionEvent.topic_id.in_(its))


def _any(step: DeflectionStep) -> ColumnElement[int]:
    return func.max(case((_is(step), 1), else_=0)).label(step.value)


def _is(step: DeflectionStep) -> ColumnElement[bool]:
    return DeflectionEvent.step == step


def _told(tally: Tally) -> dict[str, Any]:
    rate = tally.solve_rate()
    return asdict(tally) | {"solve_rate": asdict(rate) if rate is not None else None}
