"""Cases to test with: flagged, decided and appealed through the services."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.moderation.models import Appeal, Case, Decision, DecisionAction, Juror
from community.moderation.queries import judging
from community.moderation.queries.targets import Target
from community.moderation.services import appeal as appeals
from community.moderation.services.decide import Ruling, decide
from community.moderation.services.flag import flag
from community.topics.models import Reply, Rule, Topic
from tests.factories import make_reply, make_user

REMOVED = Ruling(action=DecisionAction.REMOVE, rule=Rule.SPAM, reason="Sells pills.")
KEPT = Ruling(action=DecisionAction.KEEP, reason="It breaks no rule.")


def moderator() -> User:
    return make_user(is_moderator=True)


def trusted(count: int, **columns: Any) -> list[User]:
    since = clock.now() - timedelta(days=9)
    return [make_user(trusted_since=since, **columns) for _ in range(count)]


def case_of(
    target: Target, rule: Rule = Rule.SPAM, *, by: User | None = None, words: str = ""
) -> Case:
    """Have somebody flag it; return the case that it is."""
    made = flag(by or make_user(), target, rule=rule, words=words)
    return db.session.get_one(Case, made.case_id)


def ruled(case: Case, ruling: Ruling = REMOVED, by: User | None = None) -> list[Decision]:
    """Have a moderator decide a case as it looks just now."""
    return decide(by or moderator(), case, ruling, seen=judging.seen(case))


def judged(
    target: Target,
    action: DecisionAction = DecisionAction.REMOVE,
    *,
    flagger: User | None = None,
    **more: Any,
) -> Decision:
    """Have a moderator decide about something that somebody flagged."""
    if isinstance(target, User):
        action = DecisionAction.KEEP
    more.setdefault("rule", None if action is DecisionAction.KEEP else Rule.SPAM)
    ruling = Ruling(action=action, reason="An advertisement.", **more)
    return ruled(case_of(target, by=flagger), ruling)[0]


def appealed(post: Topic | Reply | None = None) -> Appeal:
    post = post or make_reply()
    return appeals.appeal(post.author, judged(post), words="It answers the question.")


def jury_of(appeal: Appeal) -> list[User]:
    """Return who has a place in the jury and has not voted."""
    return list(
        db.session.scalars(
            select(User)
            .join(Juror, Juror.user_id == User.id)
            .where(Juror.appeal_id == appeal.id, Juror.declined_at.is_(None), Juror.vote.is_(None))
            .order_by(User.id)
        )
    )
