"""What a post says while its words are covered: for who judges it, and nobody else."""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from community.core import config
from community.core.db import db
from community.core.sealing import Sealer, Unreadable
from community.topics.models import Post, Tombstone, Topic, keys_of


@dataclass(frozen=True, slots=True)
class Words:
    """What a post says."""

    title: str  # of a topic; empty for a reply
    body: str  # Markdown
    body_html: str  # rendered and sanitised


def sealer() -> Sealer:
    """Return what seals and opens the words of this installation."""
    return Sealer(config.current().data_dir)


def in_force(post: Post) -> Tombstone | None:
    """Return what stands in place of ``post``, or of its words; None if all of it is in sight."""
    stands = select(Tombstone).filter_by(**keys_of(post), lifted_at=None)
    return db.session.scalar(stands)


def words_of(post: Post) -> Words:
    """Return what ``post`` says. What was covered under a key that is lost reads as covered."""
    tombstone, said = in_force(post), columns_of(post)
    if tombstone is not None and tombstone.sealed is not None:
        with suppress(Unreadable):
            said = json.loads(sealer().open(tombstone.sealed))["post"]
    return Words(said.get("title", ""), said["body"], said["body_html"])


def columns_of(post: Post) -> dict[str, Any]:
    """Return the words of ``post`` as they stand in its row, by column."""
    said: dict[str, Any] = {"body": post.body, "body_html": post.body_html}
    if isinstance(post, Topic):
        said |= {"title": post.title, "differs_reason": post.differs_reason}
    return said
