"""Topics: their pages, every button on them, and asking."""

from flask import Blueprint

bp = Blueprint("topics", __name__)

from community.topics.views import ask, deflect, follow, press, show  # noqa: E402, F401 (they add their routes)
