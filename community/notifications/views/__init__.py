"""News: the bell, its page, what is mailed and how to stop it, and what one follows."""

from flask import Blueprint

bp = Blueprint("notifications", __name__)

from community.notifications.views import following, news, settings, stopping  # noqa: E402, F401 (they add their routes)
