"""Where the things are that flags, cases and appeals are about."""

from flask import url_for

from community.moderation.queries.targets import Target
from community.topics.models import Reply, Topic


def address_of(target: Target) -> str:
    """Return where a post stands, or stood, with what was said around it; or a person's page."""
    if isinstance(target, Topic):
        return url_for("topics.show", topic_id=target.id, slug=target.slug)
    if isinstance(target, Reply):
        return url_for("topics.reply_link", reply_id=target.id)
    return url_for("pages.person", username=target.username)
