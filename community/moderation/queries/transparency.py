"""The transparency report: what was flagged and done each month, on the site or at one company.

Everything is counted in the month, in UTC, in which it happened: a flag when it was made and again,
by what came of it, when it was judged. Nothing is kept for the report: it is computed from the
public log and from the rows of flags, appeals and legal requests. A median is the one in the
middle, or the lower one of the two in the middle, in whole seconds.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from community.companies.models import Company
from community.core import clock
from community.core.db import db
from community.core.sql import epoch_s, month_of
from community.moderation import months as calendar
from community.moderation.models import (
    Appeal,
    AppealState,
    Case,
    Decision,
    Flag,
    FlagOutcome,
    LegalOutcome,
    LegalRequest,
    LogAction,
    LogEntry,
    LogRole,
)
from community.topics.models import AskedBy, Rule

JUDGED = (FlagOutcome.UPHELD, FlagOutcome.DECLINED)


@dataclass
class Month:
    """What happened in one month.

    Args:
        flags: made, by the role of who flagged and the rule.
        judged: flags that were closed, by what came of them.
        actions: rows of the public log, by role, what was done and the rule, or None.
        appeals_made: by anybody; ``appeals`` were closed, by their end.
        legal_received: requests that came; ``legal`` were answered, by what was done.
        medians: of the time from beginning to end of what was closed; None where nothing was.
    """

    first: date
    flags: dict[tuple[AskedBy, Rule], int] = field(default_factory=dict)
    judged: dict[FlagOutcome, int] = field(default_factory=dict)
    actions: dict[tuple[LogRole, LogAction, Rule | None], int] = field(default_factory=dict)
    appeals_made: int = 0
    appeals: dict[AppealState, int] = field(default_factory=dict)
    legal_received: int = 0
    legal: dict[LegalOutcome, int] = field(default_factory=dict)
    medians: dict[str, timedelta] = field(default_factory=dict)  # "flags", "appeals", "legal"

    @property
    def flags_made(self) -> int:
        """How many flags were made."""
        return sum(self.flags.values())

    @property
    def flags_closed(self) -> int:
        """How many flags were closed, whatever came of them."""
        return sum(self.judged.values())

    @property
    def actions_done(self) -> int:
        """How many rows the public log has."""
        return sum(self.actions.values())

    def done(self, *actions: str) -> int:
        """Return how often one of these things was done, by anybody and under any rule."""
        return sum(n for (_, action, _rule), n in self.actions.items() if action in actions)

    def did(self, role: LogRole, action: LogAction) -> int:
        """Return how often somebody in this role did something, under any rule."""
        return sum(n for (who, what, _), n in self.actions.items() if (who, what) == (role, action))

    def by_role(self, roles: Iterable[LogRole]) -> list[int]:
        """Return how many things were done in each role."""
        return [sum(n for (who, *_), n in self.actions.items() if who == one) for one in roles]

    def __bool__(self) -> bool:
        return any(
            (
                self.flags,
                self.judged,
                self.actions,
                self.appeals_made,
                self.appeals,
                self.legal_received,
                self.legal,
            )
        )


def months(
    *, first: date | None = None, last: date | None = None, company: Company | None = None
) -> list[Month]:
    """Return the months from ``first`` to ``last``, the newest first, with the empty ones.

    Ten statements, however many months there are.

    Args:
        first: a day of the first month; default: that of the first thing there is to tell.
        last: a day of the last month; default: this month.
        company: count only what concerns it.
    """
    last = (last or clock.now().date()).replace(day=1)
    report = _Report(first.replace(day=1) if first else None, last, company)
    _count_flags(report)
    _count_actions(report)
    _count_appeals(report)
    _count_legal(report)
    begin = first.replace(day=1) if first else min(report.months, default=last)
    return [report.month(one) for one in calendar.between(begin, last)]


def has_before(month: date, company: Company | None = None) -> bool:
    """Tell whether there is anything to tell of the time before a month."""
    report = _Report(None, calendar.earlier(month, 1), company)
    asked = (
        report.of_cases(select(Flag.id)).where(*report.within(Flag.created_at)),
        report.of_log(select(LogEntry.seq)).where(*report.within(LogEntry.at)),
        report.of_register(select(LegalRequest.id)).where(*report.within(LegalRequest.received_on)),
    )
    return any(db.session.scalar(one.limit(1)) is not None for one in asked)


class _Report:
    """The months that are being counted, and how rows are narrowed to them and to the company."""

    def __init__(self, first: date | None, last: date, company: Company | None) -> None:
        self.months: dict[date, Month] = {}
        self._company = company
        self._begin = calendar.bounds(first)[0] if first else None
        self._end = calendar.bounds(last)[1]

    def month(self, first: date) -> Month:
        """Return the month that begins on this day."""
        return self.months.setdefault(first, Month(first))

    def within(self, moment: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
        """Return the conditions that a moment, or a day, lies in these months."""
        begin: Any = self._begin
        end: Any = self._end
        if isinstance(moment.type, Date):
            begin, end = begin and begin.date(), end.date()
        return [moment < end, *([moment >= begin] if begin else [])]

    def of_cases(self, rows: Select[Any]) -> Select[Any]:
        """Narrow rows of flags to the company."""
        if self._company is None:
            return rows
        return rows.join(Case, Case.id == Flag.case_id).where(Case.company_id == self._company.id)

    def of_appeals(self, rows: Select[Any]) -> Select[Any]:
        """Narrow rows of appeals to the company."""
        if self._company is None:
            return rows
        rows = rows.join(Decision, Decision.id == Appeal.decision_id)
        return rows.join(Case, Case.id == Decision.case_id).where(
            Case.company_id == self._company.id
        )

    def of_log(self, rows: Select[Any]) -> Select[Any]:
        """Narrow rows of the public log to the company."""
        return rows.where(LogEntry.company == self._company.slug) if self._company else rows

    def of_register(self, rows: Select[Any]) -> Select[Any]:
        """Narrow legal requests to the company."""
        return rows.where(LegalRequest.company_id == self._company.id) if self._company else rows

    def count(
        self,
        narrow: Callable[[Select[Any]], Select[Any]],
        moment: InstrumentedAttribute[Any],
        *kinds: InstrumentedAttribute[Any],
        where: Iterable[ColumnElement[bool]] = (),
    ) -> Iterator[tuple[Month, Any, int]]:
        """Yield how many rows of each kind there are in each month.

        Args:
            narrow: to the company.
            moment: by which a row belongs to a month.
        """
        month = month_of(moment)
        rows = narrow(select(month, *kinds, func.count()))
        rows = rows.where(*self.within(moment), *where).group_by(month, *kinds)
        for named, *kind, count in db.session.execute(rows):
            yield self._named(named), kind[0] if len(kind) == 1 else tuple(kind), count

    def note_medians(
        self,
        what: str,
        narrow: Callable[[Select[Any]], Select[Any]],
        *,
        began: InstrumentedAttribute[Any],
        ended: InstrumentedAttribute[Any],
        where: Iterable[ColumnElement[bool]] = (),
    ) -> None:
        """Note for each month the median of how long that took which ended in it."""
        month, seconds = month_of(ended), epoch_s(ended) - epoch_s(began)
        ranked = narrow(
            select(
                month.label("month"),
                seconds.label("seconds"),
                func.row_number().over(partition_by=month, order_by=seconds).label("place"),
                func.count().over(partition_by=month).label("rows"),
            )
        )
        one = ranked.where(*self.within(ended), *where).subquery()
        middle = select(one.c.month, one.c.seconds).where(one.c.place == (one.c.rows + 1) // 2)
        for named, length in db.session.execute(middle):
            self._named(named).medians[what] = timedelta(seconds=length)

    def _named(self, month: str) -> Month:
        return self.month(date.fromisoformat(f"{month}-01"))


def _count_flags(report: _Report) -> None:
    for month, kind, count in report.count(report.of_cases, Flag.created_at, Flag.role, Flag.rule):
        month.flags[kind] = count
    for month, outcome, count in report.count(
        report.of_cases, Flag.closed_at, Flag.outcome, where=[Flag.closed_at.is_not(None)]
    ):
        month.judged[outcome] = count
    report.note_medians(
        "flags",
        report.of_cases,
        began=Flag.created_at,
        ended=Flag.closed_at,
        where=[Flag.outcome.in_(JUDGED)],
    )


def _count_actions(report: _Report) -> None:
    kinds = (LogEntry.role, LogEntry.action, LogEntry.rule)
    for month, kind, count in report.count(report.of_log, LogEntry.at, *kinds):
        month.actions[kind] = count


def _count_appeals(report: _Report) -> None:
    for month, _, count in report.count(report.of_appeals, Appeal.created_at):
        month.appeals_made = count
    closed = [Appeal.closed_at.is_not(None)]
    for month, state, count in report.count(
        report.of_appeals, Appeal.closed_at, Appeal.state, where=closed
    ):
        month.appeals[state] = count
    report.note_medians(
        "appeals", report.of_appeals, began=Appeal.created_at, ended=Appeal.closed_at, where=closed
    )


def _count_legal(report: _Report) -> None:
    for month, _, count in report.count(report.of_register, LegalRequest.received_on):
        month.legal_received = count
    closed = [LegalRequest.closed_at.is_not(None)]
    for month, outcome, count in report.count(
        report.of_register, LegalRequest.closed_at, LegalRequest.outcome, where=closed
    ):
        month.legal[outcome] = count
    report.note_medians(
        "legal",
        report.of_register,
        began=LegalRequest.received_on,
        ended=LegalRequest.closed_at,
        where=closed,
    )
