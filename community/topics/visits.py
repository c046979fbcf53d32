"""A visit: 16 random bytes in a cookie, given when something is pressed, never before.

It counts a verdict or a found answer once for a browser without an account. It says
nothing of who that is, and no address is kept beside it.
"""

import re
import secrets

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue

from community.topics.models import VISIT_LENGTH

COOKIE = "visit"
MAX_AGE_S = 365 * 24 * 3600
_VISIT = re.compile(rf"[0-9a-f]{{{VISIT_LENGTH}}}")


def current() -> str | None:
    """Return the visit of this browser, if it has one that we gave."""
    cookie = request.cookies.get(COOKIE, "")
    return cookie if _VISIT.fullmatch(cookie) else None


def current_or_new() -> str:
    """Return the visit of this browser, or a new one; `remember` sends it."""
    return current() or secrets.token_hex(VISIT_LENGTH // 2)


def remember(answer: ResponseReturnValue, visit: str) -> Response:
    """Give the visit along with ``answer``, unless the browser has it."""
    response = make_response(answer)
    if visit != current():
        response.set_cookie(
            COOKIE,
            visit,
            max_age=MAX_AGE_S,
            httponly=True,
            samesite="Lax",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        )
    return response
