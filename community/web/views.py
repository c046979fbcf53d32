"""Pages about the server itself."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from community.core.db import db

bp = Blueprint("web", __name__)


@bp.get("/healthz")
def health() -> ResponseReturnValue:
    """Answer 200 while the database answers, for a load balancer or a monitor."""
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}
