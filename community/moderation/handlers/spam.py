"""What follows for the judging of spam from edits, imports, decisions and time.

Each job reads how things stand now, so that running it again, late or twice ends alike.
"""

from collections.abc import Callable

from community.accounts.models import User
from community.core.db import db, transaction
from community.core.sql import find
from community.moderation.models import Case, Decision
from community.moderation.queries import targets
from community.moderation.services import spam
from community.topics.models import Reply, Rule, Sight, Topic
from community.topics.services import visibility

SOME = 200  # posts in one transaction
A_NIGHT = 20_000  # posts that are judged or learnt from


def judge_edited(topic_id: int, reply_id: int | None = None, **_: object) -> None:
    """Look again at a post whose text was changed."""
    post = find(Topic, topic_id) if reply_id is None else find(Reply, reply_id)
    if post is not None:
        spam.look_again(post)


def learn_from_case(decision_id: int, **_: object) -> None:
    """Learn from how a post stands after a case of it was decided, or that was taken back.

    In sight it is no spam; out of sight for spam it is; out of sight for something else it teaches
    nothing.
    """
    decision = db.session.get_one(Decision, decision_id)
    case = db.session.get_one(Case, decision.case_id)
    post = targets.target_of(case)
    if isinstance(post, User):
        return
    tombstone = visibility.in_force(post)
    if tombstone is None:
        spam.learn(post, is_spam=False)
        spam.end_holds(case)
    elif tombstone.rule is Rule.SPAM and tombstone.sight is not Sight.HELD:
        spam.learn(post, is_spam=True)


def judge_unjudged() -> None:
    """Judge posts that came without being looked at, such as imported ones."""
    _in_batches(spam.look_through)


def learn_from_standing() -> None:
    """Learn from posts that have stood for a week."""
    _in_batches(spam.settle)


def _in_batches(work: Callable[[int], int]) -> None:
    for _ in range(A_NIGHT // SOME):
        with transaction():
            done = work(SOME)
        if done < SOME:
            return
