"""A fence for the times in which nobody writes: unsafe requests get 503 and their words back.

Whether it is such a time is asked of `follow`'s function at every unsafe request. What still works
then is said once, in `community.wiring`. What happens by itself goes on: the worker does what is
owed, and a reader's own marks move.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from community.core import clock
from community.web.answers import wants_json
from community.web.csrf import SAFE_METHODS
from community.web.errors import sent_from_here

_KEY = "read_only"


@dataclass(frozen=True, slots=True)
class Notice:
    """Why nobody can write just now, and until when; None: until somebody ends it."""

    reason: str
    until: datetime | None


class _Fence:
    """What one application knows of it."""

    def __init__(self) -> None:
        self.notice: Callable[[], Notice | None] = lambda: None
        self.open: frozenset[str] = frozenset()


def init_app(app: Flask) -> None:
    """Put the fence up. Nobody is refused before `follow` was called."""
    app.extensions[_KEY] = _Fence()
    app.before_request(refuse_writing)


def follow(app: Flask, notice: Callable[[], Notice | None]) -> None:
    """Ask ``notice`` at every unsafe request."""
    app.extensions[_KEY].notice = notice


def let_through(app: Flask, *names: str) -> None:
    """Let unsafe requests to these endpoints, or to all of these blueprints, through."""
    app.extensions[_KEY].open |= frozenset(names)


def refuse_writing() -> ResponseReturnValue | None:
    """Answer 503 to an unsafe request in a time in which nobody writes."""
    fence: _Fence = current_app.extensions[_KEY]
    if request.method in SAFE_METHODS or request.endpoint is None:
        return None
    if not fence.open.isdisjoint({request.endpoint, request.blueprint or ""}):
        return None
    notice = fence.notice()
    return _answer(notice) if notice is not None else None


def _answer(notice: Notice) -> Response:
    if wants_json():
        message = gettext(
            "Nothing can be posted just now: %(reason)s Nothing was changed.", reason=notice.reason
        )
        answer = make_response(jsonify(error={"status": 503, "message": message}))
    else:
        answer = make_response(
            render_template(
                "errors/read_only.html",
                notice=notice,
                fields=_typed(),
                address=request.full_path.rstrip("?"),
            )
        )
    answer.status_code = 503
    if notice.until is not None:
        seconds = int((notice.until - clock.now()).total_seconds()) + 1
        answer.headers["Retry-After"] = str(max(seconds, 1))
    return answer


def _typed() -> list[tuple[str, str]]:
    """Return what was typed, so that it can be sent once more.

    Only where the browser says that the form was ours, and never what forms about an account hold:
    passwords, which no page shows.
    """
    if request.blueprint == "accounts" or not sent_from_here():
        return []
    return [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]
