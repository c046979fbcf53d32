"""What an address names, and where topics and replies are: for links, and for the way back."""

from flask import abort, url_for
from flask_babel import gettext as _

from community.accounts.sessions import actor
from community.topics import queries
from community.topics.models import Reply, Topic


def topic_or_404(topic_id: int) -> Topic:
    """Return a topic that can be seen, or answer 404."""
    return queries.visible(topic_id) or abort(404, _("There is no such topic."))


def reply_or_404(reply_id: int) -> Reply:
    """Return a reply or comment that can be seen, with its topic, or answer 404."""
    return queries.visible_reply(reply_id) or abort(404, _("There is no such answer."))


def topic_address(topic: Topic) -> str:
    """Return where a topic is shown."""
    return url_for("topics.show", topic_id=topic.id, slug=topic.slug)


def address_of(
    reply_id: int, *, draft: str | None = None, comment: bool = False, quote: bool = False
) -> str:
    """Return where a reply or comment is shown, down to its place on the page; else answer 404.

    One that is out of sight is where its tombstone stands, or that of its topic.

    Args:
        draft: the key of a draft to be shown in its form.
        comment: whether to open the form of a comment on it, and go there.
        quote: whether to quote it in the form of an answer, and go there.
    """
    viewer = actor()
    viewer_id = viewer.id if viewer is not None else None
    place = queries.place_of(reply_id, viewer_id=viewer_id) or abort(404)
    anchor = "answer" if quote else f"comment-{reply_id}" if comment else f"reply-{reply_id}"
    return url_for(
        "topics.show",
        topic_id=place.topic_id,
        slug=place.slug,
        after=place.after,
        open=place.opened_id,
        _anchor=anchor,
        comment=reply_id if comment else None,
        quote=reply_id if quote else None,
        draft=draft,
    )
