"""Two fences against requests forged by another site.

First, every unsafe request that a browser says comes from elsewhere is refused
(`Sec-Fetch-Site`, or `Origin` in older browsers). Second, whoever has a session must
also send the token of Flask-WTF. Readers without a session get pages without a token,
the same bytes for everybody, and have no authority that a forged request could borrow.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request, session
from flask_wtf.csrf import CSRFProtect, generate_csrf
from markupsafe import Markup  # noqa: TID251 (a hidden field of our own making)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_OPEN = "takes_forms_from_anywhere"

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Put both fences up."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # we decide when, below
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session: a form may stay open a day
    csrf.init_app(app)
    app.before_request(refuse_forged)
    app.add_template_global(csrf_field)


def refuse_forged() -> None:
    """Answer 403 to a request from another site, 400 to one without its token."""
    if request.method in SAFE_METHODS:
        return
    if getattr(current_app.view_functions.get(request.endpoint or ""), _OPEN, False):
        return
    if _comes_from_elsewhere():
        abort(403, "This form was sent from another site, so nothing was done.")
    if session:
        csrf.protect()


def takes_forms_from_anywhere(view: View) -> View:
    """Let a view take forms that no page of ours has sent; neither fence stands before it.

    For a view alone whose authority is a signed token in its address, which another site
    cannot know, and which looks at no session: there is nothing that a forger could borrow.
    """
    setattr(view, _OPEN, True)
    return view


def csrf_field() -> Markup:
    """Return the hidden field with the token, or nothing for a reader without a session."""
    if not session:
        return Markup("")
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def _comes_from_elsewhere() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc != request.host
    except ValueError:
        return True
