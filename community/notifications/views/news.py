"""The bell and its page."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor, sign_in_first
from community.core.db import transaction
from community.core.sql import ROW_ID_MAX
from community.core.text import whole_number
from community.notifications import queries, services
from community.notifications.views import bp
from community.notifications.words import heading, sentence
from community.web import paging
from community.web.limits import VERDICT, limiter
from community.web.redirects import see_other

PER_PAGE = 30  # notifications


@bp.app_context_processor
def bell() -> dict[str, object]:
    """Give templates ``unread_news()``: how many unread notifications the reader has.

    It is asked only where the bell is drawn, for a reader who is signed in.
    """

    def unread_news() -> int:
        user = actor()
        return queries.unread_count(user.id) if user is not None else 0

    return {"unread_news": unread_news, "unread_shown": queries.UNREAD_SHOWN}


@bp.get("/notifications")
def index() -> ResponseReturnValue:
    """What the reader was told, the newest first, by topic."""
    user = actor()
    if user is None:
        return sign_in_first()
    only_unread = "unread" in request.args
    page = queries.page_of_news(
        user.id,
        unread=only_unread,
        after=paging.from_args(request.args.get("after")),
        before=paging.from_args(request.args.get("before")),
        limit=PER_PAGE,
    )
    return render_template(
        "notifications/index.html",
        page=page,
        groups=queries.by_topic(page.rows, reader_id=user.id),
        newest=max((one.id for one in page.rows), default=0),
        only_unread=only_unread,
        heading=heading,
        sentence=sentence,
        tabs=_tabs(only_unread=only_unread),
    )


@bp.get("/notifications/<int:notification_id>", endpoint="open")
def open_one(notification_id: int) -> ResponseReturnValue:
    """Lead to what somebody was told of, and mark it and the rest of its topic as read."""
    user = actor()
    if user is None:
        return sign_in_first()
    with transaction():
        news = services.open_news(user, notification_id)
    if news is None:
        abort(404, _("What this was about cannot be seen any more."))
    if news.appeal_id is not None:
        return see_other(url_for("moderation.show_appeal", appeal_id=news.appeal_id))
    if news.decision_id is not None:
        return see_other(url_for("moderation.decision", decision_id=news.decision_id))
    if news.reply_id is not None:
        return see_other(url_for("topics.reply_link", reply_id=news.reply_id))
    return see_other(url_for("topics.show", topic_id=news.topic_id, slug=news.topic_slug))


@bp.post("/notifications/read")
@limiter.limit(VERDICT)
def read() -> ResponseReturnValue:
    """Mark everything as read, up to the newest that was on the page."""
    user = actor()
    if user is None:
        return sign_in_first(url_for("notifications.index"))
    until = whole_number(request.form.get("until"), most=ROW_ID_MAX)
    if until is None:
        abort(400)
    with transaction():
        services.read_all(user, until=until)
    return see_other(url_for("notifications.index"))


def _tabs(*, only_unread: bool) -> list[tuple[str, str, Any, bool]]:
    return [
        (url_for("notifications.index"), _("All"), None, not only_unread),
        (url_for("notifications.index", unread=1), _("Unread"), None, only_unread),
    ]
