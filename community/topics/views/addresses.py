"""Where topics and replies are, for links and for the way back after a button."""

from flask import abort, url_for

from community.topics import queries


def address_of(reply_id: int, *, draft: str | None = None) -> str:
    """Return where a reply or comment is shown, down to its place on the page; else answer 404.

    Args:
        draft: the key of a draft to be shown in its form.
    """
    place = queries.place_of(reply_id) or abort(404)
    return url_for(
        "topics.show",
        topic_id=place.topic_id,
        slug=place.slug,
        after=place.after,
        open=place.unfolded,
        _anchor=f"reply-{reply_id}",
        draft=draft,
    )
