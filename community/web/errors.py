"""Domain errors to status codes, in one place, as a page or as JSON."""

import logging
from collections.abc import Iterable

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from community.core.db import db
from community.core.errors import (
    Conflict,
    DomainError,
    Invalid,
    NotAllowed,
    NotFound,
    SearchUnavailable,
)
from community.web.answers import wants_json

STATUS = {Invalid: 422, NotAllowed: 403, NotFound: 404, Conflict: 409, SearchUnavailable: 503}
PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Show every error in our own words."""
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(CSRFError, on_lost_token)
    app.register_error_handler(DataError, on_data_error)
    app.register_error_handler(OperationalError, on_busy_database)


def on_domain_error(error: DomainError) -> ResponseReturnValue:
    """Answer with the sentence that the error carries."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    if isinstance(error, SearchUnavailable):  # its words tell the operator what to do
        log.error("Search is off: %s", error.message)
        return _answer(status, gettext("Search is off right now."))
    return _answer(status, error.message)


def on_http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer what Flask or a view aborted with; a redirect passes as it is."""
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, InternalServerError):
        db.session.rollback()  # the page of the error may want to know who is signed in
    described = error.description if error.description != type(error).description else ""
    answer = make_response(_answer(error.code, described or ""))
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers.setdefault(name, value)
    return answer


def on_lost_token(_error: CSRFError) -> ResponseReturnValue:
    """Ask once more: somebody has signed in or out since the page with the form was opened.

    Only where the browser says that the form was ours; what was typed goes along. Forms about an
    account hold passwords, which no page shows.
    """
    if not sent_from_here() or request.blueprint == "accounts":
        return _answer(400, "")
    return press_once_more(request.form.items(multi=True))


def sent_from_here() -> bool:
    """Tell whether the browser says that the form stood on a page of ours."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def press_once_more(fields: Iterable[tuple[str, str]], *, is_kept: bool = False) -> Response:
    """Show what was typed with a button that sends it, now that there is a new token.

    Args:
        fields: names and values.
        is_kept: they are in a draft as well.
    """
    page = render_template(
        "errors/again.html",
        fields=[pair for pair in fields if pair[0] != "csrf_token"],
        address=request.full_path.rstrip("?"),
        is_kept=is_kept,
    )
    return make_response(page, 400)


def on_data_error(error: DataError) -> ResponseReturnValue:
    """A value that the database cannot hold came through: the request is at fault."""
    log.info("The database refused a value: %s", type(error.orig).__name__)
    db.session.rollback()
    return _answer(400, "")


def on_busy_database(error: OperationalError) -> ResponseReturnValue:
    """Say that the database cannot be had just now; what was typed is still in the form."""
    log.error("The database does not answer: %s", error.orig)
    db.session.rollback()
    return _answer(503, "")


def _answer(status: int, message: str) -> Response:
    if wants_json():
        body = jsonify(error={"status": status, "message": message})
        return make_response(body, status)
    page = status if status in PAGES else 500 if status >= 500 else 400
    return make_response(
        render_template(
            [f"errors/{page}.html", "errors/error.html"], status=status, message=message
        ),
        status,
    )
