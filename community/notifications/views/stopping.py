"""The link in every mail that stops mails of its kind. It needs no account and no session."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import queries as people
from community.accounts.models import User
from community.core.db import transaction
from community.notifications import services, tokens
from community.notifications.models import Delivery, NotificationKind
from community.notifications.tokens import Stop
from community.notifications.views import bp
from community.notifications.words import KINDS
from community.topics import queries as topics
from community.topics import services as topic_services
from community.topics.models import Topic
from community.web.csrf import takes_forms_from_anywhere

KINDS_OF_MAIL, TOPIC, TOPIC_AGAIN, BACK = "kinds", "topic", "topic_again", "back"


@bp.get("/stop-mails/<token>")
def stop(token: str) -> ResponseReturnValue:
    """Ask before anything is done: mail programs open links by themselves."""
    found, _user, topic = _behind(token)
    return _screen(found, topic)


@bp.post("/stop-mails/<token>")
@takes_forms_from_anywhere
def stop_now(token: str) -> ResponseReturnValue:
    """Stop mails of some kinds, stop following the topic, or take either back.

    A mail program sends ``List-Unsubscribe=One-Click`` and nothing else (RFC 8058): that
    stops the kinds. Its server has no cookie, no token and no page of ours.
    """
    found, user, topic = _behind(token)
    what = request.form.get("what", KINDS_OF_MAIL)
    before: dict[NotificationKind, Delivery] = {}
    with transaction():
        if user is not None and what == KINDS_OF_MAIL:
            before = services.stop_mails(user.id, found.kinds)
        elif user is not None and what == BACK:
            services.choose(user.id, _before(request.form.get("before", "")))
        elif user is not None and topic is not None and what == TOPIC:
            topic_services.unfollow(user, topic)
        elif user is not None and topic is not None and what == TOPIC_AGAIN:
            topic_services.follow(user, topic)
    return _screen(found, topic, done=what, before=before)


def _behind(token: str) -> tuple[Stop, User | None, Topic | None]:
    found = tokens.stop_of(token)
    if found is None:
        abort(
            404,
            _(
                "This link is not whole. Open it from the mail once more, or sign in and choose under “Your account” what you get."
            ),
        )
    user = people.by_id(found.user_id)
    topic = topics.visible(found.topic_id) if found.topic_id is not None else None
    return found, user if user is not None and user.deleted_at is None else None, topic


def _screen(
    found: Stop,
    topic: Topic | None,
    *,
    done: str = "",
    before: dict[NotificationKind, Delivery] | None = None,
) -> str:
    return render_template(
        "notifications/stop.html",
        stop=found,
        kinds=[KINDS[kind] for kind in found.kinds],
        topic=topic,
        done=done,
        before=".".join(f"{kind.value}:{way.value}" for kind, way in (before or {}).items()),
    )


def _before(words: str) -> dict[NotificationKind, Delivery]:
    """Return what the form says that the kinds were before; nothing it makes up."""
    found = {}
    for pair in words.split(".")[: len(KINDS)]:
        kind, _colon, way = pair.partition(":")
        if kind in set(KINDS) and way in set(Delivery):
            found[NotificationKind(kind)] = Delivery(way)
    return found
