"""The measured odds of an answer at a company: one public formula for all (N4, N11).

Over the visible topics of a company:

* *asked* is the number of questions and problems;
* *answered*, those with a reply by anybody but the asker;
* *answered by the company*, those with such a reply under a mandate;
* *solved*, those whose status is solved;
* *waiting*, those in the queue of the unanswered (`queries.WAITS`);
* the *median first reply* is the time from the topic to its first reply by another, in
  whole seconds, of the one in the middle of all that were answered, or of the sooner
  one of the two in the middle.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select

from community.companies.models import Company
from community.core import clock
from community.core.db import db
from community.core.sql import changed, chunks, epoch_s, insert
from community.topics.models import CompanyFigures, Topic, TopicStatus
from community.topics.policies import SOLVABLE
from community.topics.queries import WAITS

AT_ONCE = 100  # companies; a statement has a limited number of values
COLUMNS = (
    "topic_count",
    "asked_count",
    "answered_count",
    "solved_count",
    "company_answered_count",
    "waiting_count",
    "median_first_reply_s",
)


def measure(company_ids: Collection[int] | None = None) -> list[dict[str, Any]]:
    """Return the figures of these companies, or of all, as the rows now are."""
    counts, medians = _counts(company_ids), _medians(company_ids)
    statement = (
        select(
            Company.id.label("company_id"),
            *(func.coalesce(counts.c[name], 0).label(name) for name in COLUMNS[:-1]),
            medians.c.median_first_reply_s,
        )
        .outerjoin(counts, counts.c.company_id == Company.id)
        .outerjoin(medians, medians.c.company_id == Company.id)
    )
    if company_ids is not None:
        statement = statement.where(Company.id.in_(list(company_ids)))
    return [dict(row) for row in db.session.execute(statement).mappings()]


def keep(measured: Sequence[dict[str, Any]]) -> None:
    """Write figures in place of those measured before."""
    if not measured:
        return
    now = clock.now()
    fresh = insert(CompanyFigures).values([{**row, "computed_at": now} for row in measured])
    changed(
        fresh.on_conflict_do_update(
            index_elements=["company_id"],
            set_={name: fresh.excluded[name] for name in (*COLUMNS, "computed_at")},
        )
    )


def refresh_all() -> int:
    """Measure every company again. Return how many figures were wrong or missing."""
    kept = {
        row.company_id: tuple(getattr(row, name) for name in COLUMNS)
        for row in db.session.execute(select(CompanyFigures.__table__))
    }
    measured = measure()
    wrong = [
        row
        for row in measured
        if kept.get(row["company_id"]) != tuple(row[name] for name in COLUMNS)
    ]
    for some in chunks(measured, AT_ONCE):
        keep(some)
    return len(wrong)


def _asked() -> ColumnElement[bool]:
    return Topic.kind.in_(sorted(SOLVABLE))


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((and_(_asked(), condition), 1), else_=0))


def _counts(company_ids: Collection[int] | None) -> Subquery:
    statement = (
        select(
            Topic.company_id,
            func.count(Topic.id).label("topic_count"),
            func.sum(case((_asked(), 1), else_=0)).label("asked_count"),
            _number_of(Topic.first_reply_at.is_not(None)).label("answered_count"),
            _number_of(Topic.status == TopicStatus.SOLVED).label("solved_count"),
            _number_of(Topic.first_company_reply_at.is_not(None)).label("company_answered_count"),
            _number_of(WAITS).label("waiting_count"),
        )
        .where(Topic.hidden_at.is_(None))
        .group_by(Topic.company_id)
    )
    if company_ids is not None:
        statement = statement.where(Topic.company_id.in_(list(company_ids)))
    return statement.subquery("counts")


def _medians(company_ids: Collection[int] | None) -> Subquery:
    seconds = epoch_s(Topic.first_reply_at) - epoch_s(Topic.created_at)
    waits = select(
        Topic.company_id,
        seconds.label("seconds"),
        func.row_number()
        .over(partition_by=Topic.company_id, order_by=(seconds, Topic.id))
        .label("place"),
        func.count().over(partition_by=Topic.company_id).label("answered"),
    ).where(Topic.hidden_at.is_(None), _asked(), Topic.first_reply_at.is_not(None))
    if company_ids is not None:
        waits = waits.where(Topic.company_id.in_(list(company_ids)))
    wait = waits.subquery("waits")
    return (
        select(wait.c.company_id, wait.c.seconds.label("median_first_reply_s"))
        .where(wait.c.place == (wait.c.answered + 1) // 2)
        .subquery("medians")
    )
