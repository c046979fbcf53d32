"""Everything that one follows, with the way to stop."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from community.accounts.sessions import actor, sign_in_first
from community.notifications.views import bp
from community.topics import queries as topics
from community.web import paging

PER_PAGE = 20  # topics


@bp.get("/following")
def following() -> ResponseReturnValue:
    """The companies, products, tags and people that the reader follows, and the topics."""
    user = actor()
    if user is None:
        return sign_in_first()
    return render_template(
        "notifications/following.html",
        followed=topics.followed_by(user.id),
        page=topics.page_of_topics(
            follower_id=user.id,
            after=paging.from_args(request.args.get("after")),
            before=paging.from_args(request.args.get("before")),
            limit=PER_PAGE,
        ),
    )
