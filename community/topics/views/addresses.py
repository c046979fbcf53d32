"""Where topics and replies are, for links and for the way back after a button."""

from flask import abort, url_for

from community.topics import queries


def address_of(
    reply_id: int, *, draft: str | None = None, comment: bool = False, quote: bool = False
) -> str:
    """Return where a reply or comment is shown, down to its place on the page; else answer 404.

    Args:
        draft: the key of a draft to be shown in its form.
        comment: whether to open the form of a comment on it, and go there.
        quote: whether to quote it in the form of an answer, and go there.
    """
    place = queries.place_of(reply_id) or abort(404)
    anchor = "answer" if quote else f"comment-{reply_id}" if comment else f"reply-{reply_id}"
    return url_for(
        "topics.show",
        topic_id=place.topic_id,
        slug=place.slug,
        after=place.after,
        open=place.unfolded,
        _anchor=anchor,
        comment=reply_id if comment else None,
        quote=reply_id if quote else None,
        draft=draft,
    )
