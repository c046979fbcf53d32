"""Flagging: anybody says that a post or a person breaks a rule, and may take it back."""

from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import func, select

from community.accounts.models import User
from community.companies import queries as companies
from community.companies.models import Stake
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Invalid, NotFound
from community.core.sql import add_once, change
from community.core.text import lines
from community.moderation import policies
from community.moderation.models import LET_GO, WORDS_MAX, Case, Flag, FlagOutcome
from community.moderation.queries import judging, targets
from community.moderation.queries.targets import Target
from community.moderation.services import cases
from community.topics.models import AskedBy, Reply, Rule, Topic
from community.topics.services import places

_OF_COMPANY = frozenset({Stake.MANDATE, Stake.EMPLOYER})


def flag(reporter: User | None, target: Target, *, rule: Rule, words: str = "") -> Flag:
    """Ask that moderators look at a post or a person. Flagging again changes nothing.

    The post stays as it is while it is judged (rule N6).

    Args:
        words: what else there is to say, at most `WORDS_MAX` characters.

    Raises:
        NotAllowed: the reporter may not take part, wrote it, or has flagged too much of late.
        NotFound: it is out of sight, or the person has left.
        Invalid: the words are too many.
    """
    now = clock.now()
    said = lines(words).strip()
    if len(said) > WORDS_MAX:
        raise Invalid(gettext("Say it in at most %(n)s characters.", n=WORDS_MAX), field="words")
    author = targets.author_of(target)
    hour, day = _flags_of(reporter, now)
    policies.can_flag(reporter, author_id=author.id, last_hour=hour, last_day=day, at=now).require()
    assert reporter is not None  # can_flag refuses None
    _require_seen(target)

    case, keys = cases.open_for(target), targets.keys_of(target)
    is_new = add_once(
        Flag,
        **keys,
        case_id=case.id,
        reporter_id=reporter.id,
        role=_role(reporter, case, now),
        rule=rule,
        words=said,
        created_at=now,
    )
    mine = select(Flag).filter_by(**keys, reporter_id=reporter.id).where(Flag.outcome.is_(None))
    made = db.session.scalars(mine).one()
    if is_new:
        change(case, version=Case.version + 1)
        cases.weigh(case)
        outbox.publish("flag.made", flag_id=made.id, case_id=case.id, rule=rule.value)
    return made


def withdraw(reporter: User | None, flag: Flag) -> None:
    """Take a flag back. A case of which no flag is left, and which holds nothing, ends.

    Raises:
        NotAllowed: it is somebody else's, or judged.
    """
    now = clock.now()
    case = db.session.get_one(Case, flag.case_id, with_for_update=True, populate_existing=True)
    db.session.refresh(flag)
    policies.can_withdraw(
        reporter, reporter_id=flag.reporter_id, is_open=flag.outcome is None, at=now
    ).require()
    change(flag, outcome=FlagOutcome.WITHDRAWN, closed_at=now)
    left = db.session.scalar(
        select(func.count()).where(Flag.case_id == case.id, Flag.outcome.is_(None))
    )
    if left or cases.is_owed_a_look(targets.target_of(case)):
        change(case, version=Case.version + 1)
        cases.weigh(case)
    else:
        change(case, decided_at=now, **LET_GO)
    outbox.publish("flag.withdrawn", flag_id=flag.id, case_id=case.id)


def _require_seen(target: Target) -> None:
    if isinstance(target, Topic):
        places.seen(target)
    elif isinstance(target, Reply):
        places.topic_of(target)
    elif target.deleted_at is not None:
        raise NotFound(gettext("There is nobody of this name."))


def _role(reporter: User, case: Case, at: datetime) -> AskedBy:
    """Return in what role somebody flags: a company's, before any other that they have.

    Whoever speaks for a company concerned, or has said that they work there, flags as the company.
    """
    stakes = companies.stakes_of(reporter.id, at).items()
    speaks_for = {company_id for company_id, stake in stakes if stake in _OF_COMPANY}
    if speaks_for and not speaks_for.isdisjoint(judging.concerned(case, at)):
        return AskedBy.COMPANY
    if reporter.is_admin:
        return AskedBy.OPERATOR
    if reporter.is_moderator:
        return AskedBy.MODERATOR
    is_trusted = reporter.trusted_since is not None and reporter.trusted_since <= at
    return AskedBy.TRUSTED if is_trusted else AskedBy.MEMBER


def _flags_of(reporter: User | None, at: datetime) -> tuple[int, int]:
    """Return how many flags somebody made in the last hour and day, taken back or not."""
    if reporter is None:
        return 0, 0
    counts = [
        select(func.count())
        .where(Flag.reporter_id == reporter.id, Flag.created_at > at - span)
        .scalar_subquery()
        for span in (timedelta(hours=1), timedelta(days=1))
    ]
    hour, day = db.session.execute(select(*counts)).one()
    return hour, day
