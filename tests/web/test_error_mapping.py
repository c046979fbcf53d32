"""Errors to status codes: a page in our words, or JSON below ``/api/``."""

import sqlite3

import pytest
from flask import Flask, Response
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import (
    HTTPException,
    ImATeapot,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
    TooManyRequests,
)

from community.core.errors import (
    Conflict,
    DomainError,
    Invalid,
    NotAllowed,
    SearchUnavailable,
    SettingsError,
)
from community.core.errors import NotFound as Missing
from community.web.errors import PAGES

DOMAIN = [
    (Invalid("A title is missing."), 422),
    (NotAllowed("Only the asker can."), 403),
    (Missing("There is no such topic."), 404),
    (Conflict("Somebody was first."), 409),
    (SettingsError("A setting is wrong."), 400),
]
HTTP = [
    (NotFound(), 404),
    (MethodNotAllowed(["POST"]), 405),
    (RequestEntityTooLarge(), 413),
    (TooManyRequests(retry_after=30), 429),
    (ImATeapot(), 418),
]
DRIVER = sqlite3.Error("what the driver says")
DATABASE = [
    (DataError("INSERT", {}, DRIVER), 400),
    (OperationalError("INSERT", {}, DRIVER), 503),
]


def shown(error: Exception) -> str:
    """Return the words of an error that are for everybody."""
    if isinstance(error, SearchUnavailable):  # the operator is told the rest, in the log
        return "Search is off right now."
    return error.message if isinstance(error, DomainError) else ""


def answer_to(app: Flask, error: Exception, path: str = "/t/1/replies") -> tuple[Response, str]:
    """Return how an error raised at an address is answered, and the text of the page."""
    with app.test_request_context(path):
        answer = app.make_response(app.handle_user_exception(error))
        return answer, answer.get_data(as_text=True)


@pytest.mark.parametrize(("error", "status"), [*DOMAIN, *HTTP, *DATABASE])
def test_an_error_becomes_a_page(app: Flask, error: Exception, status: int) -> None:
    answer, page = answer_to(app, error)

    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert "<main" in page
    assert "What to do" in page
    assert shown(error) in page
    assert "index yet" not in page
    assert "what the driver says" not in page
    assert "INSERT" not in page


@pytest.mark.parametrize(("error", "status"), [*DOMAIN, *HTTP, *DATABASE])
def test_an_error_of_the_api_becomes_json(app: Flask, error: Exception, status: int) -> None:
    answer, _ = answer_to(app, error, "/api/v1/similar")

    assert answer.status_code == status
    assert answer.get_json() == {"error": {"status": status, "message": shown(error)}}


def test_readers_hear_that_search_is_off_and_the_log_what_to_do(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    answer, page = answer_to(app, SearchUnavailable("Run `community reindex`."), "/api/v1/similar")

    assert answer.status_code == 503
    assert answer.get_json()["error"]["message"] == "Search is off right now."
    assert "reindex" not in page
    assert "Run `community reindex`." in caplog.text


def test_a_message_is_text_not_markup(app: Flask) -> None:
    _, page = answer_to(app, Invalid("<script>alert(1)</script>"))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("error", "name", "value"),
    [
        (MethodNotAllowed(["POST"]), "Allow", "POST"),
        (TooManyRequests(retry_after=30), "Retry-After", "30"),
    ],
)
def test_headers_of_an_error_are_kept(
    app: Flask, error: HTTPException, name: str, value: str
) -> None:
    answer, _ = answer_to(app, error)

    assert answer.headers[name] == value


@pytest.mark.parametrize("status", sorted(PAGES))
def test_every_status_has_a_page_with_a_heading_of_its_own(app: Flask, status: int) -> None:
    blocks = app.jinja_env.get_template(f"errors/{status}.html").blocks

    assert "heading" in blocks, "it would say no more than that something did not work"


def test_a_fault_of_ours_is_a_page_that_tells_nothing_of_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise ZeroDivisionError("what only we may know")

    monkeypatch.setitem(app.view_functions, "pages.about", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with app.app_context():
        answer = app.test_client().get("/about")

    assert answer.status_code == 500
    assert "<main" in answer.text
    assert "what only we may know" not in answer.text
