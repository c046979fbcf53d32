"""Pages about the server itself."""

from collections.abc import Callable

from flask import Blueprint, Flask, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from community.core.db import db

bp = Blueprint("web", __name__)


def report(app: Flask, name: str, state: Callable[[], str]) -> None:
    """Have ``/healthz`` also say in one word, under ``name``, how something is."""
    app.extensions.setdefault("health", {})[name] = state


@bp.get("/healthz")
def health() -> ResponseReturnValue:
    """Answer 200 while the database answers, for a load balancer or a monitor.

    What the site can do without is told as well, and is no reason to send readers elsewhere.
    """
    db.session.execute(text("SELECT 1"))
    told = {name: state() for name, state in current_app.extensions.get("health", {}).items()}
    return {"status": "ok", **told}
