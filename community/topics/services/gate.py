"""What layers above have to say of a post before it is made or changed, and of one just made.

Moderation lies above topics, and yet decides who may post just now, and what stays as it is. It
says so here, wired in `community.wiring`, and is asked within the transaction of the post.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from community.accounts.models import User
from community.topics.models import Post, Reply, Topic


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
Keeper = Callable[[Post, datetime], None]
Listener = Callable[[Topic | Reply], None]

_rules: list[Rule] = []
_keepers: list[Keeper] = []
_listeners: list[Listener] = []


def before_posting(rule: Rule) -> None:
    """Ask ``rule`` before every post: it raises `Invalid` or `NotAllowed`, or lets it pass.

    It is asked once nobody can post in the same person's name before the transaction ends.
    """
    if rule not in _rules:
        _rules.append(rule)


def before_changing(keeper: Keeper) -> None:
    """Ask ``keeper`` before a post is changed: it raises `NotAllowed`, or lets it pass.

    It is asked once nobody else can change the post before the transaction ends.
    """
    if keeper not in _keepers:
        _keepers.append(keeper)


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


def ask_to_change(post: Post, at: datetime) -> None:
    """Let the keepers look at a post that its author is about to change.

    Raises:
        NotAllowed: one of them wants it as it is, for now.
    """
    for keeper in _keepers:
        keeper(post, at)


def hand_on(post: Topic | Reply) -> None:
    """Hand on a post that has just been made."""
    for listener in _listeners:
        listener(post)
