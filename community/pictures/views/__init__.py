"""Pictures: taking them in, from scripts and with plain forms, and showing them."""

from flask import Blueprint

bp = Blueprint("pictures", __name__)

from community.pictures.views import add, show  # noqa: E402, F401 (they add their routes)
