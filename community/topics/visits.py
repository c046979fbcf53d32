"""The cookie of a visit: 16 random bytes, given when something is pressed, never before.

It counts a verdict or a found answer once for a browser without an account. It says
nothing of who that is, and no address is kept beside it.
"""

import logging
import secrets

from flask import Flask, Response, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import user_logged_in

from community.accounts.sessions import SignedIn
from community.core.db import transaction
from community.topics.models import VISIT_LENGTH
from community.topics.services.deflection import settle_visit
from community.topics.services.visits import is_visit
from community.web import cookies

COOKIE = "visit"

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Learn whose visit it was when somebody signs in."""
    user_logged_in.connect(_settle, app)


def current() -> str | None:
    """Return the visit of this browser, if it has one that we gave."""
    cookie = request.cookies.get(COOKIE, "")
    return cookie if is_visit(cookie) else None


def current_or_new() -> str:
    """Return the visit of this browser, or a new one; `remember` sends it."""
    return current() or secrets.token_hex(VISIT_LENGTH // 2)


def remember(answer: ResponseReturnValue, visit: str) -> Response:
    """Give the visit along with ``answer``, unless the browser has it."""
    response = make_response(answer)
    if visit != current():
        cookies.keep(response, COOKIE, visit)
    return response


def is_looked_at() -> bool:
    """Tell whether somebody sees the page, not a browser that fetches it in case, or a checker."""
    purposes = {request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz")}
    return request.method == "GET" and not any("prefetch" in one for one in purposes)


def _settle(_app: Flask, user: SignedIn, **_more: object) -> None:
    visit = current()
    if visit is None:
        return
    try:
        with transaction():
            settle_visit(user.user, visit)
    except Exception:  # whatever is counted, who signs in is signed in
        log.exception("What was counted on a visit could not be put right.")
