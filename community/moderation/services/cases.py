"""Cases: opened by a first flag or a held post, growing with each flag after it."""

from sqlalchemy import or_, select

from community.accounts.models import User
from community.companies.models import Company
from community.core import clock
from community.core.db import db
from community.core.sql import add_once, change, lock
from community.moderation import risk
from community.moderation.models import Case, DecisionAction, Flag
from community.moderation.queries import spam, targets
from community.moderation.queries.flags import records
from community.moderation.queries.targets import Target
from community.topics.models import Reply, Sight, Topic
from community.topics.services import visibility

# How posts are taken out of sight.
HIDES = {DecisionAction.MASK: Sight.MASKED, DecisionAction.REMOVE: Sight.REMOVED}


def open_for(target: Target) -> Case:
    """Return the open case of a target, made if there is none; nobody else can change it now.

    Whoever calls changes what the case holds and then calls `weigh`.
    """
    topic = targets.topic_of(target)
    keys, company_id = targets.keys_of(target), topic.company_id if topic is not None else None
    opened = (
        select(Case)
        .filter_by(**keys)
        .where(Case.decided_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    while True:  # it may be decided between the two statements
        add_once(Case, **keys, company_id=company_id, opened_at=clock.now())
        case = db.session.scalar(opened)
        if case is not None:
            return case


def weigh(case: Case) -> None:
    """Work out anew how soon a case is to be looked at (`community.moderation.risk`)."""
    flags = db.session.scalars(
        select(Flag).where(Flag.case_id == case.id, Flag.outcome.is_(None))
    ).all()
    judged = records({flag.reporter_id for flag in flags})
    said = [risk.Said(flag.rule, *judged[flag.reporter_id]) for flag in flags]
    target = targets.target_of(case)
    worth = risk.risk_of(
        said,
        reach=_reach(target),
        is_held=is_held(target),
        suspicion=spam.suspicion(target),
    )
    change(case, risk=worth, due_at=risk.due_at(case.opened_at, worth))


def follow(topic: Topic, *, but: Case | None = None) -> None:
    """Let open cases of a topic that was moved, and of its answers, concern its company.

    Args:
        but: the case in which it was moved, which concerns the company of before as well.
    """
    within = select(Reply.id).where(Reply.topic_id == topic.id)
    open_ones = select(Case).where(
        or_(Case.topic_id == topic.id, Case.reply_id.in_(within)), Case.decided_at.is_(None)
    )
    for case in db.session.scalars(open_ones):
        if case is not but:
            change(case, company_id=topic.company_id)


def company_slug(case: Case) -> str:
    """Return the company that a case concerns, as the public log names it; "" for none.

    What opened with a post that nobody has seen is named no more than the post is.
    """
    if case.company_id is None:
        return ""
    company = db.session.get_one(Company, case.company_id)
    return company.slug if company.held_at is None else ""


def hold_still(target: Target) -> None:
    """Read a post afresh and let nobody change it, or its topic, before this transaction ends.

    Before the log is written, whose end only one transaction at a time can have: whoever posts
    has the topic first as well, so nobody waits for somebody who waits for them.
    """
    if isinstance(target, User):
        return
    db.session.refresh(target, ["hidden_at"], with_for_update={"key_share": True})
    if isinstance(target, Reply):
        lock(target.topic)


def is_owed_a_look(target: Target) -> bool:
    """Tell whether somebody is to look at it although nobody flags it."""
    return is_held(target) or spam.suspicion(target) > 0


def is_held(target: Target) -> bool:
    """Tell whether it is a post that waits unseen until somebody has looked."""
    if isinstance(target, User):
        return False
    tombstone = visibility.in_force(target)
    return tombstone is not None and tombstone.sight is Sight.HELD


def _reach(target: Target) -> int:
    """Return how many people a post has in sight of it: those who answered, follow, or have it too."""
    if isinstance(target, User):
        return 0
    topic = target if isinstance(target, Topic) else db.session.get_one(Topic, target.topic_id)
    return topic.reply_count + topic.follower_count + topic.me_too_count
