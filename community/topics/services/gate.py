"""What layers above have to say of a post before it is made, and of one that has just been made.

Moderation lies above topics, and yet decides who may post just now. It says so here, wired in
`community.wiring`, and is asked within the transaction of the post.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from community.accounts.models import User
from community.topics.models import Reply, Topic


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody is about to post, or to change what they posted.

    Args:
        topic_id: where; None for a new topic.
        new_links: the addresses that everybody will be led to, and was not before.
        is_change: of a post that stands already.
    """

    author: User
    company_id: int
    topic_id: int | None
    new_links: frozenset[str]
    at: datetime
    is_change: bool = False


Rule = Callable[[Attempt], None]
Listener = Callable[[Topic | Reply], None]

_rules: list[Rule] = []
_listeners: list[Listener] = []


def before_posting(rule: Rule) -> None:
    """Ask ``rule`` before every post: it raises `Invalid` or `NotAllowed`, or lets it pass.

    It is asked once nobody can post in the same person's name before the transaction ends.
    """
    if rule not in _rules:
        _rules.append(rule)


def after_posting(listener: Listener) -> None:
    """Hand every new post to ``listener`` before anybody else can see it or is told of it."""
    if listener not in _listeners:
        _listeners.append(listener)


def ask(attempt: Attempt) -> None:
    """Let the rules look at an attempt.

    Raises:
        NotAllowed, Invalid: one of them refuses.
    """
    for rule in _rules:
        rule(attempt)


def hand_on(post: Topic | Reply) -> None:
    """Hand on a post that has just been made."""
    for listener in _listeners:
        listener(post)
