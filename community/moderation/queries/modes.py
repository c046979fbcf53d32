"""The modes that are in force. There are few at any time, and mostly none.

What may be written is asked of the database (`in_force`), in the transaction of the post. What a
page says is remembered by each process for `KNOWN_FOR` (`known`): modes change a few times a year.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from community.companies.models import Company
from community.core.db import db
from community.moderation.models import Mode, ModeKind
from community.topics.models import Topic

KNOWN_FOR = timedelta(seconds=10)  # so late may a page tell of a mode that another process has set


@dataclass(frozen=True, slots=True)
class InForce:
    """A mode that is in force, as everybody may know it."""

    id: int
    kind: ModeKind
    company_id: int | None
    topic_id: int | None
    place: str  # of a topic its title, of a company its name; "": the site
    company_slug: str  # of a company or a topic's
    seconds: int  # between two posts of a person, when slow
    reason: str
    since: datetime
    until: datetime | None
    log_seq: int

    def is_at(self, *, company_id: int | None, topic_id: int | None) -> bool:
        """Tell whether it holds in that topic (or, with None, for new topics) of that company."""
        if self.topic_id is not None:
            return self.topic_id == topic_id
        return self.company_id is None or self.company_id == company_id


def in_force(at: datetime) -> tuple[InForce, ...]:
    """Return all modes in force at that moment, the newest first. One statement."""
    mine = or_(Company.id == Mode.company_id, Company.id == Topic.company_id)
    rows = db.session.execute(
        select(Mode, Topic.title, Company.name, Company.slug)
        .outerjoin(Topic, Topic.id == Mode.topic_id)
        .outerjoin(Company, mine)
        .where(Mode.ended_at.is_(None), or_(Mode.until.is_(None), Mode.until > at))
        .order_by(Mode.id.desc())
    )
    return tuple(
        InForce(
            id=mode.id,
            kind=mode.kind,
            company_id=mode.company_id,
            topic_id=mode.topic_id,
            place=title or name or "",
            company_slug=slug or "",
            seconds=mode.seconds,
            reason=mode.reason,
            since=mode.since,
            until=mode.until,
            log_seq=mode.log_seq,
        )
        for mode, title, name, slug in rows
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """The modes as they were read."""

    modes: tuple[InForce, ...]
    at: datetime
    stamp: int


class _Memory:
    """What this process has read last."""

    last: _Reading | None = None


_memory = _Memory()


def known(at: datetime, *, stamp: int = 0) -> tuple[InForce, ...]:
    """Return the modes in force as they were read within the last `KNOWN_FOR`, the newest first.

    For what a page says, never for what may be written.

    Args:
        stamp: the newest event that a page which is to be kept must know of; what was read for an
            earlier one is read again.
    """
    last = _memory.last
    if last is None or not timedelta(0) <= at - last.at < KNOWN_FOR or last.stamp < stamp:
        last = _memory.last = _Reading(in_force(at), at, stamp)
    return tuple(mode for mode in last.modes if mode.until is None or mode.until > at)


def forget() -> None:
    """Let this process read the modes again, because it has changed them."""
    _memory.last = None


def read_only(modes: tuple[InForce, ...]) -> InForce | None:
    """Return the mode in which nobody can write, if it is among them."""
    return next((mode for mode in modes if mode.kind is ModeKind.READ_ONLY), None)


def slowest(
    modes: tuple[InForce, ...], *, company_id: int | None, topic_id: int | None
) -> InForce | None:
    """Return of those that slow that place down the one in which the wait is longest."""
    slow = (
        mode
        for mode in modes
        if mode.kind is ModeKind.SLOW and mode.is_at(company_id=company_id, topic_id=topic_id)
    )
    return max(slow, key=lambda mode: mode.seconds, default=None)


def run_out(at: datetime) -> list[Mode]:
    """Return the modes whose time is over and of which the log does not say so yet."""
    rows = select(Mode).where(Mode.ended_at.is_(None), Mode.until <= at).order_by(Mode.id)
    return list(db.session.scalars(rows))
