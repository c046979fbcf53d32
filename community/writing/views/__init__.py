"""What is there while somebody writes: their drafts, previews, names and warnings."""

from flask import Blueprint

bp = Blueprint("writing", __name__)

from community.writing.views import drafts, tools  # noqa: E402, F401 (they add their routes)
