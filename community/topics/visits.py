"""The cookie of a visit: 16 random bytes, given when something is pressed, never before.

It counts a verdict or a found answer once for a browser without an account. It says
nothing of who that is, and no address is kept beside it.
"""

import secrets

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from community.topics.models import VISIT_LENGTH
from community.topics.services.visits import is_visit
from community.web import cookies

COOKIE = "visit"


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
