"""The screens: `browse` goes through lists, `find` searches."""

from flask import Blueprint

bp = Blueprint("pages", __name__)

from community.pages.views import browse, find  # noqa: E402 (they hang their routes on `bp`)

__all__ = ["bp", "browse", "find"]
